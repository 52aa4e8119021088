"""Where does a sentence end? French and English, with abbreviations, figures and quotations."""

import re

_BEFORE_NAMES = (
    "mm mme mmes mlle mlles dr drs pr prof st ste mgr mr mrs ms gen gén col lt cdt capt cpt sgt adj"
    " sen sén rep dép gov rev sr jr maj brig cmdr pdt amb env av apr bd tél tel réf ref hab approx"
    " vs cf c.-à-d i.e e.g j.-c janv févr avr juil sept oct nov déc jan feb apr jun jul aug dec"
)
_BEFORE_NUMBERS = "art al p pp n no nos nᵒ vol chap fig tab éd ed par § min max mar sep ex ch"
_STARTERS_WRITTEN = (
    "the he she it they we in on at but and a an this that these those its his her their after as"
    " le la les il elle ils elles on un une des ce cette ces son sa ses leur mais et dans en au"
    " selon pour après depuis"
)
_ABBREVIATIONS = frozenset(_BEFORE_NAMES.split())
_NUMBERED = frozenset(_BEFORE_NUMBERS.split())
_STARTERS = frozenset(_STARTERS_WRITTEN.split())
_BREAK = re.compile(
    r"(?P<mark>[.!?…]{1,9})(?P<closing>[\s\u00a0\u202f]?[»”]|[\"')\]]+)?"
    r"(?=\s+(?P<next>[«“\"'(\[¿¡–—-]*[\s\u00a0\u202f]*\w))"
)
_GLUED = re.compile(
    r"(?<=[a-zà-ÿ0-9»\")][.!?])(?P<quote>\"?)(?=[«“\"]?[A-ZÀ-Þ][a-zà-ÿ’']{0,24}[\s’'])"
)
"""Paragraphs that lost the break between them."""
_WORD = re.compile(r"\w+")
_WORD_BEFORE = re.compile(r"[^\s«»“”\"()\[\]’']+$")
_SPACES = re.compile(r"[ \t\r\n]+|\s{2,}")
_PAIRS = (("«", "»"), ("“", "”"), ("(", ")"), ("[", "]"))
_LONGEST_QUOTATION = 700
_LONGEST_WORD = 24
"""Characters before a full stop that may be an abbreviation."""


def sentences(paragraph: str) -> list[str]:
    """Split one paragraph into its sentences; quotations stay whole and balanced."""
    text = _unglued(_SPACES.sub(" ", paragraph)).strip()
    found: list[str] = []
    start = 0
    for match in _BREAK.finditer(text):
        piece = text[start : match.end()]
        if ends_sentence(text, match) and (balanced(piece) or len(piece) > _LONGEST_QUOTATION):
            found.append(piece.strip())
            start = match.end()
    found.append(text[start:].strip())
    return [piece for piece in found if piece]


def _unglued(text: str) -> str:
    """Part what was glued; a straight quotation mark between goes to the side that lacks it."""
    parts: list[str] = []
    start, opened = 0, False
    for match in _GLUED.finditer(text):
        piece, quote = text[start : match.start()], match["quote"]
        opened ^= bool(piece.count('"') % 2)
        parts.append(f"{piece}{quote} " if opened else f"{piece} {quote}")
        opened ^= bool(quote)
        start = match.end()
    return "".join(parts) + text[start:]


def balanced(text: str) -> bool:
    """Tell whether every quotation mark and bracket has its other half."""
    pairs = all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS)
    return pairs and text.count('"') % 2 == 0


def ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Tell an end from an abbreviation, an initial, or a quotation that goes on."""
    following = match["next"].lstrip("«“\"'([¿¡–— \u00a0\u202f-")
    if following and following[0].islower():
        return False
    if match["mark"] != "." or match["closing"]:
        return True
    before = _WORD_BEFORE.search(text[max(0, match.start() - _LONGEST_WORD) : match.start()])
    return not _abbreviates(before.group() if before else "", following, text[match.end() :])


def _abbreviates(word: str, following: str, rest: str) -> bool:
    plain = word.casefold()
    if plain in _ABBREVIATIONS:
        return True
    if plain in _NUMBERED and following[:1].isdigit():
        return True
    if "." in word:  # U.S. ends a sentence when an article, a pronoun … follows
        return _first_word(rest) not in _STARTERS
    return len(word) == 1 and word.isupper()


def _first_word(text: str) -> str:
    found = _WORD.search(text)
    return found.group().casefold() if found else ""
