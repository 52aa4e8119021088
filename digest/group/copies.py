"""Which articles repeat another one's text? Those that share its runs of four words.

Containment of sampled w-shingles: Broder, On the resemblance and containment of documents, 1997.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from digest.group.reading import Reading
from digest.model.story import Copy

CONTAINED = 0.5
"""Share of the shorter text's runs from which it is a copy."""

_RUN = 4
_ONE_IN = 4
_FEWEST = 8
"""Sampled runs that a text needs: below, a shared formula would make it a copy."""
_HOLDERS = 16
"""Texts remembered for each run: a later copy is compared with the first ones that had it."""
_WORDS = 1_500
_MASK = (1 << 61) - 1


def find_copies(readings: Iterable[Reading]) -> list[Copy]:
    """Find the copies among readings given in order of appearance; an original is never a copy."""
    holders: defaultdict[int, list[int]] = defaultdict(list)
    runs_of: dict[int, frozenset[int]] = {}
    copies: list[Copy] = []
    for reading in readings:
        identity, runs = reading.article.id, runs_in(reading)
        copy = _copy(identity, runs, holders, runs_of)
        if copy:
            copies.append(copy)
            continue
        runs_of[identity] = runs
        for run in runs:
            if len(holders[run]) < _HOLDERS:
                holders[run].append(identity)
    return copies


def runs_in(reading: Reading) -> frozenset[int]:
    """Give the sampled four-word runs of a text, one in four."""
    words = [*reading.title.words, *reading.heading.words, *reading.body.words][:_WORDS]
    marks = [_mark(word.folded) for word in words]
    rolled = (
        (a * 1_000_003**3 + b * 1_000_003**2 + c * 1_000_003 + d) & _MASK
        for a, b, c, d in zip(marks, marks[1:], marks[2:], marks[3:], strict=False)
    )
    return frozenset(run for run in rolled if (run >> 20) % _ONE_IN == 0)


def _copy(
    identity: int,
    runs: frozenset[int],
    holders: defaultdict[int, list[int]],
    runs_of: dict[int, frozenset[int]],
) -> Copy | None:
    shared = Counter(holder for run in runs for holder in holders.get(run, ()))
    found = [
        (common / fewer, holder)
        for holder, common in shared.items()
        if (fewer := min(len(runs), len(runs_of[holder]))) >= _FEWEST
        and common >= CONTAINED * fewer
    ]
    if not found:
        return None
    contained, original = max(found, key=lambda pair: (pair[0], -pair[1]))
    return Copy(article_id=identity, original_id=original, containment=round(contained, 3))


@lru_cache(maxsize=1 << 18)
def _mark(folded: str) -> int:
    return zlib.crc32(folded.encode("utf-8", "surrogatepass"))
