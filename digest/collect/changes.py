"""Is what we received new, changed, or the same? Pure: values in, a decision out."""

import re
from enum import StrEnum
from typing import TypeAlias

from digest.model.article import Article, Entry, Mark, Precision
from digest.model.source import Sighting

_SHINGLE = 4  # words
_SAME_PIECE = 0.5  # share of the shorter text's shingles found in the other
_SAME_TITLED = 0.2  # the same under one title: a weekly column keeps its title
_LACKS = {Mark.TITLE_ONLY: 2, Mark.PARTIAL: 1}

Claim: TypeAlias = tuple[int, int, float, str]


class Change(StrEnum):
    """What an entry means for what is stored."""

    NEW = "new"
    CHANGED = "changed"
    """The article's text differs: it is updated, the former text kept."""
    SAME = "same"


def needs_reading(known: Sighting | None, fingerprint: str) -> bool:
    """Tell whether an item as received must be cleaned and compared at all."""
    return known is None or known.fingerprint != fingerprint


def decide(entry: Entry, stored: Article | None, *, speaks: bool) -> Change:
    """Compare a clean entry with the article stored under its key.

    One entry speaks for an article: the same article met in another feed, or under another id, is
    not changed by it, or the two would replace each other's text at every turn. `speaks` says that
    this entry does, or outdoes the one that did.
    """
    if stored is None:
        return Change.NEW
    if not speaks or text_of(stored) == text_of(entry):
        return Change.SAME
    return Change.CHANGED


def claim(entry: Entry, *, place: int, key: str) -> Claim:
    """Weigh an entry's claim to speak for its article: of several the greatest does.

    A whole text before an excerpt, an excerpt before a title; then the source that stands first in
    schedule.yaml, at `place`; of one source the latest. Two entries never have equal claims, so who
    speaks in the end does not depend on who came first.
    """
    lacks = next((lack for mark, lack in _LACKS.items() if mark in entry.marks), 0)
    dated = entry.published.precision is not Precision.FIRST_SEEN
    return (-lacks, -place, entry.published.at.timestamp() if dated else 0.0, key)


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
