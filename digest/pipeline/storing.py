"""As what is a clean entry stored: a new article, a change of one, one more name of it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.collect.changes import Change, claim, decide, is_same_piece
from digest.collect.pages import as_filled, asked_anew, is_to_be_asked_anew
from digest.model.article import Article, Entry
from digest.model.source import Sighting
from digest.storage.articles import (
    add_article,
    article,
    article_by_key,
    hand_over,
    update_article,
)
from digest.storage.pages import page_of, save_page
from digest.storage.sources import record_sighting, sightings, silence, speaker


@dataclass(frozen=True, kw_only=True)
class Received:
    """A clean entry, with the name and condition it came under."""

    key: str
    fingerprint: str
    first_seen_at: datetime
    entry: Entry
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What storing decides by."""

    now: datetime
    places: Mapping[str, int]
    """Where each source stands in schedule.yaml."""


def keep_entry(connection: Connection, one: Received, ground: Ground) -> Change:
    """Store an entry as what it is: a new article, a change of one, or nothing new."""
    known = sightings(connection, one.entry.source, [one.key]).get(one.key)
    stored = article(connection, known.article_id) if known else None
    stored = stored or article_by_key(connection, one.entry.key)
    speaks = bool(known and known.speaks) or _outdoes(connection, one, ground, stored)
    page = page_of(connection, stored.id) if stored and speaks else None
    entry = as_filled(one.entry, stored, page)
    change = decide(entry, stored, speaks=speaks)
    id = _store(connection, entry, change, stored, ground.now)  # noqa: A001
    if page and stored and (change is Change.CHANGED or is_to_be_asked_anew(one.entry, page)):
        save_page(connection, asked_anew(page, one.entry, ground.now))
    if speaks and stored and not (known and known.speaks):
        silence(connection, stored.id)
    if speaks and change is Change.SAME:
        hand_over(connection, id, entry)
    _remember(connection, one, {one.key: one.fingerprint}, id, speaks=speaks)
    return change


def _outdoes(connection: Connection, one: Received, ground: Ground, stored: Article | None) -> bool:
    """Tell whether an entry has a greater claim to an article than the one that speaks for it."""
    if stored is None:
        return True
    last = len(ground.places)
    ours, theirs = (ground.places.get(name, last) for name in (one.entry.source, stored.source))
    key = speaker(connection, stored.id)
    return claim(one.entry, place=ours, key=one.key) > claim(stored, place=theirs, key=key)


def _store(
    connection: Connection, entry: Entry, change: Change, stored: Article | None, now: datetime
) -> int:
    if stored is None:
        return add_article(connection, entry, now=now)
    if change is Change.CHANGED:
        update_article(connection, stored.id, entry, now=now)
    return stored.id


def _remember(
    connection: Connection,
    one: Received,
    conditions: Mapping[str, str],
    article_id: int,
    *,
    speaks: bool,
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
        record_sighting(connection, one.entry.source, sighting)


def keep_drop(connection: Connection, one: Received, ground: Ground) -> Change:
    """Store a dropped text, known by its content or by the place of an earlier state of it."""
    source = one.entry.source
    known = sightings(connection, source, [one.key, one.place])
    content, place = known.get(one.key), known.get(one.place)
    if place and place.fingerprint == one.key:
        return Change.SAME
    change, stored = _placed(connection, one, content, place)
    speaks = any(name.speaks for name in known.values()) or _outdoes(
        connection, one, ground, stored
    )
    change = change or decide(one.entry, stored, speaks=speaks)
    id = _store(connection, one.entry, change, stored, ground.now)  # noqa: A001
    names = {one.key: one.fingerprint, one.place: one.key}
    if speaks:
        silence(connection, id)
        hand_over(connection, id, one.entry)
    _remember(connection, one, names, id, speaks=speaks)
    return change


def _placed(
    connection: Connection, one: Received, content: Sighting | None, place: Sighting | None
) -> tuple[Change | None, Article | None]:
    """Find what a place held before that did not hold this text, and what that makes of it."""
    if content:  # renamed, dropped twice, or an edit taken back
        taken_back = place is not None and place.article_id == content.article_id
        change = Change.CHANGED if taken_back else Change.SAME
        return change, article(connection, content.article_id)
    before = article(connection, place.article_id) if place else None
    if before and is_same_piece(before, one.entry):
        return Change.CHANGED, before
    return None, article_by_key(connection, one.entry.key)
