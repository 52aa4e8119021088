"""What does a text say that others don't? Told by the rare words that it holds and they lack."""

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

from digest.group.background import RARE, shares
from digest.group.reading import Desk
from digest.model.article import Article

Terms: TypeAlias = Mapping[str, float]
"""Stem → rarity: ln(1 / share of articles that hold it)."""

_EVERYWHERE = 0.08
"""A word that more articles than this share hold says nothing."""


def terms(text: str, language: str, desk: Desk) -> Terms:
    """Give the rare words of a text."""
    known = shares(language)
    weighed = {
        word.stem: known.get(word.stem, RARE) for word in desk.lexer(language).read(text).words
    }
    return {stem: -math.log(share) for stem, share in weighed.items() if share <= _EVERYWHERE}


def likeness(one: Terms, other: Terms) -> float:
    """Say how much of two texts' rare words they share: cosine of the rarities, 0 to 1."""
    common = math.fsum(weight * other[stem] for stem, weight in one.items() if stem in other)
    lengths = math.prod(math.fsum(w * w for w in sorted(found.values())) for found in (one, other))
    return min(1.0, common / math.sqrt(lengths)) if lengths else 0.0


def headed_alike(leads: Mapping[int, Article], desk: Desk) -> Callable[[int, int], float]:
    """Give a function that compares the headlines of two stories by their ids.

    `leads` has the leading article of each story.
    """
    heads: dict[int, Terms] = {}

    def head(story: int) -> Terms:
        if story not in heads:
            heads[story] = terms(leads[story].title, leads[story].language, desk)
        return heads[story]

    return lambda one, other: likeness(head(one), head(other))
