"""A link that was followed: which, and on what day. Not by whom, nor from where."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, order=True)
class Click:
    """What is counted together."""

    issue_id: int
    link: str
    """Its name among the issue's links."""
    day: date
    """Of the newsletter's own clock."""
