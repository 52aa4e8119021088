"""How near do our summaries come to the sentence that a newsroom put above its article?"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from digest.group.summary import summarise
from tests.quality.measures import rouge_1, rouge_l

WORDS = 32
"""What such a sentence has."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """An article without the sentence above it, and that sentence."""

    title: str
    body: str
    right: str
    language: str = "fr"


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """Means over some articles, from 0 to 1; the number of words is theirs too."""

    rouge1: float
    rougel: float
    words: float


def nearness(articles: Iterable[Told], *, words: int = WORDS) -> Nearness:
    """Measure our summaries of at most `words` words of articles without a description."""
    pairs = [(summarise(a.title, "", a.body, a.language, words=words), a.right) for a in articles]
    return Nearness(
        rouge1=fmean(rouge_1(ours, right) for ours, right in pairs),
        rougel=fmean(rouge_l(ours, right) for ours, right in pairs),
        words=fmean(len(ours.split()) for ours, _ in pairs),
    )
