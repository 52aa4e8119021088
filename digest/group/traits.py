"""What does grouping keep of an article? Counts of its words and marks, and sampled runs of them.

A hundred thousand articles fit into memory so: two to three kilobytes each, their texts let go.
"""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digest.group.background import shares
from digest.group.copies import Runs, runs_in
from digest.group.lexicon import Lexicon
from digest.group.reading import Reading
from digest.group.text import Passage, Word, fold

TITLE, HEADING, BODY = 3.0, 2.0, 1.0
"""What a word counts by where it stands."""

BODY_WORDS = 150
"""Of a body, for its own words: the event is told by then. Marks are counted in all of it."""

_ROUND_UP = re.compile(
    r"(?:(?:morning|evening|daily|weekly)[ -](?:briefing|brief|round-?up|recap|wrap)\b"
    r"|(?:briefing|round-?up|recap|newsletter|podcast)\s*[:–—-]"
    r"|revue (?:de presse|de la semaine)\b|l.essentiel de l.actualite\b|ce qu.il faut retenir d)"
)
"""How the title of a round-up begins, folded. What is told live of one event is none."""
_NOTHING = 1e-6
"""What is left of a count when its parts are taken away again."""
_EVERYWHERE = 0.25
"""A word that more articles than this share hold says nothing across languages."""
_NAME = 2.0
"""What a name counts that no list knows: the surest sign across languages that there is."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Counts:
    """How often an article says what: feature numbers (Vocabulary) and their weighted counts."""

    features: NDArray[np.uint32]
    times: NDArray[np.float16]
    """Exact up to 2,048, to a thousandth beyond."""


NOTHING_COUNTED = Counts(features=np.array([], np.uint32), times=np.array([], np.float16))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Traits:
    """What grouping needs to know of one article."""

    id: int
    language: str
    at: datetime
    first_seen_at: datetime
    length: int
    """Characters of its body."""
    own: Counts
    """By stem and name of its language, prefixed with the language."""
    shared: Counts
    """By marks that languages share (digest.group.lexicon)."""
    runs: Runs
    short: str
    """What a sentence encoder is given, empty where there is none."""
    round_up: bool
    """It tells of many events: a press review, a morning briefing."""


class Vocabulary:
    """Numbers features in the order in which they are met."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, feature: str) -> int:
        """Give a feature's number."""
        return self._numbers.setdefault(feature, len(self._numbers))

    def beyond(self, number: int) -> list[str]:
        """Give the features from a number on: from the end, so that a few cost little."""
        return list(islice(reversed(self._numbers), len(self._numbers) - number))[::-1]


class Tallier:
    """Counts readings; keeps what it learned of each language's words."""

    def __init__(self) -> None:
        self.own, self.shared = Vocabulary(), Vocabulary()
        self._languages: dict[str, _Language] = {}

    def take(self, reading: Reading, *, short: str = "") -> Traits:
        """Count one reading."""
        article = reading.article
        language = self._languages.get(article.language)
        if language is None:
            language = _Language(article.language, self.own, self.shared)
            self._languages[article.language] = language
        names = _names(reading)
        return Traits(
            id=article.id,
            language=article.language,
            at=article.published.at,
            first_seen_at=article.first_seen_at,
            length=len(article.body),
            own=_counts(language.own_of(reading, names)),
            shared=_counts(language.shared_of(reading, names)),
            runs=runs_in(reading),
            short=short,
            round_up=bool(_ROUND_UP.match(fold(article.title).strip())),
        )


class _Marked(NamedTuple):
    """What a word says across languages; a tuple, since every word of every text is looked up."""

    marks: tuple[int, ...]
    part: float
    """Of the word's weight, for each of them."""
    guessed: bool
    """No list knows it: it is told by its spelling."""
    opens: bool
    """A name of several words may begin with it."""


