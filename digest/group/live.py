"""Where does an article belong that arrives between two groupings? Into the likeliest story.

Only the article that arrives is read: one row is multiplied with those of its days, by the weights
that the grouping learned. It comes to the story with which the mean likelihood of its pairs is
highest, if that reaches the threshold (average link, as in digest.group.clusters), or begins one.
What came before it stays where it is. The next whole grouping refines that: it looks at all
articles alike, so that the order in which they arrived leaves no trace.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from digest.group.alike import LOOKED_AT, MEANT, NEAR, WINDOW, likelihoods, undecided
from digest.group.copies import Originals
from digest.group.growing import Growing, GrowingRows
from digest.group.meant import Meant
from digest.group.reading import Reading
from digest.group.ruled import pair
from digest.group.stories import Grouped, Grouping, spoken_in, tell
from digest.group.traits import NOTHING_COUNTED, Traits
from digest.group.vectors import Vectors
from digest.model.story import Copy

_TOLD = 6
"""Stories that are named as near."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where an article came that arrived."""

    story: Grouped
    """With the article in it."""
    joined: int | None
    """Id of the story as it was before; None when the article begins one."""
    likelihood: float
    """Mean likelihood that the article tells the event of the story's texts, 0 to 1; 0 when it
    begins one.
    """
    copy: Copy | None
    """Whose text it repeats: then it is no voice of its own."""
    near: tuple[tuple[int, float], ...]
    """Stories of its days by id and mean likelihood, as they were before: the likeliest first."""


class LiveWindow:
    """The stories of a grouping, to which articles are added as they arrive.

    Every article is in exactly one story. Not for several threads at once.
    """

    def __init__(self, grouping: Grouping) -> None:
        self.rulings = grouping.rulings
        """What editors had decided when the window was grouped; it is heeded here too."""
        self._threshold, self._scales = grouping.threshold, grouping.scales
        self._stories = {grouped.story.id: grouped for grouped in grouping.stories}
        self._home = {a: g.story.id for g in grouping.stories for a in g.story.article_ids}
        self._copies = {c.article_id: c for g in grouping.stories for c in g.story.copies}
        self._known = {one.id: _briefly(one) for one in grouping.traits}
        self._originals = Originals(
            [(one.id, one.runs) for one in grouping.traits if one.id not in self._copies]
        )
        self._rows = _Table(grouping)

    @property
    def homes(self) -> Mapping[int, int]:
        """Map every article to its story."""
        return self._home

    def homes_since(self, moment: datetime) -> dict[int, int]:
        """Map the articles published at a moment or later to their stories."""
        return {a: self._home[a] for a, one in self._known.items() if one.at >= moment}

    def place(self, reading: Reading, *, into: int | None = None) -> Placed:
        """Put an article into the story it belongs to, or let it begin one.

        `into` names the story that another window put it into, or its own id where it began one:
        then that holds.

        Raises:
            ValueError: it is in the window already.
        """
        if reading.article.id in self._home:
            raise ValueError(f"article {reading.article.id} has its story: it arrives only once")
        (one,) = self._scales.take([reading])
        likely = self._rows.add(one, self._scales.weigh([one]))
        means = self._means(likely)
        ruled = self._ruled(one) if into is None else into
        copy = self._repeated(one, ruled)
        chosen = self._home[copy.original_id] if copy else self._chosen(one, means, ruled)
        self._known[one.id] = _briefly(one)
        if not copy:
            self._originals.add(one.id, one.runs)
        return Placed(
            story=self._told(one, chosen, copy, likely),
            joined=chosen,
            likelihood=0.0 if chosen is None else means.get(chosen, 0.0),
            copy=copy,
            near=tuple(sorted(means.items(), key=_likeliest))[:_TOLD],
        )

    def _means(self, likely: Mapping[int, float]) -> dict[int, float]:
        """Map the stories near it to the mean likelihood of its pairs with their texts."""
        sums: defaultdict[int, float] = defaultdict(float)
        for article, one in likely.items():
            if article not in self._copies:
                sums[self._home[article]] += one
        return {s: round(total / len(self._stories[s].texts), 9) for s, total in sums.items()}

    def _ruled(self, one: Traits) -> int | None:
        """Give the story that an editor put it into."""
        partners = {a if b == one.id else b for a, b in self.rulings.together if one.id in (a, b)}
        homes = sorted(self._home[partner] for partner in partners if partner in self._home)
        return next((story for story in homes if self._may(one, story)), None)

    def _repeated(self, one: Traits, ruled: int | None) -> Copy | None:
        """Find the text that it repeats, where the two may be one voice."""
        for containment, original in self._originals.near(one.runs):
            home = self._home[original]
            near = abs(self._known[original].at - one.at) <= WINDOW
            if near and ruled in (None, home) and self._may(one, home):
                share = round(containment, 3)
                return Copy(article_id=one.id, original_id=original, containment=share)
        return None

    def _chosen(self, one: Traits, means: Mapping[int, float], ruled: int | None) -> int | None:
        if ruled is not None or one.round_up:
            return ruled if ruled in self._stories else None
        near = ((s, mean) for s, mean in means.items() if mean >= self._threshold)
        fit = (about for about in near if not self._alone(about[0]) and self._may(one, about[0]))
        return next((story for story, _ in sorted(fit, key=_likeliest)), None)

    def _alone(self, story: int) -> bool:
        """Say whether a story is a round-up, which nothing joins."""
        return all(self._known[text].round_up for text in self._stories[story].texts)

    def _may(self, one: Traits, story: int) -> bool:
        """Say whether no editor put it apart from an article of a story."""
        members = self._stories[story].story.article_ids
        return not any(pair(one.id, member) in self.rulings.apart for member in members)

    def _told(
        self, one: Traits, chosen: int | None, copy: Copy | None, likely: Mapping[int, float]
    ) -> Grouped:
        """Tell the story anew, with the article in it."""
        members, central = [one.id], {one.id: 1.0}
        copies = [copy] if copy else []
        if chosen is not None:
            former = self._stories.pop(chosen)
            members += former.story.article_ids
            copies += former.story.copies
            central = {**former.similarities}
            central |= {one.id: copy.containment} if copy else _central(one.id, former, likely)
        self._copies |= {one.id: copy} if copy else {}
        known = [self._known[member] for member in members]
        story = tell(known, central, copies, self.rulings.leads)
        self._stories[story.story.id] = story
        self._home |= dict.fromkeys(members, story.story.id)
        return story


