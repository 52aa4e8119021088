"""Which features does an article have, and how often? Counted for a block of articles at once.

A feature is a stem or a name of one language, or a mark that languages share.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from digest.group.background import shares
from digest.group.copies import Runs, runs_of
from digest.group.lexicon import lexicon_of
from digest.group.pages import Page, shelves
from digest.group.reading import Reading
from digest.group.text import fold
from digest.group.traits import Counts, Traits, Vocabulary
from digest.group.words import Column, Word, Words

TITLE, HEADING, BODY = 3.0, 2.0, 1.0
"""What a word counts by where it stands."""

BODY_WORDS = 150
"""Of a body, for its own words: the event is told by then. Marks are counted in all of it."""

_ROUND_UP = re.compile(
    r"(?:(?:morning|evening|daily|weekly)[ -](?:briefing|brief|round-?up|recap|wrap)\b"
    r"|(?:briefing|round-?up|recap|newsletter|podcast)\s*[:–—-]"
    r"|revue (?:de presse|de la semaine)\b|l.essentiel de l.actualite\b|ce qu.il faut retenir d"
    r"|(?:[^:]{1,40}:\s*)?le point sur (?:la pandemie\b|l.epidemie\b|.*\bdans le monde\b)"
    r"|(?:factbox\s*[:–—-]\s*)?latest on the (?:worldwide|global) spread\b"
    r"|what you need to know about .*\bright now\b)"
)
"""How the title of a round-up begins, folded. What is told live of one event is none."""
_EVERYWHERE = 0.25
"""A word that more articles than this share hold says nothing across languages."""
_NAME = 2.0
"""What a name counts that no list knows: the surest sign across languages that there is."""
_UNMARKED = -1


class Tallier:
    """Counts readings; keeps what it learned of each language's words."""

    def __init__(self) -> None:
        self.own, self.shared = Vocabulary(), Vocabulary()
        self._languages: dict[Words, _Language] = {}

    def take(self, readings: Sequence[Reading], short: Sequence[str]) -> list[Traits]:
        """Count readings; `short` has what a sentence encoder is given of each."""
        found: dict[int, Traits] = {}
        spoken: dict[Words, list[int]] = {}
        for place, reading in enumerate(readings):
            spoken.setdefault(reading.body.known, []).append(place)
        for words, places in spoken.items():
            some = [readings[place] for place in places]
            counted = self._language(words, some[0].article.language).count(some)
            briefly = [short[place] for place in places]
            made = map(_traits, some, *zip(*counted, strict=True), briefly)
            found |= zip(places, made, strict=True)
        return [found[place] for place in range(len(readings))]

    def _language(self, words: Words, name: str) -> "_Language":
        if words not in self._languages:
            self._languages[words] = _Language(name, words, self.own, self.shared)
        return self._languages[words]


