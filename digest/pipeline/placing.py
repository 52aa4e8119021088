"""Where does a story stand in the next issue of each newsletter, and what would change that?"""

import math
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from digest.compose.judging import Judgement, judge
from digest.compose.selection import Verdict
from digest.group.ranking import voices_worth
from digest.model.story import Lineage, RankPart, Story
from digest.pipeline.drafting import Supply, supply
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an article's story stands in one section of a newsletter."""

    newsletter: str
    theme: str
    """Empty when no section ranks it."""
    place: int
    """By its own score, from 1; 0 when no section ranks it."""
    of: int
    lineage: Lineage | None
    """What the story is to readers of the issues before; None when no section ranks it."""
    told_in: int | None
    """Number of the last issue that told of the story."""
    score: float
    """With all that lowers it beside the stories taken before it."""
    parts: tuple[RankPart, ...]
    """They add up to the score."""
    verdict: Verdict
    needed: float
    """By how much its score must rise to enter; 0 when it is in, or no score would help."""
    voices: int | None
    """How many more independent voices would bring it in; None when they would not."""
    why: str
    """The verdict in words, with what would change it."""


def places(newsroom: Newsroom, connection: Connection, story: Story) -> tuple[Place, ...]:
    """Give the story's place in every section, as a draft made now would see it."""
    found: list[Place] = []
    for name, plan in newsroom.schedule.newsletters.items():
        held = supply(newsroom, connection, name, newsroom.clock())
        judged = judge(held.stock, held.material, plan, story.id)
        found += [_place(name, one, plan, held, story) for one in judged]
        found += [] if judged else [_nowhere(name, held, story)]
    return tuple(found)


def _place(name: str, judged: Judgement, plan: Newsletter, held: Supply, story: Story) -> Place:
    hopeful = judged.lacks > 0
    place = Place(
        newsletter=name,
        theme=judged.ranked.theme,
        place=judged.place,
        of=judged.of,
        lineage=judged.lineage,
        told_in=_told_in(held, story),
        score=judged.ranked.score,
        parts=judged.ranked.parts,
        verdict=judged.verdict,
        needed=judged.lacks,
        voices=voices_worth(story.voices, judged.lacks) if hopeful else None,
        why="",
    )
    why = _why(place, plan, judged)
    return replace(place, why=f"{why}; {_remedy(place)}" if hopeful else why)


def _nowhere(name: str, held: Supply, story: Story) -> Place:
    old = story.happened_at < held.since
    why = f"left out: its newest article came before {held.since:%d %B %Y %H:%M} UTC"
    return Place(
        newsletter=name,
        theme="",
        place=0,
        of=0,
        lineage=None,
        told_in=_told_in(held, story),
        score=0.0,
        parts=(),
        verdict=Verdict.OLD if old else Verdict.FOREIGN,
        needed=0.0,
        voices=None,
        why=why if old else "left out: no section of this newsletter has its themes",
    )


def _told_in(held: Supply, story: Story) -> int | None:
    numbers = held.stock.told.numbers
    return max((numbers[id_] for id_ in story.article_ids if id_ in numbers), default=None)


def _why(place: Place, plan: Newsletter, judged: Judgement) -> str:
    limits = plan.stories
    match judged.verdict:
        case Verdict.TAKEN:
            return f"taken{_new_since(place)}"
        case Verdict.ELSEWHERE:
            return f"stands in {judged.home}, where it scores better"
        case Verdict.FLOOR:
            bar = f"below the section's floor of {limits.floor:g}"
        case Verdict.SECTION:
            bar = f"its section has its {limits.section} stories"
        case Verdict.SOURCE:
            bar = f"{limits.source} stories led by {judged.source} are in already"
        case Verdict.ISSUE:
            bar = f"the issue has its {limits.issue} stories"
        case Verdict.TOLD | Verdict.OLD | Verdict.FOREIGN:
            bar = f"told in n° {place.told_in}, nothing new since"
    return f"left out: {bar}"


def _new_since(place: Place) -> str:
    if place.told_in:
        return f", with what is new since n° {place.told_in}"
    return ": it goes on from what readers know" if place.lineage is Lineage.CONTINUES else ""


def _remedy(place: Place) -> str:
    """Say what would bring it in; the lack is rounded up, so that it suffices as it reads."""
    lack = f"needs +{math.ceil(round(place.needed * 100, 6)) / 100:.2f} to enter"
    if place.voices is None:
        return f"{lack}: more than further voices can give"
    voices = "one more independent voice" if place.voices == 1 else f"{place.voices} more voices"
    return f"{lack}: {voices} would do"
