"""Does an article belong to a theme, and which of its words say so?

The definition speaks first; where a model has learned a theme in the article's language, both make
the score (digest.group.themes.blend). One threshold serves all themes; a theme may set its own
`minimum`. Reasons add up to the score.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from digest.group.meaning import Encoder, told_in_short
from digest.group.reading import Desk, Reading
from digest.group.themes.blend import (
    BY_MEANING,
    BY_WORDS,
    decision_share,
    definition_share,
    nearness,
)
from digest.group.themes.definition import Definitions
from digest.group.themes.features import weigh
from digest.group.themes.model import Learned, ThemeModel, Tongue, definition_hash
from digest.model.story import Reason, ThemeScore
from digest.schedule.values import Theme

BELONGS = 1.0
"""Score from which an article belongs to a theme that sets no minimum of its own."""
OTHER_WORDS, MEANING = "other words", "meaning"
"""Reasons that stand for many: words too faint to name, and what the encoder says."""

_NAMED = 8
"""Learned words that are named as reasons of one score."""
_FAINT = 0.4
"""Of a theme's minimum: a learned score below it tells nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Speech:
    """A language of the model, ready to score with."""

    rarity: Mapping[str, float]
    numbers: Mapping[str, int]
    written: Mapping[int, str]
    themes: Mapping[str, Learned]
    weights: NDArray[np.float64]
    """Features × themes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    """An article as a model sees it."""

    features: Mapping[int, float]
    written: Mapping[int, str]
    decided: Sequence[float]
    """What all its features add to each theme's decision."""
    vector: NDArray[np.float32] | None


class ThemeScorer:
    """Scores articles against all themes of the schedule."""

    def __init__(
        self,
        themes: Mapping[str, Theme],
        desk: Desk,
        model: ThemeModel | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        """Take a model, and the encoder that it was learned with: `fits` tells whether it is."""
        self._themes = themes
        self._definitions = Definitions(themes, desk)
        self._speeches = _speeches(model, set(themes) - set(changed(themes, model)))
        self._encoder = encoder if model and model.provenance.encoder else None

    def score(self, reading: Reading) -> tuple[ThemeScore, ...]:
        """Score one article; themes for which nothing speaks are left out. Best first."""
        points = self._definitions.points(reading)
        found: dict[str, Mapping[str, float]] = dict(points)
        speech = self._speeches.get(reading.article.language)
        if speech:
            text = self._text(reading, speech)
            for place, (name, learned) in enumerate(speech.themes.items()):
                least = _FAINT * minimum(self._themes[name])
                known, decided = points.get(name, {}), text.decided[place]
                found[name] = _mixed(known, learned, text, decided, least)
        learnable = speech.themes if speech else {}
        made = [self._score(reading.article.id, name, why) for name, why in found.items()]
        told = [one for one in made if one.theme not in learnable or self._tells(one)]
        return tuple(sorted(told, key=lambda score: (-score.score, score.theme)))

    def _text(self, reading: Reading, speech: _Speech) -> _Text:
        weights = weigh(reading, speech.rarity)
        vector = None
        if self._encoder:
            vector = self._encoder.encode([told_in_short(reading.article)])[0]
        features = {speech.numbers[feature]: weight for feature, weight in weights.items()}
        added = list(features.values()) @ speech.weights[list(features)]
        decided = [float(one) for one in added]
        return _Text(features=features, written=speech.written, decided=decided, vector=vector)

    def _tells(self, score: ThemeScore) -> bool:
        return score.score >= _FAINT * minimum(self._themes[score.theme])

    def _score(self, article_id: int, name: str, found: Mapping[str, float]) -> ThemeScore:
        reasons = {term: round(worth, 4) for term, worth in found.items()}
        score = max(0.0, round(math.fsum(reasons.values()), 4))
        ordered = sorted(reasons.items(), key=lambda item: (-abs(item[1]), item[0]))
        return ThemeScore(
            article_id=article_id,
            theme=name,
            score=score,
            belongs=score >= minimum(self._themes[name]),
            reasons=tuple(Reason(term=term, weight=worth) for term, worth in ordered),
        )


def minimum(theme: Theme) -> float:
    """Give the score from which an article belongs to a theme."""
    return BELONGS if theme.minimum is None else theme.minimum


def changed(themes: Mapping[str, Theme], model: ThemeModel | None) -> list[str]:
    """Give the themes whose definition is not the one that the model was made with."""
    if model is None:
        return []
    made_with = model.provenance.definitions
    return [name for name, one in themes.items() if made_with.get(name) != definition_hash(one)]


def fits(model: ThemeModel, encoder: Encoder | None) -> bool:
    """Tell whether the model's encoder is here: its numbers mean nothing to another one."""
    return model.provenance.encoder in {"", encoder.name if encoder else ""}


def _speeches(model: ThemeModel | None, themes: set[str]) -> dict[str, _Speech]:
    if model is None:
        return {}
    return {language: _speech(tongue, themes) for language, tongue in model.languages.items()}


def _speech(tongue: Tongue, themes: set[str]) -> _Speech:
    learned = {name: one for name, one in tongue.themes.items() if name in themes}
    weights = np.zeros((len(tongue.features), len(learned)))
    for column, one in enumerate(learned.values()):
        weights[list(one.weights), column] = list(one.weights.values())
    return _Speech(
        rarity=dict(zip(tongue.features, tongue.rarity, strict=True)),
        numbers={feature: number for number, feature in enumerate(tongue.features)},
        written=tongue.written,
        themes=learned,
        weights=weights,
    )


def _mixed(
    points: Mapping[str, float],
    learned: Learned,
    text: _Text,
    decision: float,
    least: float,
) -> dict[str, float]:
    """Give the reasons of a score that definition and model make together, of `least` or more.

    Most themes have nothing to do with most articles: for them no reason is worked out.
    """
    vector = text.vector
    parts, scale = (1.0, BY_WORDS) if vector is None else (0.5, BY_MEANING)
    near = 0.0 if vector is None else nearness(_dot(vector, learned.meaning))
    dense = 0.0 if vector is None else parts * _dot(vector, learned.dense)
    total, added = math.fsum(points.values()) + near, parts * decision + dense
    defined = definition_share(total, scale)
    decided = decision_share(parts * learned.bias + (1 - parts) * learned.dense_bias, added, scale)
    if decided.base + decided.slope * added + defined.slope * total < least:
        return {}
    words = {
        number: parts * weight * learned.weights[number]
        for number, weight in text.features.items()
        if number in learned.weights
    }
    reasons = defaultdict(float, {term: worth * defined.slope for term, worth in points.items()})
    named = _named(words, points, text.written)
    for name, worth in named:
        reasons[name] += worth * decided.slope
    rest = added - dense - math.fsum(worth for _, worth in named)
    reasons[OTHER_WORDS] += decided.base + rest * decided.slope
    if vector is not None:
        reasons[MEANING] += near * defined.slope + dense * decided.slope
    return reasons


def _named(
    words: Mapping[int, float], points: Mapping[str, float], written: Mapping[int, str]
) -> list[tuple[str, float]]:
    """Name the heaviest words, as the definition writes them where it has them too.

    A word of the definition has one reason, for what it weighs there and here.
    """
    defined = {term.casefold(): term for term in points}
    heaviest = nsmallest(_NAMED, words, key=lambda number: (-abs(words[number]), number))
    names = [(written[number], words[number]) for number in heaviest]
    return [(defined.get(name.casefold(), name), worth) for name, worth in names]


def _dot(vector: NDArray[np.float32], weights: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(vector.tolist(), weights, strict=True))