class _Language:
    """Knows which features the words of one language have, as one desk numbers them."""

    def __init__(self, language: str, words: Words, own: Vocabulary, shared: Vocabulary) -> None:
        self._words, self._shared = words, shared
        self._lexicon, self._usual = lexicon_of(language), shares(language)
        folded = Vocabulary()
        self._folded = Column(words, lambda word: folded.number(word.folded), np.int64)
        self._stem = Column(words, lambda word: own.number(f"{language}:{word.stem}"), np.uint32)
        self._name = Column(words, lambda word: own.number(f"{language}:^{word.stem}"), np.uint32)
        self._mark = Column(words, self._first_mark, np.int64)
        self._marks: dict[int, tuple[int, ...]] = {}
        """First mark → all marks, of the words that have several."""
        self._guessed = Column(words, lambda word: self._is_guess(word), np.bool_)
        self._opens = Column(words, self._lexicon.opens, np.bool_)
        self._follows = Column(words, self._lexicon.follows, np.bool_)

    def count(self, readings: Sequence[Reading]) -> Iterator[tuple[Counts, Counts, Runs]]:
        """Give own words, marks and runs of each."""
        page = Page([p for one in readings for p in (one.title, one.heading, one.body)])
        names = self._names(page)
        runs = runs_of(self._words.mark.of(page.numbers), page.lengths.sum(axis=1))
        return zip(self._own_of(page, names), self._shared_of(page, names), runs, strict=True)

    def _own_of(self, page: Page, names: NDArray[np.bool_]) -> list[Counts]:
        """Count stems, and once more those of names."""
        early = (page.part < _BODY) | (page.at < BODY_WORDS)
        named = early & names
        stems, theirs = self._stem.of(page.numbers[early]), self._name.of(page.numbers[named])
        weights = _WEIGHTS[page.part]
        return _counts(
            page.articles,
            np.concatenate((page.whose[early], page.whose[named])),
            np.concatenate((stems, theirs)),
            np.concatenate((weights[early], weights[named])),
        )

    def _shared_of(self, page: Page, names: NDArray[np.bool_]) -> list[Counts]:
        """Count marks; of a name of several words its own, not those of its parts."""
        marks, weights = self._mark.of(page.numbers), _WEIGHTS[page.part]
        lent = np.where(names & self._guessed.of(page.numbers), _NAME, 1.0) * weights
        named = list(self._named(page))
        for place, length, _ in named:
            marks[place : place + length] = _UNMARKED
        more = list(self._of_several(marks, lent))
        more += [(place, mark, weights[place]) for place, _, mark in named]
        places, further, theirs = np.array(more, dtype=np.float64).reshape(-1, 3).T
        marked = marks >= 0
        return _counts(
            page.articles,
            np.concatenate((page.whose[marked], page.whose[places.astype(np.int64)])),
            np.concatenate((marks[marked], further.astype(np.int64))),
            np.concatenate((lent[marked], theirs)),
        )

    def _names(self, page: Page) -> NDArray[np.bool_]:
        """Tell which words are names: capital inside sentences, more often than not."""
        folded, capital = self._folded.of(page.numbers), self._words.capital.of(page.numbers)
        form = _numbered(page.whose * (1 + folded.max(initial=0)) + folded)
        told = (page.part > 0) & (page.at < 2 * BODY_WORDS)
        inside = told & capital & ~page.edge
        small = np.bincount(form[told & ~capital], minlength=len(form))
        titled = self._titled(page, capital, inside)
        name = np.bincount(form[inside], minlength=len(form)) > small
        name |= (np.bincount(form[titled], minlength=len(form)) > 0) & (small == 0)
        found: NDArray[np.bool_] = name[form]
        return found

    def _titled(
        self, page: Page, capital: NDArray[np.bool_], inside: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Take the capitals of a title, unless it writes most of its words so.

        Only where the text has none inside sentences.
        """
        told = np.bincount(page.whose[inside], minlength=page.articles) > 0
        found = (page.part == 0) & (page.at > 0) & capital & ~told[page.whose]
        many = 2 * np.bincount(page.whose[found], minlength=page.articles) > page.lengths[:, 0]
        titled: NDArray[np.bool_] = found & ~many[page.whose]
        return titled

    def _named(self, page: Page) -> Iterator[tuple[int, int, int]]:
        """Give the names of several words: place, length and mark."""
        opening = self._opens.of(page.numbers)
        opening[:-1] &= self._follows.of(page.numbers[1:])
        places = np.flatnonzero(opening)
        found = zip(page.which[places].tolist(), places.tolist(), strict=True)
        for which, some in groupby(found, key=lambda one: one[0]):
            passage, before = page.passages[which], int(page.begins[which])
            within = (place - before for _, place in some)
            for place, length, meaning in self._lexicon.named(passage, within):
                yield before + place, length, self._shared.number(meaning)

    def _of_several(
        self, marks: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> Iterator[tuple[int, int, float]]:
        """Part the weight of words that have several marks: place, mark and weight."""
        for place in np.flatnonzero(marks < _UNMARKED).tolist():
            several = self._marks[int(marks[place])]
            yield from ((place, mark, weights[place] / len(several)) for mark in several)

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


_BODY = 2
_WEIGHTS = np.array((TITLE, HEADING, BODY))
"""By the number of the part."""


def _traits(reading: Reading, own: Counts, shared: Counts, runs: Runs, short: str) -> Traits:
    article = reading.article
    return Traits(
        id=article.id,
        language=article.language,
        at=article.published.at,
        first_seen_at=article.first_seen_at,
        length=len(article.body),
        own=own,
        shared=shared,
        runs=runs,
        short=short,
        round_up=bool(_ROUND_UP.match(fold(article.title).strip())),
    )


def _numbered(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give equal values one number."""
    return np.unique(values, return_inverse=True)[1]


def _counts(
    articles: int,
    whose: NDArray[np.int64],
    features: NDArray[np.integer],
    times: NDArray[np.float64],
) -> list[Counts]:
    """Add up what stands for each feature of each article."""
    keys = (whose << 32) | features.astype(np.int64)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    kept, sums = ordered[starts], np.add.reduceat(times[order], starts) if len(starts) else times
    named, often = (kept & _LOW).astype(np.uint32), sums.astype(np.float16)
    own = shelves(kept >> 32, articles)
    return [Counts(features=named[shelf], times=often[shelf]) for shelf in own]


_LOW = (1 << 32) - 1
