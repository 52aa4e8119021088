"""Which words of a text would a person's summary use, and what is a choice of sentences worth?

A word's chance follows from how often and how early it stands, whether the title holds it, whether
it is a name or stands in quotations, and how common it is at large: a logistic regression on 10,500
French articles and the sentence that their newsroom put above each (OrangeSum: Kamal Eddine et al.,
BARThez, 2021; articles with even ids). Only the corrections for single words of French
(data/expected.tsv) know a language.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import starmap
from operator import mul

_WEIGHTS = (
    *(-3.07, 0.72, 0.76, 2.38, 1.62, -1.08, 0.7, -0.18, 0.56, -0.3),
    *(0.33, -0.63, -0.84, -0.25, -0.27, 0.78),
)
"""Of the features, in their order."""
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
    names: tuple[str, ...] = ()
    """Those of its stems that a capital begins, though no sentence."""
    quotes: bool = False
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
        corrections = _corrections(language)
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
    names = Counter(stem for sentence in sentences for stem in sentence.names)
    quoted = Counter(stem for sentence in sentences if sentence.quotes for stem in sentence.stems)
    first: dict[str, int] = {}
    for sentence in sentences:
        for stem in sentence.stems:
            first.setdefault(stem, sentence.place)

    def of(stem: str, count: int) -> tuple[str, tuple[float, ...]]:
        share, often, titled = shares.get(stem, 0.0), math.log(count), float(stem in title)
        spread, rare, early = (
            within[stem] / len(sentences),
            float(share == 0.0),
            1 / (1 + first[stem]),
        )
        name = names[stem] / count
        alone = (1.0, often, spread, titled, early, float(early == 1), share, rare, name)
        crossed = (often * rare, titled * share, titled * early, titled * often, titled * name)
        return stem, (*alone, quoted[stem] / count, *crossed, spread * early)

    return dict(starmap(of, times.items()))


@cache
def _corrections(language: str) -> Mapping[str, float]:
    """Map stems to what is added to their log-odds: no summary says `we`."""
    text = (files("digest.group") / "data" / "expected.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return {
        stem: float(odds) for of, odds, stems in rows if of == language for stem in stems.split()
    }


def _chance(values: Sequence[float], correction: float) -> float:
    odds = sum(map(mul, _WEIGHTS, values))
    return 1 / (1 + math.exp(-odds - correction))
