"""How near do our summaries come to the sentence that a newsroom put above its article?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from digest.group.summary import summarise
from tests.quality.measures import ascii_words, rouge_1, rouge_l, written_words
from tests.quality.story_figures import ARCHIVE, rows

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
    ascii_rouge1: float
    ascii_rougel: float
    words: float


EVERY = 9
"""Of the articles with odd ids: those with even ones taught digest.group.expecting."""
_MOST_NEW = 0.57
"""Of the different words above an article may be missing in it; OrangeSum left out others, too."""
_FEWEST = 5
"""Words of a title and of the sentence above: what is shorter is a date or a label."""


def figures(data: Path, *, every: int = EVERY) -> dict[str, float]:
    """Measure on French news, within 32 words."""
    near = nearness(french(data, every=every))
    return {
        "summary.rouge1": near.rouge1,
        "summary.rougel": near.rougel,
        "summary.rouge1.ascii": near.ascii_rouge1,
        "summary.rougel.ascii": near.ascii_rougel,
    }


def french(data: Path, *, every: int = EVERY) -> list[Told]:
    """Read one in so many French articles with the sentence that their newsroom put above it."""
    odd = [Told(title=r["title"], body=r["article"], right=r["heading"]) for r in _odd(data)]
    return [told for told in odd if _summarised(told)][::every]


def _odd(data: Path) -> Iterable[Mapping[str, Any]]:
    return (row for row in rows(data / ARCHIVE) if int(row["id"]) % 2)


def _summarised(told: Told) -> bool:
    """Tell whether OrangeSum would have the article: a twelfth has but a date above it."""
    above, within = set(written_words(told.right)), set(written_words(told.body))
    shortest = min(len(told.title.split()), len(told.right.split()))
    return shortest >= _FEWEST and len(above - within) <= _MOST_NEW * len(above)


def nearness(articles: Iterable[Told], *, words: int = WORDS) -> Nearness:
    """Measure our summaries of at most `words` words of articles without a description."""
    pairs = [(summarise(a.title, "", a.body, a.language, words=words), a.right) for a in articles]
    return Nearness(
        rouge1=fmean(rouge_1(ours, right) for ours, right in pairs),
        rougel=fmean(rouge_l(ours, right) for ours, right in pairs),
        ascii_rouge1=fmean(rouge_1(ours, right, ascii_words) for ours, right in pairs),
        ascii_rougel=fmean(rouge_l(ours, right, ascii_words) for ours, right in pairs),
        words=fmean(len(ours.split()) for ours, _ in pairs),
    )
