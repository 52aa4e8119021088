"""What editors showed of themes: the examples from which a theme is learned."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Correction:
    """An article is of a theme, or is not, as an editor's hand showed."""

    article_id: int
    theme: str
    belongs: bool
    weight: float
    """How much it says: above 0, at most 1, what a person said outright."""
    at: datetime
