"""Which articles tell one event? Copies first, then average-link clusters, then each story's lead.

Everything is deterministic: the same articles give the same stories in any order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

import numpy as np

from digest.group.across import join_across
from digest.group.alike import WINDOW, Pairs, Window
from digest.group.clusters import SAME_STORY, Cluster, merge, that_matter
from digest.group.copies import find_copies
from digest.group.meaning import Encoder
from digest.group.reading import Reading
from digest.group.ruled import pair
from digest.group.starts import start
from digest.group.traits import NOTHING_COUNTED, Traits
from digest.group.vectors import Scales
from digest.model.ruling import Rulings
from digest.model.story import Copy, Story

__all__ = ["WINDOW", "Grouped", "Grouping", "find_stories"]

_SHORT = 400
"""Characters of body below which an article leads a story only for want of a longer one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grouped:
    """A story with what lineage and explanations need of it."""

    story: Story
    texts: tuple[int, ...]
    """Ids of its independent texts."""
    begins: datetime
    """Publication of its oldest article; story.happened_at is that of the newest."""
    similarities: Mapping[int, float]
    """Article id → mean likelihood that it tells the event of each other text of its story, 0 to 1;
    1 for an article alone; of a copy, how much of it the original holds.
    """


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """All stories of a window, and the rows they were made from."""

    stories: tuple[Grouped, ...]
    """By id."""
    window: Window
    places: Mapping[int, int]
    """Article id → its row in the window, in the window's order; copies are among them."""
    traits: tuple[Traits, ...]
    """Of the articles, by row; what was counted is in the rows, and let go."""
    scales: Scales
    """What weighed them."""
    rulings: Rulings
    """What was heeded."""
    threshold: float
    """Mean likelihood from which groups of articles became one story."""

    def likely(self, article_id: int) -> Mapping[int, float]:
        """Map the other articles of its days to how likely they tell one event with it."""
        ids = list(self.places)
        pairs = self.window.near(self.places[article_id])
        return {ids[other]: likely for _, other, likely in pairs}

    def alike(self, some: Sequence[int], others: Sequence[int]) -> float:
        """Give the mean likelihood of the pairs between two groups of articles, 0 to 1.

        Only pairs within the reach of a story count, as when stories are made.
        """
        one = np.repeat([self.places[article] for article in some], len(others))
        other = np.tile([self.places[article] for article in others], len(some))
        return float(np.sum(self.window.weighed(one, other).likely) / len(one))


def find_stories(
    readings: Iterable[Reading],
    *,
    settled: Sequence[Sequence[int]] = (),
    threshold: float = SAME_STORY,
    rulings: Rulings | None = None,
    encoder: Encoder | None = None,
) -> Grouping:
    """Group readings into stories; they are read once, and let go one by one.

    `settled` lists the ids of older articles that an earlier grouping put together: they stay
    together, new articles may join them, and they never join each other. What editors ruled beats
    all that.
    """
    rulings = rulings or Rulings()
    scales = Scales(encoder)
    traits = sorted(scales.take(readings), key=lambda t: (t.at, t.id))
    scales.learn(traits, settled={article for members in settled for article in members})
    window = _window(traits, scales)
    traits = [replace(one, own=NOTHING_COUNTED, shared=NOTHING_COUNTED) for one in traits]
    copies = _copies(traits, settled, rulings)
    clusters = start(traits, copies, settled, rulings)
    texts = [member for cluster in clusters for member in cluster.members]
    if encoder:
        window = window.meaning(scales.meant(traits, window.undecided(texts)))
    pairs = window.pairs(texts)
    close = that_matter(clusters, pairs, threshold=threshold)
    merged = join_across(merge(clusters, close, threshold=threshold), window)
    telling = _Telling(traits, copies, _inside(merged, pairs, len(traits)), rulings.leads)
    grouped = [telling.grouped(cluster) for cluster in merged]
    return Grouping(
        stories=tuple(sorted(grouped, key=lambda g: g.story.id)),
        window=window,
        places={one.id: place for place, one in enumerate(traits)},
        traits=tuple(traits),
        scales=scales,
        rulings=rulings,
        threshold=threshold,
    )


