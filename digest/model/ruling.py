"""What editors decided about stories: kept, whatever a later grouping finds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RulingKind(StrEnum):
    """What a ruling says of one article, or of two."""

    APART = "apart"
    """The two are never in one story."""
    TOGETHER = "together"
    """The two always are."""
    LEAD = "lead"
    """The article leads the story it is in."""
    PIN = "pin"
    """The article's story stands first in the sections of its themes."""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """One decision of an editor; of two about the same pair the latest holds."""

    kind: RulingKind
    article_id: int
    other_id: int
    """The larger id of a pair; of a lead or a pin the article itself."""
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Rulings:
    """What editors decided about stories, by article ids."""

    apart: frozenset[tuple[int, int]] = frozenset()
    """Pairs, the smaller id first, that are never in one story."""
    together: frozenset[tuple[int, int]] = frozenset()
    """Pairs, the smaller id first, that always are; no pair of `apart` is among them."""
    leads: frozenset[int] = frozenset()
    """Articles that lead the story they are in."""
