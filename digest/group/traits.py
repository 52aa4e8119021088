"""What does grouping keep of an article? Counts of its words and marks, and sampled runs of them.

A hundred thousand articles fit into memory so: two to three kilobytes each, their texts let go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from digest.group.background import shares
from digest.group.copies import Runs, runs_in
from digest.group.lexicon import Lexicon
from digest.group.reading import Reading
from digest.group.text import fold
from digest.group.words import Column, Numbers, Passage, Word, Words

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
_EVERYWHERE = 0.25
"""A word that more articles than this share hold says nothing across languages."""
_NAME = 2.0
"""What a name counts that no list knows: the surest sign across languages that there is."""
_UNMARKED = -1
_NO_NAME = np.int64(1 << 62)
"""Number of no word, greater than any."""
_NONE = np.zeros(0, dtype=np.float16)


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
        self._languages: dict[Words, _Language] = {}

    def take(self, reading: Reading, *, short: str = "") -> Traits:
        """Count one reading."""
        article, words = reading.article, reading.body.known
        language = self._languages.get(words)
        if language is None:
            language = _Language(article.language, words, self.own, self.shared)
            self._languages[words] = language
        text = language.text_of(reading)
        return Traits(
            id=article.id,
            language=article.language,
            at=article.published.at,
            first_seen_at=article.first_seen_at,
            length=len(article.body),
            own=language.own_of(text),
            shared=language.shared_of(text),
            runs=runs_in(reading),
            short=short,
            round_up=bool(_ROUND_UP.match(fold(article.title).strip())),
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Text:
    """An article's words one after the other: title, heading, body."""

    passages: tuple[Passage, ...]
    numbers: Numbers
    weights: NDArray[np.float64]
    """What each counts by where it stands."""
    names: NDArray[np.bool_]
    """Which of them are names."""

    @property
    def early(self) -> slice:
        """Those that tell the event."""
        title, heading, _ = self.passages
        return slice(len(title.numbers) + len(heading.numbers) + BODY_WORDS)


