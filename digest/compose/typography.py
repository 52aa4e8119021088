"""How is a text set as its language wants it? At output only: what is stored keeps plain spaces.

French rules: Lexique des règles typographiques en usage à l'Imprimerie nationale (narrow no-break
space U+202F before ; ! ? » and after «, no-break space U+00A0 before a colon).
"""

import re
import unicodedata

THIN = "\u202f"
WIDE = "\u00a0"
_JOINER = "\u2060"
_SPACES = f"[ {WIDE}{THIN}\u2009]"

_UNTOUCHED = re.compile(r"(\b(?:https?://|www\.)[^\s<>«»\"”]+|\b[\w.+-]+@[\w-]+\.[\w.]+)", re.I)
"""Addresses: a colon or a question mark in them is no punctuation."""

_STRAIGHT_PAIR = re.compile(r'(?<!")"([^"\n]+)"(?!")')
"""Not where another one touches it: which of them opens and which closes is anyone's guess."""
_BETWEEN_LETTERS = re.compile(r"(?<=\w)'(?=\w)")
_ELLIPSIS = re.compile(r"(?<!\.)\.\.\.(?!\.)")

_FRENCH = (
    (re.compile(rf"(?<=[^\s({_SPACES[1:]}){_SPACES}*([;!?]+)(?!\w)"), rf"{THIN}\1"),
    (re.compile(rf"«{_SPACES}*(?=\S)"), f"«{THIN}"),
    (re.compile(rf"(?<=\S){_SPACES}*»"), f"{THIN}»"),
    (re.compile(rf"(?<=\S){_SPACES}+:(?!\w)"), f"{WIDE}:"),
    (re.compile(r"(?<=[^\W\d]|[»)])(?<!\b[a-zA-Z]):(?=\s|$)"), f"{WIDE}:"),
    (re.compile(rf"(?<=\d){_SPACES}*%(?!\w|%)"), f"{WIDE}%"),
    (re.compile(r"(?<=\d) (?=\d{3}\b)"), THIN),
)


def typeset(text: str, language: str) -> str:
    """Set plain text by its language's rules; setting it again changes nothing."""
    composed = unicodedata.normalize("NFC", text)
    parts = _UNTOUCHED.split(composed)
    return "".join(part if at % 2 else _set(part, language) for at, part in enumerate(parts))


def inert(text: str) -> str:
    r"""Take the meaning that a later machine sees out of `%%NAME%%`, `{{`, `{%` and `\u{`.

    A reader sees the same text: a word joiner (U+2060, no width) stands between the characters.
    """
    text = re.sub(r"%(?=%[A-Z_]+%%)", f"%{_JOINER}", text)
    text = re.sub(r"\{(?=[{%#])", f"{{{_JOINER}", text)
    return re.sub(r"\\(?=u\{)", lambda _: f"\\{_JOINER}", text)


def _set(text: str, language: str) -> str:
    match language:
        case "fr":
            return _french(text)
        case "en":
            return _english(text)
        case _:
            return text


def _french(text: str) -> str:
    text = _STRAIGHT_PAIR.sub(r"« \1 »", text)
    text = _ELLIPSIS.sub("…", _BETWEEN_LETTERS.sub("’", text))
    for pattern, replacement in _FRENCH:
        text = pattern.sub(replacement, text)
    return text


def _english(text: str) -> str:
    text = _STRAIGHT_PAIR.sub(r"“\1”", text)
    return _ELLIPSIS.sub("…", _BETWEEN_LETTERS.sub("’", text))
