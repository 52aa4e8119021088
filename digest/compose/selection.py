"""Which stories go into an issue, and where? Each once, in its best section, no two much alike.

Stories are taken one by one, each time the one that stands highest then; every story that is taken
lowers those like it (maximal marginal relevance: Carbonell and Goldstein, The use of MMR, 1998).
What lowers a story is a part of its score like any other, so that the parts always add up.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from digest.model.story import RankedStory, RankPart
from digest.schedule.values import Limits

SAME_SOURCE = 0.15
"""What a story loses for each one taken that the same source leads."""
SAME_SAGA = 0.2
"""What it loses for each one taken that is an event of the same saga."""
SAME_MATTER = 0.8
"""What it would lose beside one that is headed by the same words: MMR's λ. The nearest counts."""
ALIKE = 0.45
"""Likeness of two headlines from which they are taken to tell nearly one event."""

_STEPS = 10_000
"""Scores have four decimals: a ten-thousandth is the smallest step between two."""


class Verdict(StrEnum):
    """Why a story is in a draft, or not."""

    TAKEN = "taken"
    FLOOR = "floor"
    """Its own score is below the floor: rather a short section."""
    SECTION = "section"
    """Its section is full."""
    SOURCE = "source"
    """The issue has as many stories led by its source as it may have."""
    ISSUE = "issue"
    """The issue is full."""
    ELSEWHERE = "elsewhere"
    """It scores better in another section."""
    TOLD = "told"
    """Readers had all of it."""
    OLD = "old"
    """Its newest article came before what the issue looks at."""
    FOREIGN = "foreign"
    """No section of the newsletter has its themes."""


Alike: TypeAlias = Callable[[int, int], float]
"""Gives how alike two stories are headed, 0 to 1."""


