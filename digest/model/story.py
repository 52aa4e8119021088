"""What grouping finds: themes of an article, stories, and why each stands where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One term's part in a score."""

    term: str
    """As it reads in the text or in schedule.yaml, not as a stem."""
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeScore:
    """How well one article fits one theme."""

    article_id: int
    theme: str
    score: float
    """On one scale for all themes; ≥ the theme's minimum means it belongs."""
    belongs: bool
    reasons: tuple[Reason, ...] = ()
    """Heaviest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """An article that repeats another one's text (wire copy, reprint): one voice with it."""

    article_id: int
    original_id: int
    containment: float
    """Share of the shorter text's 4-word shingles found in the other, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """A link from a story to an earlier event of the same saga."""

    story_id: int
    earlier_id: int
    similarity: float


class Lineage(StrEnum):
    """What a story is to readers who had the issues before."""

    NEW = "new"
    CONTINUES = "continues"
    """It has news of what they know: of itself, or of an earlier event of its saga."""
    REPEAT = "repeat"
    """They know all of it: it is in no draft."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """Articles about one event, across languages."""

    id: int
    """Id of its first-seen article: stable while that article stays in it."""
    lead_id: int
    article_ids: tuple[int, ...]
    """Lead first, then by usefulness to a reader."""
    copies: tuple[Copy, ...] = ()
    voices: int
    """Independent texts: wire copy printed by nine papers counts once."""
    happened_at: datetime
    """Publication of its newest article, UTC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RankPart:
    """One named part of a story's rank."""

    name: str
    value: float
    because: tuple[int, ...] = ()
    """Ids of the stories that lower it: those of its kind that were taken before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedStory:
    """A story's place in one theme, and what made it."""

    story: Story
    theme: str
    score: float
    parts: tuple[RankPart, ...]
