"""As what is a clean entry stored: a new article, a change of one, one more name of it?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.collect.changes import Change, claim, decide, is_same_piece
from digest.collect.pages import as_filled, asked_anew, is_to_be_asked_anew
from digest.model.article import Article, Entry
from digest.model.source import Sighting
from digest.storage.shelf import Shelf, shelf
from digest.storage.sources import Name


@dataclass(frozen=True, kw_only=True)
class Received:
    """A clean entry, with the name and condition it came under."""

    key: str
    fingerprint: str
    first_seen_at: datetime
    entry: Entry
    place: str = ""

    @property
    def name(self) -> Name:
        """What it is called among the things of all sources."""
        return self.entry.source, self.key

    @property
    def place_name(self) -> Name:
        """What its place is called among them."""
        return self.entry.source, self.place


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What storing decides by."""

    now: datetime
    places: Mapping[str, int]
    """Where each source stands in schedule.yaml."""


@contextmanager
def shelf_for(
    connection: Connection, received: Sequence[Received], ground: Ground
) -> Iterator[Shelf]:
    """Have what is known of the things received, to keep them on one by one."""
    names = [one.name for one in received]
    names += [one.place_name for one in received if one.place]
    keys = [one.entry.key for one in received]
    with shelf(connection, names=names, keys=keys, now=ground.now) as known:
        yield known


def keep_entry(shelf: Shelf, one: Received, ground: Ground) -> Change:
    """Keep an entry as what it is: a new article, a change of one, or nothing new."""
    known = shelf.names.get(one.name)
    spoke = bool(known and known.speaks)
    stored = shelf.known_as(one.name) or shelf.keyed(one.entry.key)
    speaks = spoke or _outdoes(shelf, one, ground, stored)
    page = shelf.pages.get(stored.id) if stored and speaks else None
    entry = as_filled(one.entry, stored, page)
    change = decide(entry, stored, speaks=speaks)
    id = _put(shelf, entry, change, stored)  # noqa: A001
    if page and (change is Change.CHANGED or is_to_be_asked_anew(one.entry, page)):
        shelf.ask_again(asked_anew(page, one.entry, ground.now))
    if speaks and stored and not spoke:
        shelf.silence(id)
    if speaks and change is Change.SAME:
        shelf.hand_over(id, entry)
    _remember(shelf, one, {one.key: one.fingerprint}, id, speaks=speaks)
    return change


def _outdoes(shelf: Shelf, one: Received, ground: Ground, stored: Article | None) -> bool:
    """Tell whether an entry has a greater claim to an article than the one that speaks for it."""
    if stored is None:
        return True
    last = len(ground.places)
    ours, theirs = (ground.places.get(name, last) for name in (one.entry.source, stored.source))
    key = shelf.speaker(stored.id)
    return claim(one.entry, place=ours, key=one.key) > claim(stored, place=theirs, key=key)


def _put(shelf: Shelf, entry: Entry, change: Change, stored: Article | None) -> int:
    if stored is None:
        return shelf.add(entry)
    if change is Change.CHANGED:
        shelf.change(stored.id, entry)
    return stored.id


def _remember(
    shelf: Shelf, one: Received, conditions: Mapping[str, str], article_id: int, *, speaks: bool
) -> None:
    """Remember each name that it came under, with its condition there."""
    for key, condition in conditions.items():
        sighting = Sighting(
            key=key,
            article_id=article_id,
            fingerprint=condition,
            first_seen_at=one.first_seen_at,
            speaks=speaks,
        )
        shelf.remember(one.entry.source, sighting)


def keep_drop(shelf: Shelf, one: Received, ground: Ground) -> Change:
    """Keep a dropped text, known by its content or by the place of an earlier state of it."""
    content, place = shelf.names.get(one.name), shelf.names.get(one.place_name)
    if place and place.fingerprint == one.key:
        return Change.SAME
    change, stored = _placed(shelf, one, content, place)
    spoke = any(name.speaks for name in (content, place) if name)
    speaks = spoke or _outdoes(shelf, one, ground, stored)
    change = change or decide(one.entry, stored, speaks=speaks)
    id = _put(shelf, one.entry, change, stored)  # noqa: A001
    if speaks:
        shelf.silence(id)
        shelf.hand_over(id, one.entry)
    names = {one.key: one.fingerprint, one.place: one.key}
    _remember(shelf, one, names, id, speaks=speaks)
    return change


def _placed(
    shelf: Shelf, one: Received, content: Sighting | None, place: Sighting | None
) -> tuple[Change | None, Article | None]:
    """Find what a place held before that did not hold this text, and what that makes of it."""
    if content:  # renamed, dropped twice, or an edit taken back
        taken_back = place is not None and place.article_id == content.article_id
        return Change.CHANGED if taken_back else Change.SAME, shelf.known_as(one.name)
    before = shelf.known_as(one.place_name)
    if before and is_same_piece(before, one.entry):
        return Change.CHANGED, before
    return None, shelf.keyed(one.entry.key)
