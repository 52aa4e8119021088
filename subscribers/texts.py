"""How is a short text that came from outside kept? As one clean line."""

import unicodedata

_DROPPED = frozenset({"Cc", "Cs", "Cn", "Co"})
_DIRECTION = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
"""Marks that can make a line read as another; joiners, which scripts need, are kept."""


def one_line(text: str) -> str:
    """Compose accents, turn every run of white space into a space, drop control characters.

    What comes out can stand in a mail header: it holds no line break. Doing it again changes
    nothing.
    """
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip(" ")
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    kept = "".join(char for char in composed if not _unwanted(char))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _unwanted(char: str) -> bool:
    return char in _DIRECTION or unicodedata.category(char) in _DROPPED
