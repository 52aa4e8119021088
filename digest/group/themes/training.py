"""What else speaks for a theme than its definition? An archive and the editors' corrections teach.

For each theme a logistic regression tells the articles that are surely of it from those that surely
are not; a second one starts from what the first found. Naive Bayes has a part in what words weigh:
it is the steadier judge of those that few sure articles hold. An editor's word counts instead of
what seems sure, and five times as much.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import expit

from digest.group.themes import blend
from digest.group.themes.model import Learned, Tongue
from digest.group.themes.selecting import BY_BOTH, BY_DEFINITION, Flags, Scores, Sureness, select
from digest.group.themes.sheet import Sheet

SEED = 20_000
ENOUGH = 5
"""Articles that are surely of a theme: with fewer, nothing is learned of it."""
INSISTENCE = 5.0
"""An editor's plain word counts as much as so many articles that only seem sure."""
KEPT = 3_000
"""Weights of a theme that are kept, the heaviest."""
_STRENGTH, _DENSE_STRENGTH, _DENSE_SCALE = 2.0, 0.4, 6.0
_BAYES, _SMOOTHED = 0.4, 0.5
"""Naive Bayes' part, and what is added to its counts."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """An editor's word on one text of the archive."""

    row: int
    theme: int
    """Its column."""
    belongs: bool
    weight: float
    """Above 0, at most 1."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What is learned from, in one language."""

    themes: tuple[str, ...]
    sheet: Sheet
    defined: Scores
    """The definitions' sums: a row for each text, a column for each theme."""
    unlabelled: Flags
    """Texts that may teach by themselves: not those that an editor gave as examples."""
    vectors: NDArray[np.float32] | None = None
    """The encoder's, a row for each text."""
    meanings: NDArray[np.float32] | None = None
    """The encoder's vectors of the definitions, a row for each theme."""


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One theme's decision: what each feature adds, and each number of a vector."""

    weights: NDArray[np.float64]
    bias: float
    dense: NDArray[np.float64] | None
    dense_bias: float


def learn(material: Material, lessons: Sequence[Lesson]) -> Tongue:
    """Learn all themes of one language; equal input gives equal output."""
    prior = prior_of(material)
    first = _lines(material, prior, BY_DEFINITION, lessons)
    mixed = _mix(prior, _decide(material, first))
    second = _lines(material, mixed, BY_BOTH, lessons)
    return _tongue(material, second)


def scores(material: Material, tongue: Tongue) -> Scores:
    """Score all texts as digest.group.themes.scoring does one by one."""
    rows = {name: _line_of(learned, material) for name, learned in tongue.themes.items()}
    lines = [rows.get(name) for name in material.themes]
    scale = blend.BY_WORDS if material.vectors is None else blend.BY_MEANING
    mixed = _mix(prior_of(material), _decide(material, lines)) / scale
    unlearned = [at for at, line in enumerate(lines) if line is None]
    mixed[:, unlearned] = material.defined[:, unlearned]
    return np.maximum(mixed, 0)


def prior_of(material: Material) -> Scores:
    """Give the definitions' sums, the nearness of meanings among them where there is an encoder."""
    if material.vectors is None or material.meanings is None:
        return material.defined
    cosines = (material.vectors @ material.meanings.T).astype(np.float64)
    near: Scores = blend.NEARNESS * (cosines - blend.USUAL) / blend.SPREAD
    return material.defined + near


def _mix(prior: Scores, decided: Scores) -> Scores:
    defined = np.clip(prior, -blend.CAP, blend.CAP)
    mixed: Scores = blend.DEFINED * defined + blend.DECIDED * 2 * expit(decided)
    return mixed


def _lines(
    material: Material, scored: Scores, sure: Sureness, lessons: Sequence[Lesson]
) -> list[_Line | None]:
    wanted, unwanted = select(scored, sure)
    found = []
    for theme in range(len(material.themes)):
        yes = wanted[:, theme] & material.unlabelled
        no = unwanted[:, theme] & material.unlabelled
        weights = np.where(yes | no, 1.0, 0.0)
        for lesson in lessons:
            if lesson.theme == theme:
                yes[lesson.row] = lesson.belongs
                weights[lesson.row] = INSISTENCE * lesson.weight
        found.append(_line(material, yes, weights))
    return found


