"""What does a story's article say, in two or three of its own whole sentences?

The source's own description when it is one; else the sentences nearest to what the whole text is
about (centroid of TF-IDF weights: Radev et al., Centroid-based summarization of multiple documents,
2004), earlier ones first among equals. Nothing is reworded.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.group.background import RARE, shares
from digest.group.reading import is_heading
from digest.group.sentences import balanced, sentences
from digest.group.text import Lexer, fold

_MOST_SENTENCES = 3
_FEWEST_WORDS = 6
_READ = 40
"""Sentences of a body that are weighed."""
_CUT_MARK = 60
"""Characters at the end of a text that may say it was cut."""
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


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    place: int
    text: str
    words: int
    weight: float
    leans: bool
    """It speaks of what the sentence before it named."""


def summarise(title: str, description: str, body: str, language: str, *, words: int = 60) -> str:
    """Give two or three whole sentences, at most about `words` words, in the text's own order.

    Empty when neither description nor body holds a sentence.
    """
    description, body = description[:_TEXT_CAP], body[:_TEXT_CAP]
    told = _told(description, title)
    if told:
        return _within(told, words)
    chosen = _chosen(_weighed(title, body, language), words)
    if chosen:
        return _within(chosen, words)
    return _within(_last_resort(description, body, title), words)


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
    return bool(_ENDS.search(sentence)) and balanced(sentence)


def _weighed(title: str, body: str, language: str) -> list[_Sentence]:
    found = _body_sentences(body)
    lexer = Lexer(language)
    known = shares(language)
    stems = [set(lexer.stems(sentence)) for sentence in found]
    rarity = {stem: -math.log(known.get(stem, RARE * 4)) for held in stems for stem in held}
    centroid = Counter(stem for held in stems for stem in held)
    about = {stem: times * rarity[stem] for stem, times in centroid.items()}
    for stem in lexer.stems(title):
        if stem in about:
            about[stem] *= 2
    return [
        _Sentence(
            place=place,
            text=text,
            words=len(text.split()),
            weight=_nearness(held, about, rarity) / math.sqrt(1 + place / 2),
            leans=place > 0 and _leans(text),
        )
        for place, (text, held) in enumerate(zip(found, stems, strict=True))
    ]


def _body_sentences(body: str) -> list[str]:
    blocks = [block for block in re.split(r"\n\s*\n", body) if not is_heading(block)]
    found = [sentence for block in blocks for sentence in sentences(block)]
    return [s for s in found if len(s.split()) >= _FEWEST_WORDS and _is_whole(s)][:_READ]


def _nearness(held: set[str], about: Mapping[str, float], rarity: Mapping[str, float]) -> float:
    length = math.sqrt(math.fsum(rarity[stem] ** 2 for stem in sorted(held)))
    return math.fsum(about[stem] * rarity[stem] for stem in sorted(held)) / length if length else 0


def _chosen(weighed: Sequence[_Sentence], words: int) -> list[str]:
    """Take the heaviest that fit; one that leans only after the sentence it leans on."""
    taken: dict[int, _Sentence] = {}
    left = words
    for sentence in sorted(weighed, key=lambda s: (-s.weight, s.place)):
        if len(taken) == _MOST_SENTENCES:
            break
        alone = sentence.leans and sentence.place - 1 not in taken
        quoted = bool(_QUOTATION_ALONE.match(sentence.text))
        if not alone and not quoted and (sentence.words <= left or not taken):
            taken[sentence.place] = sentence
            left -= sentence.words
    return [taken[place].text for place in sorted(taken)]


def _within(found: Sequence[str], words: int) -> str:
    """Keep the first sentences that fit; cut a single one that is far too long at a word."""
    kept: list[str] = []
    for sentence in found[:_MOST_SENTENCES]:
        if kept and sum(len(s.split()) for s in (*kept, sentence)) > words:
            break
        kept.append(sentence)
    text = " ".join(kept)
    parts = text.split()
    if len(kept) != 1 or len(parts) <= words * _STRETCH:
        return text
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
