"""What is an article about, in numbers? Its heaviest words, within and across languages."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from digest.group.background import RARE, mark_shares, shares
from digest.group.lexicon import Meanings
from digest.group.reading import Reading
from digest.group.text import Passage

Vector: TypeAlias = dict[str, float]
"""Feature → weight, of length 1 unless empty."""

TOP = 64
TITLE, HEADING, BODY = 3.0, 2.0, 1.0
BODY_WORDS = 150
Weighted: TypeAlias = tuple[Passage, float]

_EVERYWHERE = 0.25
"""A word that more articles than this share hold says nothing across languages."""
_PRIOR_ARTICLES = 300
"""How many imagined articles of the background weigh against those of the window."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How often an article says what, weighted by place."""

    article_id: int
    language: str
    own: Mapping[str, float]
    """By stem and name of its language, prefixed with the language."""
    shared: Mapping[str, float]
    """By marks that languages share (digest.group.lexicon)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Views:
    """An article's two vectors."""

    language: str
    own: Vector
    shared: Vector


class Tallier:
    """Counts readings; keeps what it learned of each language's words."""

    def __init__(self) -> None:
        self._meanings: dict[str, Meanings] = {}

    def count(self, reading: Reading) -> Counts:
        """Count one reading."""
        language = reading.article.language
        if language not in self._meanings:
            self._meanings[language] = Meanings(language)
        passages, names = _weighted(reading), _names(reading)
        return Counts(
            article_id=reading.article.id,
            language=language,
            own=_count_own(passages, names, language),
            shared=_count_shared(passages, names, self._meanings[language], language),
        )


class Rarity:
    """How telling a feature is: ln(1 / share of articles that hold it)."""

    def __init__(self, counted: Iterable[Counts]) -> None:
        self._own: Counter[str] = Counter()
        self._shared: Counter[str] = Counter()
        self._articles: Counter[str] = Counter()
        for counts in counted:
            self._articles[counts.language] += 1
            self._own.update(counts.own.keys())
            self._shared.update(counts.shared.keys())
        self._total = self._articles.total()
        self._cache: dict[str, float] = {}

    def own(self, feature: str) -> float:
        """Weigh a stem or name."""
        if feature not in self._cache:
            language, _, stem = feature.partition(":")
            known = shares(language).get(stem.removeprefix("^"), RARE)
            self._cache[feature] = _rarity(self._own[feature], self._articles[language], known)
        return self._cache[feature]

    def shared(self, mark: str) -> float:
        """Weigh a mark."""
        return _rarity(self._shared[mark], self._total, mark_shares().get(mark, RARE))

    def views(self, counts: Counts) -> Views:
        """Weigh everything an article says, and keep the heaviest."""
        return Views(
            language=counts.language,
            own=heaviest({f: n * self.own(f) for f, n in counts.own.items()}),
            shared=heaviest({f: math.log1p(n) * self.shared(f) for f, n in counts.shared.items()}),
        )


def heaviest(weights: Mapping[str, float], *, top: int = TOP) -> Vector:
    """Keep the `top` heaviest features, scaled to length 1."""
    kept = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:top]
    length = math.sqrt(math.fsum(weight * weight for _, weight in kept))
    return {feature: weight / length for feature, weight in kept} if length else {}


def dot(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Multiply two vectors; the cosine of two of length 1."""
    if len(a) > len(b):
        a, b = b, a
    return sum(weight * b[feature] for feature, weight in a.items() if feature in b)


def _count_own(
    passages: Iterable[Weighted], names: frozenset[str], language: str
) -> Mapping[str, float]:
    counted: defaultdict[str, float] = defaultdict(float)
    for passage, weight in passages:
        for word in passage.words:
            counted[f"{language}:{word.stem}"] += weight
            if word.folded in names:
                counted[f"{language}:^{word.stem}"] += weight
    return counted


def _count_shared(
    passages: Iterable[Weighted], names: frozenset[str], meanings: Meanings, language: str
) -> Mapping[str, float]:
    counted: defaultdict[str, float] = defaultdict(float)
    known = shares(language)
    for passage, weight in passages:
        for word, marks in meanings.of(passage):
            if known.get(word.stem, 0.0) > _EVERYWHERE:
                continue
            # A name that no list knows is the surest sign there is.
            boost = 2.0 if marks[0][0] == "~" and word.folded in names else 1.0
            for mark in marks:
                counted[mark] += boost * weight / len(marks)
    return counted


def _rarity(holding: int, articles: int, known: float) -> float:
    share = (holding + _PRIOR_ARTICLES * known) / (articles + _PRIOR_ARTICLES)
    return max(0.0, -math.log(share))


def _weighted(reading: Reading) -> tuple[Weighted, ...]:
    start = Passage(words=reading.body.words[:BODY_WORDS], starts=reading.body.starts)
    return ((reading.title, TITLE), (reading.heading, HEADING), (start, BODY))


def _names(reading: Reading) -> frozenset[str]:
    """Tell which words are names: capital inside sentences, more often than not."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for passage in (reading.heading, reading.body):
        for place, word in enumerate(passage.words[: 2 * BODY_WORDS]):
            if not word.capital:
                small[word.folded] += 1
            elif place not in passage.starts:
                capital[word.folded] += 1
    if not capital:
        capital = _title_names(reading.title, small)
    return frozenset(word for word, times in capital.items() if times > small[word])


def _title_names(title: Passage, small: Mapping[str, int]) -> Counter[str]:
    """Take the capitals of a title, unless it writes most of its words so."""
    found = [word for place, word in enumerate(title.words) if word.capital and place > 0]
    if 2 * len(found) > len(title.words):
        return Counter()
    return Counter(word.folded for word in found if word.folded not in small)
