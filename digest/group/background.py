"""How common is a word in news at large? Own rough estimates, in data/background.tsv."""

from functools import cache
from importlib.resources import files

from digest.group.lexicon import lexicon_of
from digest.group.text import Lexer

RARE = 0.0008
"""Share of articles that hold a word of which nothing is known."""


@cache
def shares(language: str) -> dict[str, float]:
    """Map stems of a language to the share of articles that hold them."""
    found: dict[str, float] = {}
    lexer = Lexer(language)
    for named, share, words in _bands():
        if named == language:
            for stem in lexer.stems(words):
                found.setdefault(stem, share)
    return found


@cache
def mark_shares() -> dict[str, float]:
    """Map marks (digest.group.lexicon) to the share of articles that hold them."""
    found: dict[str, float] = {}
    for language, share, words in _bands():
        lexer, lexicon = Lexer(language), lexicon_of(language)
        for word in lexer.read(words).words:
            for mark in lexicon.marks(word):
                found[mark] = max(share, found.get(mark, 0.0))
    return found


def _bands() -> list[tuple[str, float, str]]:
    text = (files("digest.group") / "data" / "background.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(language, int(mille) / 1000, words) for language, mille, words in rows]
