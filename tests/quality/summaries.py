"""How near do our summaries come to the sentence that a newsroom put above its article?"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from digest.group.summary import summarise
from tests.quality.measures import rouge_1, rouge_l
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
    words: float


EVERY = 36
"""Of the articles with odd ids: those with even ones taught digest.group.expecting."""


def figures(data: Path) -> dict[str, float]:
    """Measure on French news, within 32 words."""
    near = nearness(french(data))
    return {"summary.rouge1": near.rouge1, "summary.rougel": near.rougel}


def french(data: Path) -> list[Told]:
    """Read a sample of French articles with the sentence that their newsroom put above them."""
    odd = [r for r in rows(data / ARCHIVE) if int(r["id"]) % 2 and r["heading"]]
    return [
        Told(title=row["title"], body=row["article"], right=row["heading"]) for row in odd[::EVERY]
    ]


def nearness(articles: Iterable[Told], *, words: int = WORDS) -> Nearness:
    """Measure our summaries of at most `words` words of articles without a description."""
    pairs = [(summarise(a.title, "", a.body, a.language, words=words), a.right) for a in articles]
    return Nearness(
        rouge1=fmean(rouge_1(ours, right) for ours, right in pairs),
        rougel=fmean(rouge_l(ours, right) for ours, right in pairs),
        words=fmean(len(ours.split()) for ours, _ in pairs),
    )
