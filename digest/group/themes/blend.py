"""How do a theme's definition and what was learned of it make one score?

    score = (.2 · definition + .8 · 2 · sigmoid(decision)) / scale

The definition's sum counts up to 2 either way. With an encoder the nearness of article and
definition joins the sum, and the decision is the mean of words' and meaning's.
"""

import math
from dataclasses import dataclass

DEFINED, DECIDED = 0.2, 0.8
CAP = 2.0
"""Of the definition: one that is sure can't outvote everything else."""
BY_WORDS, BY_MEANING = 0.76, 0.82
"""Scales without and with an encoder: where an article belongs from 1 on, as by definition."""
UNLEARNED = -3.0
"""Decision that stands in for themes of which too little is known, while others are learned."""
NEARNESS, USUAL, SPREAD = 0.3, 0.15, 0.11
"""Of an article and a definition: its weight, and what the encoder's cosines usually are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A part of a score: a constant, and what each unit of its terms adds."""

    base: float
    slope: float


def definition_share(total: float, scale: float) -> Share:
    """Give what the definition's terms, which sum to `total`, add to the score."""
    capped = max(-CAP, min(CAP, total))
    return Share(base=0.0, slope=DEFINED / scale * (capped / total if total else 1.0))


def decision_share(bias: float, added: float, scale: float) -> Share:
    """Give what `added` logits on top of the bias add to the score.

    Spread in proportion: the integrated gradients from a text without any known word (Sundararajan,
    Taly, Yan: Axiomatic Attribution for Deep Networks, 2017), which sum to the whole.
    """
    base = _worth(bias) / scale
    if abs(added) < 1e-9:
        return Share(base=base, slope=0.0)
    return Share(base=base, slope=(_worth(bias + added) / scale - base) / added)


def nearness(cosine: float) -> float:
    """Give what the nearness of an article and a definition adds to the definition's sum."""
    return NEARNESS * (cosine - USUAL) / SPREAD


def _worth(decision: float) -> float:
    return DECIDED * 2 / (1 + math.exp(-max(-500.0, min(500.0, decision))))
