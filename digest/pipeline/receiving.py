"""How is what one source gave compared with what we have, and stored?

Everything slow (cleaning, fetching links) is done before the transaction; what it returns does the
storing, on the connection it is given.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.changes import Change, claim, decide, is_same_piece, needs_reading
from digest.collect.charset import decode
from digest.collect.drops import Drop, page_item, read_drops
from digest.collect.entries import Origin, entry_of, text_entry_of
from digest.collect.feeds import Parser
from digest.collect.items import Item, entry_key, fingerprint, named, shared_addresses
from digest.collect.worker import ParseError
from digest.model.article import Article, Entry
from digest.model.source import Sighting
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Source
from digest.storage.articles import (
    add_article,
    article,
    article_by_key,
    hand_over,
    update_article,
)
from digest.storage.sources import record_sighting, sightings, silence, speaker


@dataclass(frozen=True, kw_only=True)
class SourceReport:
    """What collecting from one source came to."""

    source: str
    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    """What a person should know: refused files, cut feeds, a source not yet due."""
    error: str = ""
    """Why nothing could be taken, in words."""


class Ask(Protocol):
    """Asks web addresses, with everything but the moment decided."""

    def __call__(self, requests: Sequence[Request], *, now: datetime) -> tuple[Answer, ...]:
        """Give an answer for each request, in order."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What one run of collecting works with."""

    newsroom: Newsroom
    parser: Parser
    ask: Ask

    @cached_property
    def now(self) -> datetime:
        """The moment of this run: everything it sees for the first time, it saw then."""
        return self.newsroom.clock()

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each source stands in schedule.yaml."""
        return {source.name: place for place, source in enumerate(self.newsroom.schedule.sources)}

    @cached_property
    def zone(self) -> ZoneInfo:
        """Where hours without a zone are taken to be: at the first newsletter's desk."""
        return ZoneInfo(next(iter(self.newsroom.schedule.newsletters.values())).timezone)


Keep: TypeAlias = Callable[[Connection, SourceReport], SourceReport]


@dataclass(frozen=True, kw_only=True)
class _Received:
    """A clean entry, with the name and condition it came under."""

    key: str
    fingerprint: str
    first_seen_at: datetime
    entry: Entry
    place: str = ""


def receive_items(desk: Desk, source: Source, items: Sequence[Item], *, base: str) -> Keep:
    """Clean the items of a feed that are new or changed; give what stores them."""
    by_key = named(items)
    known = _known_items(desk, source, by_key)
    origin = Origin(
        source=source.name,
        base=base,
        language=source.language,
        zone=desk.zone,
        shared=shared_addresses(items),
    )
    received = [
        _received(desk, item, origin, key, known.get(key))
        for key, item in by_key.items()
        if needs_reading(known.get(key), fingerprint(item))
    ]
    # Oldest first: of several entries about one address the newest is the present text.
    readable = sorted((one for one in received if one), key=lambda one: one.entry.published.at)

    def keep(connection: Connection, report: SourceReport) -> SourceReport:
        changes = [_keep_entry(connection, desk, one) for one in readable]
        return _counted(report, found=len(by_key), changes=changes)

    return keep


def _received(
    desk: Desk, item: Item, origin: Origin, key: str, known: Sighting | None
) -> _Received | None:
    seen_at = known.first_seen_at if known else desk.now
    entry = entry_of(item, origin, key=key, seen_at=seen_at)
    if entry is None:
        return None
    return _Received(key=key, fingerprint=fingerprint(item), first_seen_at=seen_at, entry=entry)


def _known_items(desk: Desk, source: Source, by_key: Mapping[str, Item]) -> Mapping[str, Sighting]:
    """Find what was given before, also under the name it had while its namesake was not there."""
    plain = {key: entry_key(item) for key, item in by_key.items()}
    known = _known(desk, source, {**by_key, **dict.fromkeys(plain.values())})
    alone = {key: known.get(plain[key]) for key in by_key if key not in known}
    same = {
        key: sighting
        for key, sighting in alone.items()
        if sighting and sighting.fingerprint == fingerprint(by_key[key])
    }
    return {**known, **same}


def _known(desk: Desk, source: Source, keys: Iterable[str]) -> Mapping[str, Sighting]:
    with desk.newsroom.database.read() as connection:
        return sightings(connection, source.name, keys)


def _keep_entry(connection: Connection, desk: Desk, one: _Received) -> Change:
    """Store an entry as what it is: a new article, a change of one, or nothing new."""
    known = sightings(connection, one.entry.source, [one.key]).get(one.key)
    stored = article(connection, known.article_id) if known else None
    stored = stored or article_by_key(connection, one.entry.key)
    speaks = bool(known and known.speaks) or _outdoes(connection, desk, one, stored)
    change = decide(one.entry, stored, speaks=speaks)
    id = _store(connection, one.entry, change, stored, desk.now)  # noqa: A001
    _remember(connection, one, {one.key: one.fingerprint}, id, speaks=speaks)
    return change


