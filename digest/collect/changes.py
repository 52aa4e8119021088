"""Is what we received new, changed, or the same? Pure: values in, a decision out."""

import re
from enum import StrEnum

from digest.model.article import Article, Entry
from digest.model.source import Sighting

_SHINGLE = 4  # words
_SAME_PIECE = 0.5  # share of the shorter text's shingles found in the other
_SAME_TITLED = 0.2  # the same under one title: a weekly column keeps its title


class Change(StrEnum):
    """What an entry means for what is stored."""

    NEW = "new"
    CHANGED = "changed"
    """The article's text differs: it is updated, the former text kept."""
    SAME = "same"


def needs_reading(known: Sighting | None, fingerprint: str) -> bool:
    """Tell whether an item as received must be cleaned and compared at all."""
    return known is None or known.fingerprint != fingerprint


def decide(entry: Entry, stored: Article | None) -> Change:
    """Compare a clean entry with the article stored under its key.

    An article belongs to the source that gave it first: the same one met in another feed is not
    changed by it, or the two would replace each other's text at every turn.
    """
    if stored is None:
        return Change.NEW
    if stored.source != entry.source or text_of(stored) == text_of(entry):
        return Change.SAME
    return Change.CHANGED


def text_of(entry: Entry) -> tuple[str, ...]:
    """Give what makes another version of an article when it differs."""
    return (entry.title, entry.description, entry.body, entry.author, entry.role)


def is_same_piece(old: Entry, new: Entry) -> bool:
    """Tell an edited text from another one that was given the same file name."""
    same_title = _words(old.title) == _words(new.title)
    ours, theirs = _shingles(old.body), _shingles(new.body)
    shorter = min(len(ours), len(theirs))
    if not shorter:
        return same_title
    return len(ours & theirs) / shorter >= (_SAME_TITLED if same_title else _SAME_PIECE)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1)}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
