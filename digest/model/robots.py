"""What a site's robots.txt says to us."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Robots:
    """What the robots.txt of one origin says to us."""

    origin: str
    """`https://fleuve.example`."""
    rules: str = ""
    """The groups that speak to everybody or to us, as a robots.txt; empty: all is allowed."""
    fetched_at: datetime
    """When the rules were read."""
    good_until: datetime
    trouble: str = ""
    """Why there is none to go by, in words: nothing may be crawled for now."""