def unlike(_one: int, _other: int) -> float:
    """Take any two stories for different ones."""
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Company:
    """What stories have to do with each other; by story id."""

    sources: Mapping[int, str] = field(default_factory=dict)
    """Who leads each story, as readers see it."""
    sagas: frozenset[tuple[int, int]] = frozenset()
    """Pairs of one saga, in either order."""
    alike: Alike = unlike

    def one_saga(self, one: int, other: int) -> bool:
        """Tell whether two stories are tied."""
        return (one, other) in self.sagas or (other, one) in self.sagas

    def one_source(self, one: int, other: int) -> bool:
        """Tell whether the same source leads both."""
        source = self.sources.get(one)
        return source is not None and source == self.sources.get(other)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The stories of an issue by theme, in reading order, and those left out.

    Scores are those at the moment of the choice, with all that lowered them.
    """

    taken: Mapping[str, tuple[RankedStory, ...]]
    left_out: Mapping[str, tuple[RankedStory, ...]]
    """Best first."""
    verdicts: Mapping[int, Verdict]
    """By story id."""


def choose(
    ranked: Mapping[str, Sequence[RankedStory]],
    limits: Limits,
    company: Company | None = None,
    *,
    spare: int | None = 10,
) -> Choice:
    """Choose within the limits: every section's lead first, then the best of all sections.

    `ranked` has the newsletter's themes in reading order. Up to `spare` stories a theme are left
    out by name, all when it is None; the rest is forgotten.
    """
    home = _homes(ranked)
    choosing = _Choosing(home, limits, company or Company())
    choosing.run()
    left_out = {theme: choosing.left_out(theme) for theme in home}
    return Choice(
        taken={theme: tuple(stories) for theme, stories in choosing.taken.items()},
        left_out={theme: tuple(stories[:spare]) for theme, stories in left_out.items()},
        verdicts=choosing.verdicts(),
    )


def needed(
    ranked: Mapping[str, Sequence[RankedStory]],
    story_id: int,
    limits: Limits,
    company: Company | None = None,
) -> float:
    """Give the least by which a story's own score must rise for it to be taken; 0 when it is.

    It is tried, not reckoned: what a story displaces changes what stands beside it.
    """
    steps = 0
    most = _most(ranked, limits)
    while steps < most:
        half = (steps + most) // 2
        choice = choose(_raised(ranked, story_id, half / _STEPS), limits, company)
        if choice.verdicts[story_id] is Verdict.TAKEN:
            most = half
        else:
            steps = half + 1
    return steps / _STEPS


def lowered(one: RankedStory, name: str, value: float, because: tuple[int, ...]) -> RankedStory:
    """Put a part in the place of the one of that name; the parts add up to the score again."""
    others = tuple(part for part in one.parts if part.name != name)
    before = math.fsum(part.value for part in one.parts if part.name == name)
    part = RankPart(name=name, value=round(value, 4), because=because)
    score = round(one.score - before + part.value, 4)
    return replace(one, parts=(*others, part), score=score)


class _Choosing:
    """One run: what is taken so far, and how those who wait stand beside it."""

    def __init__(
        self, home: Mapping[str, Sequence[RankedStory]], limits: Limits, company: Company
    ) -> None:
        self.taken: dict[str, list[RankedStory]] = {theme: [] for theme in home}
        self._limits = limits
        self._company = company
        self._led: Counter[str] = Counter()
        known = [one for stories in home.values() for one in stories]
        self._below = {one.story.id: one for one in known if one.score < limits.floor}
        self._waiting = {one.story.id: one for one in known if one.story.id not in self._below}

    def run(self) -> None:
        for leads in (True, False):
            while best := min(self._fitting(leads=leads), key=_best_first, default=None):
                self._take(best)

    def left_out(self, theme: str) -> list[RankedStory]:
        left = [*self._waiting.values(), *self._below.values()]
        return sorted((one for one in left if one.theme == theme), key=_best_first)

    def verdicts(self) -> dict[int, Verdict]:
        found = {one.story.id: Verdict.TAKEN for stories in self.taken.values() for one in stories}
        found |= dict.fromkeys(self._below, Verdict.FLOOR)
        return found | {one.story.id: self._bar(one) for one in self._waiting.values()}

    def _fitting(self, *, leads: bool) -> Iterator[RankedStory]:
        for one in self._waiting.values():
            if not (leads and self.taken[one.theme]) and self._bar(one) is Verdict.TAKEN:
                yield one

    def _bar(self, one: RankedStory) -> Verdict:
        if len(self.taken[one.theme]) >= self._limits.section:
            return Verdict.SECTION
        source, most = self._company.sources.get(one.story.id), self._limits.source
        if source is not None and most is not None and self._led[source] >= most:
            return Verdict.SOURCE
        full = sum(map(len, self.taken.values())) >= self._limits.issue
        return Verdict.ISSUE if full else Verdict.TAKEN

    def _take(self, best: RankedStory) -> None:
        del self._waiting[best.story.id]
        self.taken[best.theme].append(best)
        self._led.update(filter(None, [self._company.sources.get(best.story.id)]))
        for id_, one in self._waiting.items():
            self._waiting[id_] = self._beside(one, best.story.id)

    def _beside(self, one: RankedStory, taken: int) -> RankedStory:
        id_, company = one.story.id, self._company
        if company.one_source(id_, taken):
            one = _once_more(one, "same-source", SAME_SOURCE, taken)
        if company.one_saga(id_, taken):
            one = _once_more(one, "same-saga", SAME_SAGA, taken)
        alike = company.alike(id_, taken)
        if alike >= ALIKE and -SAME_MATTER * alike < _part(one, "same-matter").value:
            one = lowered(one, "same-matter", -SAME_MATTER * alike, (taken,))
        return one


def _once_more(one: RankedStory, name: str, loss: float, taken: int) -> RankedStory:
    part = _part(one, name)
    return lowered(one, name, part.value - loss, (*part.because, taken))


def _part(one: RankedStory, name: str) -> RankPart:
    return next((p for p in one.parts if p.name == name), RankPart(name=name, value=0.0))


def _best_first(one: RankedStory) -> tuple[float, int]:
    return -one.score, one.story.id


def _homes(ranked: Mapping[str, Sequence[RankedStory]]) -> dict[str, list[RankedStory]]:
    """Put each story where it scores best; at equal scores in the earlier section."""
    best: dict[int, RankedStory] = {}
    for stories in ranked.values():
        for one in stories:
            known = best.get(one.story.id)
            if known is None or one.score > known.score:
                best[one.story.id] = one
    return {
        theme: [one for one in stories if best[one.story.id].theme == theme]
        for theme, stories in ranked.items()
    }


def _raised(
    ranked: Mapping[str, Sequence[RankedStory]], story_id: int, by: float
) -> dict[str, list[RankedStory]]:
    return {
        theme: [
            replace(one, score=round(one.score + by, 4)) if one.story.id == story_id else one
            for one in stories
        ]
        for theme, stories in ranked.items()
    }


def _most(ranked: Mapping[str, Sequence[RankedStory]], limits: Limits) -> int:
    """Give a rise after which a story stands above every other and the floor, in steps."""
    scores = [abs(one.score) for stories in ranked.values() for one in stories]
    return math.ceil((2 * max(scores, default=0.0) + limits.floor + 1) * _STEPS)