def _window(traits: Sequence[Traits], scales: Scales) -> Window:
    spoken = spoken_in(traits)
    return Window(
        vectors=scales.weigh(traits),
        hours=np.array([one.at.timestamp() / 3600 for one in traits]),
        languages=np.array([spoken.index(one.language) for one in traits], dtype=np.int64),
    )


def spoken_in(traits: Iterable[Traits]) -> list[str]:
    """Give the languages of articles in the order of their numbers in a window."""
    return sorted({one.language for one in traits})


def _copies(
    traits: Sequence[Traits], settled: Sequence[Sequence[int]], rulings: Rulings
) -> list[Copy]:
    """Find the copies: within the reach of a story, or in one that was settled; none set apart.

    Texts of two settled stories are no copies: those never become one.
    """
    at = {one.id: one.at for one in traits}
    home = {article: number for number, members in enumerate(settled) for article in members}

    def may(text: int, voices: Sequence[int]) -> bool:
        original = voices[0]
        here, there = home.get(text), home.get(original)
        if here is not None and there is not None and here != there:
            return False
        near = abs(at[text] - at[original]) <= WINDOW or (here is not None and here == there)
        return near and not any(pair(text, voice) in rulings.apart for voice in voices)

    return find_copies([(one.id, one.runs) for one in traits], may=may)


def _inside(clusters: Sequence[Cluster], pairs: Pairs, articles: int) -> Pairs:
    """Keep the pairs within one cluster: few of all that were looked at."""
    home = np.full(articles, -1)
    for number, cluster in enumerate(clusters):
        home[cluster.members] = number
    return pairs.only(home[pairs.one] == home[pairs.other])


class _Telling:
    """Makes stories of clusters."""

    def __init__(
        self,
        traits: Sequence[Traits],
        copies: Iterable[Copy],
        pairs: Pairs,
        leads: frozenset[int],
    ) -> None:
        self._traits, self._leads = traits, leads
        self._likely = {(one, other): likely for one, other, likely in pairs}
        self._copies: defaultdict[int, list[Copy]] = defaultdict(list)
        for copy in copies:
            self._copies[copy.original_id].append(copy)
        self._of = {one.id: one for one in traits}

    def grouped(self, cluster: Cluster) -> Grouped:
        texts = [self._traits[place].id for place in sorted(cluster.members)]
        copies = [copy for text in texts for copy in self._copies.get(text, ())]
        central = self._central(sorted(cluster.members))
        central |= {copy.article_id: copy.containment for copy in copies}
        return tell([self._of[article] for article in central], central, copies, self._leads)

    def _central(self, places: Sequence[int]) -> dict[int, float]:
        """Say of each text how likely the others tell its event, on average."""
        if len(places) == 1:
            return {self._traits[places[0]].id: 1.0}
        sums = dict.fromkeys(places, 0.0)
        for one, other in combinations(places, 2):
            likely = self._likely.get((one, other), 0.0)
            sums[one] += likely
            sums[other] += likely
        return {self._traits[p].id: round(s / (len(places) - 1), 4) for p, s in sums.items()}


def tell(
    articles: Iterable[Traits],
    central: Mapping[int, float],
    copies: Iterable[Copy],
    leads: frozenset[int],
) -> Grouped:
    """Make a story of articles; `central` has the similarities of Grouped."""
    repeats = {copy.article_id: copy for copy in copies}
    members = sorted(
        articles, key=lambda one: (one.id not in leads, *_use(one, central[one.id], repeats))
    )
    texts = sorted((one for one in members if one.id not in repeats), key=lambda t: (t.at, t.id))
    story = Story(
        id=min(members, key=lambda one: (one.first_seen_at, one.id)).id,
        lead_id=members[0].id,
        article_ids=tuple(one.id for one in members),
        copies=tuple(repeats[article] for article in sorted(repeats)),
        voices=len(texts),
        happened_at=max(one.at for one in members),
    )
    return Grouped(
        story=story,
        texts=tuple(one.id for one in texts),
        begins=min(one.at for one in members),
        similarities=central,
    )


def _use(
    one: Traits, central: float, repeats: Mapping[int, Copy]
) -> tuple[bool, bool, float, datetime, int]:
    """Order by use to a reader: independent, something to read, central to the story, early."""
    return (one.id in repeats, one.length < _SHORT, -round(central, 1), one.at, one.id)