class _Language:
    """Knows which features the words of one language have."""

    def __init__(self, language: str, own: Vocabulary, shared: Vocabulary) -> None:
        self._prefix = f"{language}:"
        self._own, self._shared = own, shared
        self._lexicon, self._known = Lexicon(language), shares(language)
        self._features: dict[Word, tuple[int, int]] = {}
        self._marked: dict[Word, _Marked] = {}

    def own_of(self, reading: Reading, names: frozenset[str]) -> Mapping[int, float]:
        """Count stems, and once more those of names."""
        counted: defaultdict[int, float] = defaultdict(float)
        for word, weight in _weighed(reading, BODY_WORDS).items():
            stem, name = self._features.get(word) or self._learn(word)
            counted[stem] += weight
            if word.folded in names:
                counted[name] += weight
        return counted

    def shared_of(self, reading: Reading, names: frozenset[str]) -> Mapping[int, float]:
        """Count marks; of a name of several words its own, not those of its parts."""
        counted: defaultdict[int, float] = defaultdict(float)
        opens = False
        known = self._marked
        for word, weight in _weighed(reading, None).items():
            marks, part, guessed, opening = known.get(word) or self._mark(word)
            opens |= opening
            worth = weight * part * _NAME if guessed and word.folded in names else weight * part
            for mark in marks:
                counted[mark] += worth
        if opens:
            self._name(counted, reading, names)
            return {mark: times for mark, times in counted.items() if times > _NOTHING}
        return counted

    def _name(self, counted: dict[int, float], reading: Reading, names: frozenset[str]) -> None:
        places = ((reading.title, TITLE), (reading.heading, HEADING), (reading.body, BODY))
        for words, weight in ((passage.words, weight) for passage, weight in places):
            for place, length, meaning in self._lexicon.named(words):
                for word in words[place : place + length]:
                    marked = self._marked[word]
                    boost = _NAME if marked.guessed and word.folded in names else 1.0
                    for mark in marked.marks:
                        counted[mark] -= boost * weight * marked.part
                counted[self._shared.number(meaning)] += weight

    def _learn(self, word: Word) -> tuple[int, int]:
        stem = self._own.number(f"{self._prefix}{word.stem}")
        self._features[word] = found = (stem, self._own.number(f"{self._prefix}^{word.stem}"))
        return found

    def _mark(self, word: Word) -> _Marked:
        common = self._known.get(word.stem, 0.0) > _EVERYWHERE
        marks = () if common else self._lexicon.marks(word)
        self._marked[word] = marked = _Marked(
            marks=tuple(self._shared.number(mark) for mark in marks),
            part=1 / max(1, len(marks)),
            guessed=bool(marks) and marks[0].startswith("~"),
            opens=self._lexicon.opens(word),
        )
        return marked


def _weighed(reading: Reading, body_words: int | None) -> dict[Word, float]:
    """Count the words of an article, each by where it stands."""
    weighed: dict[Word, float] = Counter(reading.body.words[:body_words])  # type: ignore[assignment]
    for passage, weight in ((reading.title, TITLE), (reading.heading, HEADING)):
        for word in passage.words:
            weighed[word] = weighed.get(word, 0.0) + weight
    return weighed


def _counts(counted: Mapping[int, float]) -> Counts:
    return Counts(
        features=np.frombuffer(array("I", counted.keys()), dtype=np.uint32),
        times=np.fromiter(counted.values(), dtype=np.float16, count=len(counted)),
    )


def _names(reading: Reading) -> frozenset[str]:
    """Tell which words are names: capital inside sentences, more often than not."""
    told = (*_first(reading.heading), *_first(reading.body))
    capital = Counter(_capitals(reading.heading) + _capitals(reading.body))
    if not capital:
        lowered = {word.folded for word in told if not word.capital}
        return frozenset(_title_names(reading.title, lowered))
    small = Counter(word.folded for word in told if not word.capital and word.folded in capital)
    return frozenset(word for word, times in capital.items() if times > small[word])


def _first(passage: Passage) -> tuple[Word, ...]:
    return passage.words[: 2 * BODY_WORDS]


def _capitals(passage: Passage) -> list[str]:
    words, starts = _first(passage), passage.starts
    return [word.folded for at, word in enumerate(words) if word.capital and at not in starts]


def _title_names(title: Passage, small: Collection[str]) -> list[str]:
    """Take the capitals of a title, unless it writes most of its words so."""
    found = [word for place, word in enumerate(title.words) if word.capital and place > 0]
    if 2 * len(found) > len(title.words):
        return []
    return [word.folded for word in found if word.folded not in small]
