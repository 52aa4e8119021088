"""What does a story's article say, in one to three of its own sentences?

The source's own description when it is one; else the set of sentences that is expected to hold
most of what a person's summary would (digest.group.expecting), within a budget of words. Nothing is
reworded; a sentence beyond the budget may end where a clause does (digest.group.clauses), with `…`.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.group.background import shares
from digest.group.clauses import shorter
from digest.group.expecting import NOTHING, Expectation, Stretch, Worth
from digest.group.reading import is_heading
from digest.group.sentences import balanced, sentences
from digest.group.text import Lexer, fold

_MOST_SENTENCES = 3
_DATELINE = re.compile(
    r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’ .-]+(?:,[^()\n]{1,20})?\([^()\n]{2,40}\)\s*[-–—]+\s+"
)
_TELLS_MORE = 40
"""Words of a text that has more to tell than a teaser does."""
_TEASER = 10
"""Words: a shorter description calls for readers more than it tells; the text goes on from it."""
_FEWEST_WORDS = 6
_READ = 8
"""Sentences of a body that are weighed: what later ones hold, summaries seldom use."""
_READ_CHARACTERS = 5_000
_OWN = threading.local()
"""A stemmer is one thread's only."""
_MOST_WORDS = 100_000
_BEAM = 10
"""Choices of sentences that are carried on: more found nothing better on the articles tuned on."""
_WAYS = 3
"""To end one long sentence earlier."""
_SHORTENED = 0.98
"""Of the worth of a choice with a sentence that ends earlier: as good whole ones go first."""
_CUT_MARK = 60
"""Characters at the end of a text that may say it was cut."""
_END_MARK = 12
"""Characters at the end of a sentence that hold its mark and what closes after it."""
_TEXT_CAP = 20_000
_STRETCH = 1.4
"""A single sentence may pass the budget by this much before it is cut at a word."""

_CUT = re.compile(
    r"(\[?(…|\.{3,})\]?|\(…\)|\[\+\d+ chars\]|lire la suite.*|continue reading.*|read more.*"
    r"|suite…?|en savoir plus)\W*$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…][\s\u00a0\u202f]?[»”\")\]]*$")