def _outdoes(connection: Connection, desk: Desk, one: _Received, stored: Article | None) -> bool:
    """Tell whether an entry has a greater claim to an article than the one that speaks for it."""
    if stored is None:
        return True
    last = len(desk.places)
    ours, theirs = (desk.places.get(name, last) for name in (one.entry.source, stored.source))
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
    one: _Received,
    conditions: Mapping[str, str],
    article_id: int,
    *,
    speaks: bool,
) -> None:
    """Remember each name that it came under, with its condition there."""
    if speaks:
        silence(connection, article_id)
        hand_over(connection, article_id, one.entry)
    for key, condition in conditions.items():
        sighting = Sighting(
            key=key,
            article_id=article_id,
            fingerprint=condition,
            first_seen_at=one.first_seen_at,
            speaks=speaks,
        )
        record_sighting(connection, one.entry.source, sighting)


def _counted(report: SourceReport, *, found: int, changes: Sequence[Change]) -> SourceReport:
    new, changed = changes.count(Change.NEW), changes.count(Change.CHANGED)
    return replace(report, found=found, new=new, changed=changed, unchanged=found - new - changed)


# --- drops ------------------------------------------------------------------------------


def receive_drops(desk: Desk, source: Source, folder: Path) -> Keep:
    """Read a folder, fetch the pages of its new links; give what stores them."""
    read = read_drops(folder, desk.parser)
    keys = [key for drop in read.drops for key in (drop.key, drop.place)]
    known = _known(desk, source, keys)
    origin = Origin(source=source.name, language=source.language, zone=desk.zone)
    pages, troubles = _pages(desk, [d for d in read.drops if d.link and d.key not in known])
    whole = [pages.get(drop.key, drop) for drop in read.drops]
    received = [_received_drop(desk, drop, origin, known) for drop in whole if _has_text(drop)]
    found = sum(_has_text(drop) or drop.key in known for drop in whole)
    notes = [f"{refused.name}: {refused.reason}" for refused in read.refused] + troubles

    def keep(connection: Connection, report: SourceReport) -> SourceReport:
        changes = [_keep_drop(connection, desk, one) for one in received if one]
        counted = _counted(report, found=found, changes=changes)
        return replace(counted, notes=report.notes + tuple(notes))

    return keep


def _has_text(drop: Drop) -> bool:
    return bool(drop.item.title or drop.item.content)


def _received_drop(
    desk: Desk, drop: Drop, origin: Origin, known: Mapping[str, Sighting]
) -> _Received | None:
    before = known.get(drop.key) or known.get(drop.place)
    seen_at = before.first_seen_at if before else desk.now
    entry = text_entry_of(drop.item, origin, key=drop.key, seen_at=seen_at)
    if entry is None:
        return None
    return _Received(
        key=drop.key, fingerprint=drop.key, first_seen_at=seen_at, entry=entry, place=drop.place
    )


def _keep_drop(connection: Connection, desk: Desk, one: _Received) -> Change:
    """Store a dropped text, known by its content or by the place of an earlier state of it."""
    source = one.entry.source
    known = sightings(connection, source, [one.key, one.place])
    content, place = known.get(one.key), known.get(one.place)
    if place and place.fingerprint == one.key:
        return Change.SAME
    change, stored = _placed(connection, one, content, place)
    speaks = any(name.speaks for name in known.values()) or _outdoes(connection, desk, one, stored)
    change = change or decide(one.entry, stored, speaks=speaks)
    id = _store(connection, one.entry, change, stored, desk.now)  # noqa: A001
    _remember(connection, one, {one.key: one.fingerprint, one.place: one.key}, id, speaks=speaks)
    return change


def _placed(
    connection: Connection, one: _Received, content: Sighting | None, place: Sighting | None
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


def _pages(desk: Desk, links: Sequence[Drop]) -> tuple[dict[str, Drop], list[str]]:
    """Fetch the pages of links; give the drops with their text, and what went wrong."""
    answers = desk.ask([Request(url=drop.item.url) for drop in links], now=desk.now)
    pages: dict[str, Drop] = {}
    troubles: list[str] = []
    for drop, answer in zip(links, answers, strict=True):
        item, trouble = _page(desk, drop, answer)
        if item:
            pages[drop.key] = replace(drop, item=item)
        if trouble:
            troubles.append(f"{drop.item.url}: {trouble}")
    return pages, troubles


def _page(desk: Desk, drop: Drop, answer: Answer) -> tuple[Item | None, str]:
    if answer.verdict is not Verdict.CONTENT:
        return None, answer.error
    text = decode(answer.body, charset=answer.charset)
    try:
        values = desk.parser.run("page", text, base=answer.url)
    except ParseError as error:
        return None, str(error)
    item, partial = page_item(values, url=drop.item.url)
    if not item.title:
        return None, "no article on the page"
    return item, partial
