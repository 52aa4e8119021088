"""Which words of a text would a person's summary use, and what is a choice of sentences worth?

A word's chance follows from how often and how early it stands, whether the title holds it, and
how common it is at large: a logistic regression on 2,000 French articles and the sentence that
their newsroom put above each (OrangeSum: Kamal Eddine et al., BARThez, 2021; articles with even
ids). Only the correction for the commonest French words knows a language.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from operator import mul

_WEIGHTS = (-2.91, 0.9, -0.12, 1.92, 0.45, 0.62, -0.24, 0.24, -0.93)
"""Of the features, in their order."""
_COMMONEST: Mapping[str, Mapping[float, str]] = {
    "fr": {
        0.7: "de",
        0.6: "le",
        0.5: "la",
        0.4: "du",
        0.3: "une ete an",
        0.2: "un dan son ont apres",
        -0.2: "il ce",
        -0.3: "qui mai fait elle alor",
        -0.4: "que plu avec sont etait lui dont",
        -0.5: "pas ou etre comm autr",
        -0.6: "ne cet tout avait avant tres",
        -0.7: "encor",
        -0.8: "mem",
        -1.0: "on",
        -1.5: "je nou",
    }
}
"""By language, what is added to the log-odds of its commonest stems: no summary says `we`."""
_CORRECTIONS = {
    language: {stem: added for added, stems in rows.items() for stem in stems.split()}
    for language, rows in _COMMONEST.items()
}
_AGAIN = 0.3
"""What a word's next occurrence counts of its first."""
_SUMMARY = 0.75
"""Stems in a person's summary for each word of the budget."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A sentence, or what is kept of it, as its stems."""

    place: int
    """Of its sentence in the text, from 0."""
    stems: tuple[str, ...]
    whole: bool = True
    """Else a shortened form of a sentence that is there too: not counted twice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """What some stretches hold of the words that a summary would use."""

    hits: float = 0.0
    """Expected."""
    length: int = 0
    """Stems."""
    held: frozenset[str] = frozenset()

    def score(self, words: int) -> float:
        """Give the expected F1 against a person's summary of about `words` words."""
        return 2 * self.hits / (self.length + _SUMMARY * words)


NOTHING = Worth()


class Expectation:
    """The chance of each word of one text."""

    def __init__(
        self,
        stretches: Sequence[Stretch],
        title: Collection[str],
        shares: Mapping[str, float],
        language: str,
    ) -> None:
        """Weigh a text; `shares` are those of digest.group.background."""
        whole = [stretch for stretch in stretches if stretch.whole]
        corrections = _CORRECTIONS.get(language, {})
        self._chances = {
            stem: _chance(values, corrections.get(stem, 0.0))
            for stem, values in features(whole, title, shares).items()
        }

    def alone(self, stretch: Stretch) -> Worth:
        """Value one stretch."""
        times = Counter(stretch.stems)
        hits = math.fsum(
            self._chances.get(stem, 0.0) * (1 + (count - 1) * _AGAIN)
            for stem, count in times.items()
        )
        return Worth(hits=hits, length=len(stretch.stems), held=frozenset(times))

    def together(self, one: Worth, other: Worth) -> Worth:
        """Value two choices as one: what both hold counts fully once."""
        twice = math.fsum(self._chances.get(stem, 0.0) for stem in sorted(one.held & other.held))
        return Worth(
            hits=one.hits + other.hits - (1 - _AGAIN) * twice,
            length=one.length + other.length,
            held=one.held | other.held,
        )


def features(
    sentences: Sequence[Stretch], title: Collection[str], shares: Mapping[str, float]
) -> dict[str, tuple[float, ...]]:
    """Map each stem to what its chance follows from."""
    times = Counter(stem for sentence in sentences for stem in sentence.stems)
    within = Counter(stem for sentence in sentences for stem in set(sentence.stems))
    first: dict[str, int] = {}
    for sentence in sentences:
        for stem in sentence.stems:
            first.setdefault(stem, sentence.place)

    def of(stem: str, count: int) -> tuple[str, tuple[float, ...]]:
        share, often = shares.get(stem, 0.0), math.log(count)
        titled, place = float(stem in title), first[stem]
        spread, rare = within[stem] / len(sentences), float(share == 0.0)
        common = (share, rare, often * rare, titled * share)
        return stem, (1.0, often, spread, titled, 1 / (1 + place), *common)

    return dict(starmap(of, times.items()))


def _chance(values: Sequence[float], correction: float) -> float:
    odds = sum(map(mul, _WEIGHTS, values))
    return 1 / (1 + math.exp(-odds - correction))