def _central(new: int, former: Grouped, likely: Mapping[int, float]) -> dict[int, float]:
    """Say of each text of a story, and of a new one, how likely the others tell its event."""
    others = len(former.texts)
    own = sum(likely.get(text, 0.0) for text in former.texts) / others
    sums = {t: former.similarities[t] * (others - 1) + likely.get(t, 0.0) for t in former.texts}
    return {new: round(own, 4)} | {text: round(s / others, 4) for text, s in sums.items()}


def _likeliest(about: tuple[int, float]) -> tuple[float, int]:
    return -about[1], about[0]


def _briefly(one: Traits) -> Traits:
    """Let go what was counted: it is in the rows."""
    nothing = NOTHING_COUNTED
    return replace(one, own=nothing, shared=nothing, runs=one.runs[:0], short="")


class _Table:
    """Articles as rows: those of the grouping in the order of their moments, then arrivals."""

    def __init__(self, grouping: Grouping) -> None:
        window = grouping.window
        self._ids = [one.id for one in grouping.traits]
        self._own = GrowingRows(window.vectors.own)
        self._shared = GrowingRows(window.vectors.shared)
        self._meaning = Meant(grouping.scales.encoder, grouping.traits, window.vectors.meaning)
        self._hours, self._languages = Growing(window.hours), Growing(window.languages)
        self._grouped = len(self._ids)
        self._spoken = spoken_in(grouping.traits)

    def add(self, one: Traits, row: Vectors) -> dict[int, float]:
        """Add an article; map those of its days to how likely they tell its event (≥ NEAR)."""
        hour = one.at.timestamp() / 3600
        reach = WINDOW.total_seconds() / 3600
        first = int(np.searchsorted(self._hours.cells[: self._grouped], hour - reach))
        likely = self._likely(first, hour, one, row)
        self._append(one, hour, row)
        return dict(self._named(first, likely))

    def _likely(self, first: int, hour: float, one: Traits, row: Vectors) -> NDArray[np.float64]:
        same = self._languages.cells[first:] == self._number(one.language)
        own = self._own.times(row.own, first)
        shared = self._shared.times(row.shared, first)
        hours = np.abs(self._hours.cells[first:] - hour)
        likely = likelihoods(same=same, own=own, shared=shared, hours=hours, meaning=None)
        looked = ~same | (own >= LOOKED_AT)
        several = len(self._spoken) > 1
        meaning = self._meaning.add(one.short, first, looked & undecided(likely), always=several)
        if meaning is not None:
            looked |= meaning >= MEANT
            likely = likelihoods(same=same, own=own, shared=shared, hours=hours, meaning=meaning)
        return np.where(looked & (likely >= NEAR), likely, 0.0)

    def _named(self, first: int, likely: NDArray[np.float64]) -> Iterator[tuple[int, float]]:
        for place in np.flatnonzero(likely).tolist():
            yield self._ids[first + place], float(likely[place])

    def _append(self, one: Traits, hour: float, row: Vectors) -> None:
        self._ids.append(one.id)
        self._own.add(row.own)
        self._shared.add(row.shared)
        self._hours.add(np.array([hour]))
        self._languages.add(np.array([self._number(one.language)]))

    def _number(self, language: str) -> int:
        if language not in self._spoken:
            self._spoken.append(language)
        return self._spoken.index(language)
