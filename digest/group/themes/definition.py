"""Which of an article's words speak for a theme, by the editor's definition alone?

A theme's terms (its keywords, and more faintly the words of its title, sentence and examples) are
looked for as stems and runs of stems; each counts BM25-saturated by how often and where it stands
(Robertson, Zaragoza: The Probabilistic Relevance Framework, 2009), weighted by how rare it is in
news at large. One scale serves all themes.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digest.group.background import RARE, shares
from digest.group.reading import Desk, Reading
from digest.group.text import fold
from digest.group.words import Column, Passage, Word, Words
from digest.schedule.values import Theme

_SCALE = 0.0714
"""Brings the sums onto a scale where an article belongs from 1 on."""
_TITLE, _HEADING, _BODY = 3.0, 2.0, 1.0
_SATURATION, _BY_LENGTH, _USUAL_LENGTH = 2.0, 0.6, 350.0
_KEYWORD, _OWN_WORDS, _EXCLUDED = 1.0, 0.25, -2.0
_SHORT_STEM = 3
"""`visas` and `viser` share the stem `vis`: so short a stem proves nothing."""
_TELLING = 0.06
"""A word of a theme's title or sentence counts when fewer articles than this share hold it."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Term:
    """A word or run of words that speaks for a theme, or against it."""

    theme: str
    written: str
    stems: tuple[str, ...]
    weight: float
    exact: str = ""
    """Of a word whose stem is short and so shared by strangers: the word, without its plural."""


class Definitions:
    """Weighs articles by the themes' terms as schedule.yaml defines them."""

    def __init__(self, themes: Mapping[str, Theme], desk: Desk) -> None:
        self._themes = themes
        self._desk = desk
        self._looked_for: dict[Words, _LookedFor] = {}

    def points(self, reading: Reading) -> Mapping[str, Mapping[str, float]]:
        """Map themes to the terms found, each with its part; excluded terms count below 0.

        Themes of which the article holds no term are left out.
        """
        words = reading.body.known
        if words not in self._looked_for:
            terms = self._compile(reading.article.language)
            self._looked_for[words] = _LookedFor(words, terms)
        return self._points(reading, self._looked_for[words])

    def terms(self, theme: str, language: str) -> list[Term]:
        """Give a theme's terms in articles of a language, heaviest first."""
        mine = [term for term in self._compile(language) if term.theme == theme]
        return sorted(mine, key=lambda term: (-abs(term.weight), term.written))

    def _points(self, reading: Reading, looked_for: "_LookedFor") -> Mapping[str, dict[str, float]]:
        length = 1 - _BY_LENGTH + _BY_LENGTH * len(reading.body.numbers) / _USUAL_LENGTH
        points: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for term, times in looked_for.occurrences(reading).items():
            saturated = times * (_SATURATION + 1) / (times + _SATURATION * length)
            worth = _SCALE * term.weight * saturated
            known = points[term.theme].get(term.written, 0.0)
            # Two keywords of one stem (jihadiste, jihadistes) are one: the heavier counts.
            points[term.theme][term.written] = max(known, worth, key=abs)
        return points

    def _compile(self, language: str) -> Iterator[Term]:
        lexer = self._desk.lexer(language)
        for name, theme in self._themes.items():
            seen: set[tuple[str, ...]] = set()
            for written, base in _phrases(theme):
                stems = lexer.stems(written)
                if stems and stems not in seen:
                    seen.add(stems)
                    weight = base * _rarity(stems, language)
                    exact = _singular(fold(written)) if _is_short(stems) else ""
                    yield Term(theme=name, written=written, stems=stems, weight=weight, exact=exact)
            for word in lexer.read(_prose(theme)).words:
                stems = (word.stem,)
                if (
                    stems not in seen
                    and not _is_short(stems)
                    and shares(language).get(word.stem, RARE) < _TELLING
                ):
                    seen.add(stems)
                    weight = _OWN_WORDS * _rarity(stems, language)
                    yield Term(theme=name, written=word.written, stems=stems, weight=weight)


def _phrases(theme: Theme) -> list[tuple[str, float]]:
    wanted = [(keyword, _KEYWORD) for keyword in theme.keywords]
    return [(term, _EXCLUDED) for term in theme.exclude] + wanted


def _prose(theme: Theme) -> str:
    return "\n".join((*theme.title.values(), theme.about, *theme.examples))


def _rarity(stems: Sequence[str], language: str) -> float:
    """Weigh a term by its rarest word, a little more for each further one."""
    known = [max(RARE, shares(language).get(stem, RARE * 4)) for stem in stems]
    return -math.log(min(known)) * (1 + 0.15 * (len(stems) - 1))


class _LookedFor:
    """Finds terms in the texts of one language, as one desk numbers their words."""

    def __init__(self, words: Words, terms: Iterable[Term]) -> None:
        by_first_stem: defaultdict[str, list[Term]] = defaultdict(list)
        for term in terms:
            by_first_stem[term.stems[0]].append(term)
        self._opens = Column(words, lambda word: word.stem in by_first_stem, np.bool_)
        self._terms = by_first_stem
        self._opened: dict[int, list[Term]] = {}

    def occurrences(self, reading: Reading) -> Mapping[Term, float]:
        """Count the terms of an article, each by where it stands."""
        times: defaultdict[Term, float] = defaultdict(float)
        places = ((reading.title, _TITLE), (reading.heading, _HEADING), (reading.body, _BODY))
        for passage, weight in places:
            (opening,) = self._opens.of(passage.numbers).nonzero()
            first = passage.numbers[opening].tolist()
            for place, number in zip(opening.tolist(), first, strict=True):
                if number not in self._opened:
                    self._open(passage.known[number], number)
                for term in self._opened[number]:
                    if len(term.stems) == 1 or _stands(term, passage, place):
                        times[term] += weight
        return times

    def _open(self, word: Word, number: int) -> None:
        """Look up which terms begin with a word."""
        terms = self._terms[word.stem]
        self._opened[number] = [term for term in terms if _may_begin(term, word)]


def _may_begin(term: Term, word: Word) -> bool:
    return not term.exact or _singular(word.folded) == term.exact


def _stands(term: Term, passage: Passage, place: int) -> bool:
    found = passage.numbers[place : place + len(term.stems)].tolist()
    return tuple(passage.known[number].stem for number in found) == term.stems


def _is_short(stems: Sequence[str]) -> bool:
    return len(stems) == 1 and len(stems[0]) <= _SHORT_STEM


def _singular(folded: str) -> str:
    return folded.rstrip("sx")
