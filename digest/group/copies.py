"""Which articles repeat another one's text? Those that share its runs of four words.

Containment of sampled w-shingles: Broder, On the resemblance and containment of documents, 1997.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digest.group.pages import shelves
from digest.group.reading import Reading
from digest.model.story import Copy

Runs: TypeAlias = NDArray[np.uint32]
"""The sampled runs of a text, each once, in order."""

May: TypeAlias = Callable[[int, Sequence[int]], bool]

CONTAINED = 0.5
"""Share of the shorter text's runs from which it is a copy."""

_RUN = 4
_ONE_IN = np.uint64(4)
_FEWEST = 8
"""Sampled runs that a text needs: below, a shared formula would make it a copy."""
_HOLDERS = 16
"""Texts remembered for each run: a later copy is compared with the first ones that had it."""
_WORDS = 1_500
_FACTORS = [np.uint64(pow(1_000_003, power, 1 << 64)) for power in reversed(range(_RUN))]
_NO_RUNS: Runs = np.array([], dtype=np.uint32)
_END = np.uint32((1 << 32) - 1)
_WIDTH, _LOW = np.uint64(32), np.uint64((1 << 32) - 1)
_SHIFT = np.uint64(20)
"""The lowest bits of a sum of products say too little of its first word: the next 32 are kept."""


def find_copies(texts: Sequence[tuple[int, Runs]], *, may: May = lambda *_: True) -> list[Copy]:
    """Find the copies among texts, given as id and runs in order of appearance.

    An original is never a copy. `may` says of a text and an original, with the copies that it has,
    whether they may be one voice.
    """
    voices: defaultdict[int, list[int]] = defaultdict(list)
    holders: defaultdict[int, list[int]] = defaultdict(list)
    sizes: dict[int, int] = {}
    copies: list[Copy] = []
    for (identity, runs), shared in zip(texts, _shared(texts), strict=True):
        common = Counter(holder for run in shared for holder in holders.get(run, ()))
        near = _near(len(runs), common, sizes)
        copy = next((c for c in near if may(identity, [c[1], *voices[c[1]]])), None)
        if copy:
            voices[copy[1]].append(identity)
            copies.append(
                Copy(article_id=identity, original_id=copy[1], containment=round(copy[0], 3))
            )
            continue
        sizes[identity] = len(runs)
        for run in shared:
            if len(holders[run]) < _HOLDERS:
                holders[run].append(identity)
    return copies


def runs_in(reading: Reading) -> Runs:
    """Give the sampled four-word runs of a text, one in four."""
    passages = (reading.title, reading.heading, reading.body)
    marks = reading.body.known.mark.of(np.concatenate([one.numbers for one in passages]))
    return runs_of(marks, np.array([len(marks)]))[0]


def runs_of(marks: NDArray[np.uint64], lengths: NDArray[np.int64]) -> list[Runs]:
    """Give those of several texts, of so many words each, whose words' marks stand in a row."""
    whose = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    left = np.repeat(np.minimum(lengths, _WORDS), lengths) - _within(lengths)
    starts = max(0, len(marks) - _RUN + 1)
    rolled = np.zeros(starts, dtype=np.uint64)
    for place, factor in enumerate(_FACTORS):
        rolled += marks[place : place + starts] * factor  # what is above 64 bits is let go
    rolled >>= _SHIFT
    sampled = (rolled % _ONE_IN == 0) & (left[:starts] >= _RUN)
    kept = np.unique((whose[:starts][sampled] << _WIDTH) | (rolled[sampled] & _LOW))
    runs = kept.astype(np.uint32)
    return [runs[shelf] for shelf in shelves((kept >> _WIDTH).astype(np.int64), len(lengths))]


def _within(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each word's place in its text."""
    begins = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) - np.repeat(begins, lengths)


def _shared(texts: Sequence[tuple[int, Runs]]) -> Iterable[list[int]]:
    """Give of each text the runs that another one has too: few, where most texts are no copies."""
    if not texts:
        return []
    every = np.concatenate([runs for _, runs in texts])
    every.sort()  # in place: a crowded window has ten million
    often = np.append(np.unique(every[1:][every[1:] == every[:-1]]), _END)
    return (runs[often[np.searchsorted(often, runs)] == runs].tolist() for _, runs in texts)


def _near(
    size: int, common: Mapping[int, int], sizes: Mapping[int, int]
) -> list[tuple[float, int]]:
    """Give the originals that a text repeats, and how much of it: most first, then the earliest.

    `common` has how many runs each shares with it.
    """
    found = [
        (times / fewer, holder)
        for holder, times in common.items()
        if (fewer := min(size, sizes[holder])) >= _FEWEST and times >= CONTAINED * fewer
    ]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


class Originals:
    """Texts that are no copies, by their runs: what arrives later is held against them."""

    def __init__(self, texts: Sequence[tuple[int, Runs]]) -> None:
        self._sizes = {identity: len(runs) for identity, runs in texts}
        every = np.concatenate([_NO_RUNS, *(runs for _, runs in texts)])
        holders = np.repeat(np.array([*self._sizes], dtype=np.int64), [*self._sizes.values()])
        order = np.argsort(every, kind="stable")
        every, holders = every[order], holders[order]
        kept = np.arange(len(every)) - np.searchsorted(every, every) < _HOLDERS
        self._shelves = [(every[kept], holders[kept]), (_NO_RUNS, np.array([], dtype=np.int64))]
        """Runs in order, and who holds each: of the window, and of what was added."""

    def add(self, identity: int, runs: Runs) -> None:
        """Take in a text."""
        self._sizes[identity] = len(runs)
        every, holders = self._shelves[-1]
        at = np.searchsorted(every, runs)
        self._shelves[-1] = (np.insert(every, at, runs), np.insert(holders, at, identity))

    def near(self, runs: Runs) -> list[tuple[float, int]]:
        """Give the originals that a text repeats, and how much of it, as find_copies does."""
        common: Counter[int] = Counter()
        for every, holders in self._shelves:
            first, last = (np.searchsorted(every, runs, side) for side in ("left", "right"))
            for place in np.flatnonzero(last > first):
                common.update(holders[first[place] : last[place]].tolist())
        return _near(len(runs), common, self._sizes)
