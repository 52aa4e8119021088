"""How far is a source followed until its items are found?

A page leads to its feed, a sitemap to its newest part, a site to its REST interface, and a list to
its older entries; STEPS are taken at most. What lasts is remembered and asked straight away.
"""

from dataclasses import dataclass, replace

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.imprints import Remembering
from digest.collect.items import Item, named
from digest.collect.kinds import READERS, first_address
from digest.collect.readings import Reading
from digest.collect.same import release
from digest.collect.urls import host_of
from digest.collect.waits import address_of
from digest.model.source import SourceState
from digest.pipeline.receiving import Desk
from digest.schedule.values import Source
from digest.storage.imprints import imprints_of
from digest.storage.sources import sightings

STEPS = 3
"""Addresses asked for one source in one run, after its first answer."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What following a source came to."""

    answer: Answer
    """That counts for the source: its validators, its moves, its wish to be left alone."""
    reading: Reading
    base: str = ""
    """The address that relative ones count from."""
    place: str = ""
    """Where to ask next time instead of the address in schedule.yaml; empty: there."""


def request(source: Source, state: SourceState) -> Request:
    """Say what to ask first: what was found behind the address, or the address itself."""
    return Request(
        url=state.found or home(source, state),
        etag=state.etag,
        last_modified=state.last_modified,
        named=not state.found,
    )


def home(source: Source, state: SourceState) -> str:
    """Give the address in schedule.yaml as it is asked, or where that moved for good."""
    return address_of(first_address(source.kind, source.place), state)


def find(desk: Desk, source: Source, state: SourceState, answer: Answer) -> Found:
    """Read the first answer and what it leads to."""
    asked = _Asked(desk, source)
    if not state.found:
        return asked.through(answer)
    if answer.verdict is Verdict.UNCHANGED:
        return Found(answer=settled(answer), reading=Reading(), place=state.found)
    reading = asked.read(answer)
    if not reading.error and not reading.follow:
        place = answer.moved_to or state.found
        return asked.paged(
            Found(answer=settled(answer), reading=reading, base=answer.url, place=place)
        )
    address = home(source, state)
    if not answer.heard and host_of(address) == host_of(state.found):
        return Found(answer=answer, reading=reading, place=state.found)
    asked.tried.add(state.found)
    why = reading.error or "a web page stands there now"
    return asked.through(asked.ask(address, named=True), lost=f"{_bare(state.found)}: {why}")


class _Asked:
    """What was asked for one source in this run."""

    def __init__(self, desk: Desk, source: Source) -> None:
        self.desk, self.source = desk, source
        self.tried: set[str] = set()
        self.steps = STEPS

    def ask(self, url: str, *, named: bool = False) -> Answer:
        self.steps -= 1
        self.tried.add(url)
        (answer,) = self.desk.ask([Request(url=url, named=named)], now=self.desk.now)
        return answer

    def read(self, answer: Answer) -> Reading:
        if answer.verdict is not Verdict.CONTENT:
            return Reading(error=answer.error)
        under = f"{release()} {answer.language}"
        parser = Remembering(self.desk.parser, self._imprints, under)
        return READERS[self.source.kind](answer, parser)

    def _imprints(self) -> bytes:
        with self.desk.newsroom.database.read() as connection:
            return imprints_of(connection, self.source.name)

    def through(self, first: Answer, *, lost: str = "") -> Found:
        """Read an answer of the source's own address, and follow it."""
        self.tried.add(first.request.url)
        reading = self.read(first) if first.verdict is not Verdict.UNCHANGED else Reading()
        found = Found(answer=first, reading=reading, base=first.url)
        while found.reading.follow:
            found = self._followed(found, lost)
        return self.paged(found)

    def _followed(self, found: Found, lost: str) -> Found:
        before, target = found.reading, found.reading.follow
        # Whether this answer changes says nothing of what it leads to.
        led = replace(found.answer, etag="", last_modified="")
        if target in self.tried or not self.steps:
            why = "it leads back to itself" if target in self.tried else "it is too many steps away"
            reading = _stood_in(before, lost or f"{_bare(target)}: {why}")
            return replace(found, answer=led, reading=reading)
        answer = self.ask(target)
        if answer.verdict is Verdict.LEFT and not answer.closed:
            return replace(found, answer=answer, reading=Reading(notes=(answer.error,)))
        reading = self.read(answer)
        if reading.error or (before.items and not reading.items):
            why = f"{_bare(target)}: {reading.error or 'it is empty'}"
            passing = not answer.heard or answer.status >= SERVERS_FAULT
            return replace(found, answer=led, reading=_stood_in(before, why, passing=passing))
        return Found(
            answer=settled(answer) if before.lasting else led,
            reading=replace(
                reading, notes=before.notes + reading.notes, more=reading.more or before.more
            ),
            base=answer.url,
            place=target if before.lasting else "",
        )

    def paged(self, found: Found) -> Found:
        """Add older items as long as all are new."""
        reading, items = found.reading, list(found.reading.items)
        while reading.more and self.steps and not self._knows_any(reading.items):
            answer = self.ask(reading.more)
            reading = self.read(answer)
            if reading.error and answer.status != PAST_THE_END:
                note = f"older entries can't be read: {reading.error}"
                reading = replace(reading, notes=(note,))
            items += reading.items
            found = replace(
                found, reading=replace(found.reading, notes=found.reading.notes + reading.notes)
            )
        return replace(found, reading=replace(found.reading, items=tuple(items)))

    def _knows_any(self, items: tuple[Item, ...]) -> bool:
        with self.desk.newsroom.database.read() as connection:
            return bool(sightings(connection, self.source.name, named(items)))


SERVERS_FAULT = 500
"""From this status on the server says that it is its own fault (RFC 9110, 15.6)."""
PAST_THE_END = 400
"""WordPress' status for a page that has no entries (rest_post_invalid_page_number)."""


def settled(answer: Answer) -> Answer:
    """Leave out moves: they are not those of the address in schedule.yaml."""
    return replace(answer, moved_to="")


def _bare(url: str) -> str:
    """Leave out what we asked for in particular."""
    return url.partition("?per_page")[0].partition("&per_page")[0]


def _stood_in(reading: Reading, why: str, *, passing: bool = False) -> Reading:
    """Give what stands in for what can't be read, or why nothing does and what to do.

    What may be `passing` needs no other entry in schedule.yaml.
    """
    if reading.items:
        note = f"{why}; its links were followed instead"
        return Reading(items=reading.items, notes=(*reading.notes, note))
    advice = f"; {reading.otherwise}" if reading.otherwise and not passing else ""
    return Reading(notes=reading.notes, error=f"{why}{advice}")