def _line(material: Material, yes: Flags, weights: NDArray[np.float64]) -> _Line | None:
    used = np.flatnonzero(weights)
    labels = yes[used]
    if labels.sum() < ENOUGH or labels.all() or not material.sheet.rows.shape[1]:
        return None
    balanced = weights[used]
    for side in (labels, ~labels):
        balanced = np.where(side, balanced * len(used) / (2 * balanced[side].sum()), balanced)
    rows: csr_matrix = material.sheet.rows[used]
    line, bias = _fit_words(rows, labels, balanced)
    if material.vectors is None:
        return _Line(weights=line, bias=bias, dense=None, dense_bias=0.0)
    vectors = material.vectors[used] * _DENSE_SCALE
    dense, dense_bias = _fit(vectors, labels, balanced, _DENSE_STRENGTH)
    return _Line(weights=line, bias=bias, dense=dense * _DENSE_SCALE, dense_bias=dense_bias)


def _fit_words(
    rows: csr_matrix, labels: Flags, weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Mix a regression with naive Bayes, brought to the mean and spread of its decisions."""
    line, bias = _fit(rows, labels, weights, _STRENGTH, dual=True)
    mine, others = (
        _SMOOTHED + np.asarray(rows[side].T @ weights[side]).ravel() for side in (labels, ~labels)
    )
    odds = np.log(mine / mine.sum()) - np.log(others / others.sum())
    decided, judged = rows @ line + bias, rows @ odds
    odds = odds * (decided.std() / (judged.std() or 1.0))
    shift = float(decided.mean() - (rows @ odds).mean())
    return (1 - _BAYES) * line + _BAYES * odds, (1 - _BAYES) * bias + _BAYES * shift


def _fit(
    rows: csr_matrix | NDArray[np.float32],
    labels: Flags,
    weights: NDArray[np.float64],
    strength: float,
    *,
    dual: bool = False,
) -> tuple[NDArray[np.float64], float]:
    """Fit a regression; `dual` finds the same one, text by text: quicker where features are more.

    Source: Yu, Huang & Lin, Dual coordinate descent methods for logistic regression, 2011.
    """
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(
        C=strength, solver="liblinear", dual=dual, random_state=SEED, max_iter=200
    )
    fit.fit(rows, labels, sample_weight=weights)
    return fit.coef_[0], float(fit.intercept_[0])


def _decide(material: Material, lines: Sequence[_Line | None]) -> Scores:
    decided = np.full((material.sheet.rows.shape[0], len(lines)), blend.UNLEARNED)
    for theme, line in enumerate(lines):
        if line is None:
            continue
        decision = material.sheet.rows @ line.weights + line.bias
        if line.dense is not None and material.vectors is not None:
            decision = (decision + material.vectors @ line.dense + line.dense_bias) / 2
        decided[:, theme] = decision
    return decided


def _tongue(material: Material, lines: Sequence[_Line | None]) -> Tongue:
    named = zip(material.themes, lines, strict=True)
    themes = {
        name: _learned(material, at, line)
        for at, (name, line) in enumerate(named)
        if line is not None
    }
    numbers = sorted({number for one in themes.values() for number in one.weights})
    return Tongue(
        features=material.sheet.features,
        rarity=tuple(material.sheet.rarity.tolist()),
        written={number: material.sheet.written[number] for number in numbers},
        themes=themes,
    )


def _learned(material: Material, theme: int, line: _Line) -> Learned:
    heaviest = np.argsort(-np.abs(line.weights), kind="stable")[:KEPT]
    kept = {int(n): round(float(line.weights[n]), 4) for n in np.sort(heaviest)}
    dense, meanings = line.dense, material.meanings
    return Learned(
        weights={number: weight for number, weight in kept.items() if weight},
        bias=round(line.bias, 4),
        dense=() if dense is None else _rounded(dense),
        dense_bias=round(line.dense_bias, 4),
        meaning=() if meanings is None else _rounded(meanings[theme]),
    )


def _line_of(learned: Learned, material: Material) -> _Line:
    weights = np.zeros(material.sheet.rows.shape[1])
    weights[list(learned.weights)] = list(learned.weights.values())
    dense = np.array(learned.dense) if learned.dense else None
    return _Line(weights=weights, bias=learned.bias, dense=dense, dense_bias=learned.dense_bias)


def _rounded(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)