_LEANS = re.compile(
    r"(?:il|elle|ils|elles|celui|celle|ceux|celles|cela|ceci|c|mais|or|donc|car|ainsi|toutefois"
    r"|cependant|pourtant|néanmoins|de plus|en effet|en revanche|par ailleurs|enfin|son|sa|ses|leur"
    r"|leurs|pour sa part|de son côté|et|puis|he|she|it|they|this|that|these|those|but|however|his"
    r"|her|their|its|and|so|then|meanwhile|moreover|also|instead|still|yet)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"(?:[\w’'-]+,?\s+){0,5}(?:cet|cette|ces|ce)\s(?!lundi|mardi|mercredi|jeudi|vendredi|samedi"
    r"|dimanche|jour|matin|soir|mois|week|année|semaine|nuit|qui|que|qu|sera|n)|(?:[\w’'-]+\s+){0,5}"
    r"(?:non plus|également|sans quoi|such|latter)\b",
    re.IGNORECASE,
)
_QUOTATION_ALONE = re.compile(r"^[«“\"][^«»“”\"]*[»”\"][\s.!?…]*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    text: str
    words: int
    stretch: Stretch
    leans: bool
    """It speaks of what the sentence before it named."""
    worth: Worth


@dataclass(frozen=True, kw_only=True, slots=True)
class _Choice:
    taken: tuple[_Candidate, ...] = ()
    words: int = 0
    worth: Worth = NOTHING

    def score(self, words: int) -> float:
        shortened = any(not one.stretch.whole for one in self.taken)
        return self.worth.score(words) * (_SHORTENED if shortened else 1)


def summarise(title: str, description: str, body: str, language: str, *, words: int = 60) -> str:
    """Give one to three sentences, at most about `words` words, in the text's own order.

    Empty when neither description nor body holds a sentence.
    """
    description, body = _undated(description[:_TEXT_CAP]), _undated(body[:_TEXT_CAP])
    told = _told(description, title)
    teases = sum(len(s.split()) for s in told) < _TEASER and len(body.split()) >= _TELLS_MORE
    if told and not teases:
        return _within(told, words)
    if told:
        more = _chosen(_Text(title, body, language, words), words)
        return _within([*told, *(s for s in more if fold(s) not in map(fold, told))], words)
    chosen = _chosen(_Text(title, body, language, words), words)
    if chosen:
        return _within(chosen, words)
    return _within(_last_resort(description, body, title), words)


def _undated(text: str) -> str:
    """Leave out an agency's dateline: `BAMAKO, 2 mars (AFP) – `."""
    return _DATELINE.sub("", text.lstrip())


def _told(description: str, title: str) -> list[str]:
    """Give the whole sentences of a description; none when it is a cut, a label or the title."""
    plain = description.strip()
    cut = _is_cut(plain)
    whole = [s for s in sentences(plain) if _is_whole(s) and fold(s) != fold(title)]
    if cut and whole and _is_cut(whole[-1]):
        whole.pop()
    enough = sum(len(s.split()) for s in whole) >= (2 if cut else 1) * _FEWEST_WORDS
    return whole if enough and whole and fold(plain).rstrip(".") != fold(title) else []


def _is_cut(text: str) -> bool:
    return bool(_CUT.search(text[-_CUT_MARK:]))


def _is_whole(sentence: str) -> bool:
    return bool(_ENDS.search(sentence[-_END_MARK:])) and balanced(sentence)


class _Text:
    """A body as what may be taken of it, and what that is worth."""

    def __init__(self, title: str, body: str, language: str, words: int) -> None:
        lexer = _lexer(language)
        forms = list(_forms(body, lexer, words))
        stretches = [stretch for _, stretch in forms]
        titled = set(lexer.stems(title))
        self.expected = Expectation(stretches, titled, shares(language), language)
        self.candidates = [
            _Candidate(
                text=text,
                words=len(text.split()),
                stretch=stretch,
                leans=stretch.place > 0 and _leans(text),
                worth=self.expected.alone(stretch),
            )
            for text, stretch in forms
        ]


def _lexer(language: str) -> Lexer:
    """Give this thread's own reader of a language: stemming words again takes half the time."""
    known: Lexer | None = _OWN.__dict__.get(language)
    if known is None or known.met > _MOST_WORDS:
        known = _OWN.__dict__[language] = Lexer(language)
    return known


def _forms(body: str, lexer: Lexer, words: int) -> Iterator[tuple[str, Stretch]]:
    """Give a body's sentences, and of too long ones the longest of the shorter forms."""
    for place, sentence in enumerate(_body_sentences(body)):
        if _may_be_taken(sentence):
            yield sentence, _stretch(place, sentence, lexer)
            long = len(sentence.split()) > words
            for form in list(shorter(sentence, words))[-_WAYS:] if long else ():
                yield form, _stretch(place, form, lexer, whole=False)


def _stretch(place: int, text: str, lexer: Lexer, *, whole: bool = True) -> Stretch:
    words = lexer.read(text).words
    return Stretch(
        place=place,
        stems=tuple(word.stem for word in words),
        names=tuple(word.stem for word in words[1:] if word.capital),
        quotes='"' in text or "«" in text,
        whole=whole,
    )


def _body_sentences(body: str) -> list[str]:
    found: list[str] = []
    for block in re.split(r"\n\s*\n", body[:_READ_CHARACTERS]):
        if not is_heading(block):
            found += sentences(block)
    return found[:_READ]


def _may_be_taken(sentence: str) -> bool:
    enough = len(sentence.split()) >= _FEWEST_WORDS
    return enough and _is_whole(sentence) and not _QUOTATION_ALONE.match(sentence)


def _chosen(text: _Text, words: int) -> list[str]:
    """Take the best set that fits; without one the best sentence that does not."""
    fitting = [one for one in text.candidates if one.words <= words]
    best = _best_of(text, fitting, words)
    if not best.taken:
        alone = [_with(text, _Choice(), one) for one in text.candidates if not one.leans]
        best = max(alone, key=lambda choice: choice.score(words), default=best)
    return [one.text for one in _filled(text, best, fitting, words).taken]


def _best_of(text: _Text, fitting: Sequence[_Candidate], words: int) -> _Choice:
    best, carried = _Choice(), [_Choice()]
    for _ in range(_MOST_SENTENCES):
        longer = [
            _with(text, choice, one)
            for choice in carried
            for one in fitting
            if _goes_on(choice, one) and choice.words + one.words <= words
        ]
        carried = sorted(longer, key=lambda choice: -choice.score(words))[:_BEAM]
        best = max([best, *carried[:1]], key=lambda choice: choice.score(words))
    return best


def _filled(text: _Text, best: _Choice, fitting: Sequence[_Candidate], words: int) -> _Choice:
    """Go on from the best set with what still fits: a reader's room for a story is not left."""
    while longer := [
        _with(text, best, one)
        for one in fitting
        if len(best.taken) < _MOST_SENTENCES
        and _goes_on(best, one)
        and best.words + one.words <= words
    ]:
        best = max(longer, key=lambda choice: choice.score(words))
    return best


def _with(text: _Text, choice: _Choice, one: _Candidate) -> _Choice:
    return _Choice(
        taken=(*choice.taken, one),
        words=choice.words + one.words,
        worth=text.expected.together(choice.worth, one.worth),
    )


def _goes_on(choice: _Choice, one: _Candidate) -> bool:
    """Tell whether a sentence comes later; one that leans only after the sentence it leans on."""
    last = choice.taken[-1].stretch.place if choice.taken else -1
    return one.stretch.place == last + 1 if one.leans else one.stretch.place > last


def _within(found: Sequence[str], words: int) -> str:
    """Keep the first sentences that fit; end a single one that is far too long earlier.

    Where a clause does; at a word when it has no such border.
    """
    kept: list[str] = []
    for sentence in found[:_MOST_SENTENCES]:
        if kept and sum(len(s.split()) for s in (*kept, sentence)) > words:
            break
        kept.append(sentence)
    text = " ".join(kept)
    parts = text.split()
    if len(kept) != 1 or len(parts) <= words * _STRETCH:
        return text
    if forms := list(shorter(text, words)):
        return forms[-1]
    return _close(" ".join(parts[:words]).rstrip(" ,;:–—-«“(") + "…")


def _close(text: str) -> str:
    for opening, closing in (("«", " »"), ("“", "”"), ("(", ")")):
        if text.count(opening) > text.count(closing.strip()):
            text += closing
    return text + '"' if text.count('"') % 2 else text


def _last_resort(description: str, body: str, title: str) -> list[str]:
    """Give what there is when nothing is a whole sentence: a cut description, a note's text."""
    for text in (description, *re.split(r"\n\s*\n", body)):
        plain = " ".join(text.split())
        if len(plain.split()) >= _FEWEST_WORDS and fold(plain) != fold(title):
            return [plain]
    return []


def _leans(sentence: str) -> bool:
    return bool(_LEANS.match(sentence) or _POINTS_BACK.match(sentence))