class _Language:
    """Knows which features the words of one language have, as one desk numbers them."""

    def __init__(self, language: str, words: Words, own: Vocabulary, shared: Vocabulary) -> None:
        self._words, self._shared = words, shared
        self._lexicon, self._usual = Lexicon(language), shares(language)
        folded = Vocabulary()
        self._folded = Column(words, lambda word: folded.number(word.folded), np.int64)
        self._stem = Column(words, lambda word: own.number(f"{language}:{word.stem}"), np.uint32)
        self._name = Column(words, lambda word: own.number(f"{language}:^{word.stem}"), np.uint32)
        self._mark = Column(words, self._first_mark, np.int64)
        self._marks: dict[int, tuple[int, ...]] = {}
        """First mark → all marks, of the words that have several."""
        self._guessed = Column(words, lambda word: self._is_guess(word), np.bool_)
        self._opens = Column(words, self._lexicon.opens, np.bool_)

    def text_of(self, reading: Reading) -> _Text:
        """Lay the words of an article out."""
        passages = (reading.title, reading.heading, reading.body)
        numbers = np.concatenate([one.numbers for one in passages])
        names = self._names(reading)
        folded = self._folded.of(numbers)
        return _Text(
            passages=passages,
            numbers=numbers,
            weights=np.repeat((TITLE, HEADING, BODY), [len(one.numbers) for one in passages]),
            names=np.append(names, _NO_NAME)[np.searchsorted(names, folded)] == folded,
        )

    def own_of(self, text: _Text) -> Counts:
        """Count stems, and once more those of names."""
        early = text.early
        numbers, weights, names = text.numbers[early], text.weights[early], text.names[early]
        return _counts(
            np.concatenate((self._stem.of(numbers), self._name.of(numbers[names]))),
            np.concatenate((weights, weights[names])),
        )

    def shared_of(self, text: _Text) -> Counts:
        """Count marks; of a name of several words its own, not those of its parts."""
        marks = self._mark.of(text.numbers)
        weights = np.where(text.names & self._guessed.of(text.numbers), _NAME, 1.0) * text.weights
        named = list(self._named(text))
        for place, length, _ in named:
            marks[place : place + length] = _UNMARKED
        more = list(self._of_several(marks, weights))
        more += [(mark, text.weights[place]) for place, _, mark in named]
        marked = marks >= 0
        marks, weights = marks[marked], weights[marked]
        if more:
            further, theirs = zip(*more, strict=True)
            marks, weights = np.append(marks, further), np.append(weights, theirs)
        return _counts(marks, weights)

    def _names(self, reading: Reading) -> NDArray[np.int64]:
        """Tell which words are names: capital inside sentences, more often than not."""
        told = [_Told(one, self._words, self._folded) for one in (reading.heading, reading.body)]
        small = np.concatenate([one.small for one in told])
        capital, times = np.unique(np.concatenate([one.inside for one in told]), return_counts=True)
        if not len(capital):
            return self._title_names(reading.title, small)
        place = np.searchsorted(capital, small)
        also_small = place[np.append(capital, _NO_NAME)[place] == small]
        return capital[times > np.bincount(also_small, minlength=len(capital))]

    def _title_names(self, title: Passage, small: NDArray[np.int64]) -> NDArray[np.int64]:
        """Take the capitals of a title, unless it writes most of its words so."""
        found = title.numbers[1:][self._words.capital.of(title.numbers[1:])]
        if 2 * len(found) > len(title.numbers):
            return np.zeros(0, dtype=np.int64)
        return np.setdiff1d(self._folded.of(found), small)

    def _named(self, text: _Text) -> Iterator[tuple[int, int, int]]:
        """Give the names of several words: place, length and mark."""
        before = 0
        for passage in text.passages:
            opening = np.flatnonzero(self._opens.of(passage.numbers)).tolist()
            for place, length, meaning in self._lexicon.named(passage, opening):
                yield before + place, length, self._shared.number(meaning)
            before += len(passage.numbers)

    def _of_several(
        self, marks: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> Iterator[tuple[int, float]]:
        """Part the weight of words that have several marks; they are taken out of `marks`."""
        for place in np.flatnonzero(marks < _UNMARKED).tolist():
            several = self._marks[int(marks[place])]
            yield from ((mark, weights[place] / len(several)) for mark in several)

    def _first_mark(self, word: Word) -> int:
        """Give its mark, below _UNMARKED where it has several, and _UNMARKED where none."""
        marks = tuple(self._shared.number(mark) for mark in self._marks_of(word))
        if len(marks) < 2:
            return marks[0] if marks else _UNMARKED
        key = _UNMARKED - 1 - len(self._marks)
        self._marks[key] = marks
        return key

    def _is_guess(self, word: Word) -> bool:
        """Say that no list knows it: it is told by its spelling."""
        marks = self._marks_of(word)
        return bool(marks) and marks[0].startswith("~")

    def _marks_of(self, word: Word) -> tuple[str, ...]:
        common = self._usual.get(word.stem, 0.0) > _EVERYWHERE
        return () if common else self._lexicon.marks(word)


class _Told:
    """The first words of a passage as numbers of their folded forms."""

    def __init__(self, passage: Passage, words: Words, folded: Column[np.int64]) -> None:
        first = passage.numbers[: 2 * BODY_WORDS]
        forms, capital = folded.of(first), words.capital.of(first)
        self.small = forms[~capital]
        capital[passage.edges[passage.edges < len(first)]] = False
        self.inside = forms[capital]
        """Capital inside a sentence."""


def _counts(features: NDArray[np.integer], times: NDArray[np.float64]) -> Counts:
    """Add up what stands for each feature."""
    order = np.argsort(features, kind="stable")
    ordered = features[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    return Counts(
        features=ordered[starts].astype(np.uint32),
        times=np.add.reduceat(times[order], starts).astype(np.float16) if len(starts) else _NONE,
    )
