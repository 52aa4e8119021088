"""How is what one source gave compared with what we have, and stored?

Everything slow (cleaning, fetching links) is done before the transaction, in which what a few
sources gave is stored at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.changes import Change, needs_reading
from digest.collect.charset import decode
from digest.collect.cleaning import Waiting, clean
from digest.collect.drops import Drop, page_item, read_drops
from digest.collect.entries import Origin, text_entry_of
from digest.collect.imprints import after
from digest.collect.items import Item, named, shared_addresses
from digest.collect.readings import Parser, Reading
from digest.collect.worker import ParseError
from digest.model.article import Entry
from digest.model.source import Sighting
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.storing import Ground, Received, keep_drop, keep_entry, shelf_for
from digest.schedule.values import Source
from digest.storage.imprints import Renewal, save_imprints
from digest.storage.shelf import Shelf
from digest.storage.sources import sightings

STORING = "store what sources gave"
"""Articles are shared by sources: of several runs on several machines one stores at a time."""


@dataclass(frozen=True, kw_only=True)
class SourceReport:
    """What collecting from one source came to."""

    source: str
    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    """That could not be read this time: asked for again at the next."""
    filled: int = 0
    """Articles, new and older, that got their text from their own pages."""
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
    def ground(self) -> Ground:
        """What storing decides by."""
        order = enumerate(self.newsroom.schedule.sources)
        return Ground(now=self.now, places={source.name: place for place, source in order})

    @cached_property
    def zone(self) -> ZoneInfo:
        """Where hours without a zone are taken to be: at the first newsletter's desk."""
        return ZoneInfo(next(iter(self.newsroom.schedule.newsletters.values())).timezone)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What was received from a source, and is to be stored."""

    report: SourceReport
    """As far as it can be told before that."""
    received: Sequence[Received] = ()
    keep: Callable[[Shelf, Received, Ground], Change] = keep_entry
    renewal: Renewal | None = None
    """Of what is remembered of its entries."""

    def told(self, changes: Sequence[Change]) -> SourceReport:
        """Report what each thing received meant for what is stored."""
        new, changed = changes.count(Change.NEW), changes.count(Change.CHANGED)
        unchanged = self.report.found - new - changed - self.report.left_out
        return replace(self.report, new=new, changed=changed, unchanged=unchanged)


def store(
    connection: Connection, gathered: Sequence[Gathered], ground: Ground
) -> list[SourceReport]:
    """Store what was received from some sources, one after the other; report of each."""
    received = [one for each in gathered for one in each.received]
    with shelf_for(connection, received, ground) as shelf:
        changes = [[each.keep(shelf, one, ground) for one in each.received] for each in gathered]
    renewals = {each.report.source: each.renewal for each in gathered if each.renewal}
    save_imprints(connection, renewals)
    return [each.told(its) for each, its in zip(gathered, changes, strict=True)]


def receive_items(
    desk: Desk, source: Source, reading: Reading, report: SourceReport, *, base: str
) -> Gathered:
    """Clean the items of a feed that are new or changed; go on with a report.

    Entries that were not read, for they are known by their very text, are unchanged.
    """
    items = reading.items
    by_key = named(items)
    known = _known_items(desk, source, by_key)
    origin = Origin(
        source=source.name,
        base=base,
        language=source.language,
        zone=desk.zone,
        shared=shared_addresses(items),
    )
    waiting = [
        Waiting(item=item, key=key, seen_at=_first_seen(desk, known.get(key)))
        for key, item in by_key.items()
        if needs_reading(known.get(key), item.fingerprint)
    ]
    cleaned = clean(waiting, origin, desk.parser)
    received = _received(waiting, cleaned.entries)
    lost = {one.key for one in waiting} - {one.key for one in received}
    told = reading.imprinted
    imprints = after(told, items, stored=by_key.keys() - lost).packed()
    return Gathered(
        report=replace(
            report,
            found=len(by_key) + len(told.kept),
            left_out=cleaned.left_out,
            notes=report.notes + cleaned.notes,
        ),
        received=received,
        renewal=Renewal(now=imprints, before=told.before) if items else None,
    )


def _received(waiting: Iterable[Waiting], entries: Iterable[Entry | None]) -> list[Received]:
    """Give what can be read, the oldest first: of several entries about one address the newest is
    the present text.
    """
    received = [
        Received(
            key=one.key, fingerprint=one.item.fingerprint, first_seen_at=one.seen_at, entry=entry
        )
        for one, entry in zip(waiting, entries, strict=True)
        if entry
    ]
    return sorted(received, key=lambda one: one.entry.published.at)


def _first_seen(desk: Desk, known: Sighting | None) -> datetime:
    return known.first_seen_at if known else desk.now


def _known_items(desk: Desk, source: Source, by_key: Mapping[str, Item]) -> Mapping[str, Sighting]:
    """Find what was given before, also under the name it had while its namesake was not there."""
    known = _known(desk, source, [*by_key, *(item.key for item in by_key.values())])
    alone = {key: known.get(item.key) for key, item in by_key.items() if key not in known}
    same = {
        key: sighting
        for key, sighting in alone.items()
        if sighting and sighting.fingerprint == by_key[key].fingerprint
    }
    return {**known, **same}


def _known(desk: Desk, source: Source, keys: Iterable[str]) -> Mapping[str, Sighting]:
    with desk.newsroom.database.read() as connection:
        return sightings(connection, source.name, keys)


# --- drops ------------------------------------------------------------------------------


def receive_drops(desk: Desk, source: Source, folder: Path) -> Gathered:
    """Read a folder, fetch the pages of its new links."""
    read = read_drops(folder, desk.parser)
    keys = [key for drop in read.drops for key in (drop.key, drop.place)]
    known = _known(desk, source, keys)
    origin = Origin(source=source.name, language=source.language, zone=desk.zone)
    pages, troubles = _pages(desk, [d for d in read.drops if d.link and d.key not in known])
    whole = [pages.get(drop.key, drop) for drop in read.drops]
    texts = [_received_drop(desk, drop, origin, known) for drop in whole if _has_text(drop)]
    received = [one for one in texts if one]
    found = sum(_has_text(drop) or drop.key in known for drop in whole)
    notes = [f"{refused.name}: {refused.reason}" for refused in read.refused] + troubles
    report = SourceReport(source=source.name, found=found, notes=tuple(notes))
    return Gathered(report=report, received=received, keep=keep_drop)


def _has_text(drop: Drop) -> bool:
    return bool(drop.item.title or drop.item.content)


def _received_drop(
    desk: Desk, drop: Drop, origin: Origin, known: Mapping[str, Sighting]
) -> Received | None:
    before = known.get(drop.key) or known.get(drop.place)
    seen_at = before.first_seen_at if before else desk.now
    entry = text_entry_of(drop.item, origin, key=drop.key, seen_at=seen_at)
    if entry is None:
        return None
    return Received(
        key=drop.key, fingerprint=drop.key, first_seen_at=seen_at, entry=entry, place=drop.place
    )


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
