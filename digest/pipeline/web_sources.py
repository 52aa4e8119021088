"""What is asked of a source on the web, and what becomes of its answer?"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.kinds import first_address
from digest.collect.rhythm import LOOKED_BACK, next_time, rhythm
from digest.collect.same import is_same
from digest.collect.waits import address_of, after_failure, after_success
from digest.engine.slots import next_slots
from digest.model.source import SourceState
from digest.pipeline.reading import Found, find, request, settled
from digest.pipeline.receiving import (
    STORING,
    Desk,
    Gathered,
    SourceReport,
    receive_items,
    store,
)
from digest.schedule.values import Source
from digest.storage.sources import moments_of, save_source_states
from subscribers.database import alone

log = structlog.wrap_logger(logging.getLogger("digest.collect"))

Chance = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Read:
    """What was read of a source, to be stored."""

    source: Source
    state: SourceState
    """As it was when it was asked."""
    found: Found
    gathered: Gathered


class WebSources:
    """The manner of all kinds of sources that ask the web (polling.Manner)."""

    def __init__(self, desk: Desk, chance: Chance) -> None:
        self._desk, self._chance = desk, chance
        self._drafts = _next_drafts(desk)

    def request(self, source: Source, state: SourceState) -> Request:
        """Give what to ask first."""
        return request(source, state)

    def at_a_glance(
        self, source: Source, state: SourceState, answer: Answer
    ) -> tuple[SourceState, SourceReport] | None:
        """Give how a source stands after an answer without news; None for one to be read."""
        if not _says_nothing(source, state, answer):
            return None
        report = SourceReport(source=source.name, error=_error(answer))
        mine = settled(answer) if state.found else answer
        after = self._state_after(state, mine, report.error)
        log.debug("source collected", source=source.name, new=0, error=report.error)
        return after, replace(report, notes=_news_of_move(source, after))

    def read(self, source: Source, state: SourceState, answer: Answer) -> Read:
        """Read an answer and what it leads to. For a thread of its own."""
        found = find(self._desk, source, state, answer)
        reading = found.reading
        if found.answer.verdict is Verdict.LEFT:  # its turn did not come: nothing to be kept
            notes = reading.notes or (found.answer.error,)
            gathered = Gathered(report=SourceReport(source=source.name, notes=notes))
        else:
            error = _error(found.answer) if reading.error == found.answer.error else reading.error
            report = SourceReport(source=source.name, error=error, notes=reading.notes)
            gathered = receive_items(self._desk, source, reading, report, base=found.base)
        return Read(source=source, state=state, found=found, gathered=gathered)

    def store(self, read: Sequence[Read]) -> list[SourceReport]:
        """Store what some sources gave, and how they stand now, in one transaction."""
        desk = self._desk
        with desk.newsroom.database.write() as connection:
            alone(connection, STORING)
            reports = store(connection, [one.gathered for one in read], desk.ground)
            gave = [report.source for report in reports if report.new or report.changed]
            moments = moments_of(connection, gave, desk.now - LOOKED_BACK)
            states = [
                self._after(one, report, moments) for one, report in zip(read, reports, strict=True)
            ]
            save_source_states(connection, filter(None, states))
        return [
            replace(report, notes=report.notes + _news_of_move(one.source, state))
            for one, report, state in zip(read, reports, states, strict=True)
        ]

    def _after(
        self, read: Read, report: SourceReport, moments: Mapping[str, Sequence[datetime]]
    ) -> SourceState | None:
        """Give how a source stands; None when its turn did not come."""
        if read.found.answer.verdict is Verdict.LEFT:
            return None
        state = _of_place(read.state, read.found)
        if report.new or report.changed:
            state = _with_rhythm(state, moments.get(state.name, ()), self._desk.now)
        after = self._state_after(state, read.found.answer, report.error)
        if report.left_out:  # then the same answer is to be read again
            after = replace(after, etag="", last_modified="", body_hash="")
        return after

    def _state_after(self, state: SourceState, answer: Answer, error: str) -> SourceState:
        now, chance = self._desk.now, self._chance()
        if error:
            return after_failure(state, answer, error, now=now, chance=chance)
        after = after_success(state, answer, now)
        due_at = next_time(after, now, drafts=self._drafts, chance=chance)
        return replace(after, due_at=due_at)


def _says_nothing(source: Source, state: SourceState, answer: Answer) -> bool:
    """Tell whether an answer needs no reading.

    What leads elsewhere is read though it stays the same: what it leads to may have changed. Where
    the place that was found behind an address fails, the address itself is asked.
    """
    if answer.verdict is Verdict.UNCHANGED:
        return True
    if answer.verdict is Verdict.CONTENT:
        return (source.kind == "feed" or bool(state.found)) and is_same(answer, state)
    return not state.found


def _error(answer: Answer) -> str:
    gone = answer.verdict is Verdict.GONE
    return f"{answer.error}: gone for good, remove it or correct it" if gone else answer.error


def _of_place(state: SourceState, found: Found) -> SourceState:
    """Forget the validators of another address than the one that counts now."""
    if found.place == state.found:
        return state
    return replace(state, found=found.place, etag="", last_modified="", body_hash="")


def _next_drafts(desk: Desk) -> list[datetime]:
    plans = desk.newsroom.schedule.newsletters.values()
    slots = (next_slots(plan.draft, plan.timezone, desk.now, 1) for plan in plans)
    return [moment for found in slots for moment in found]


def _with_rhythm(state: SourceState, moments: Iterable[datetime], now: datetime) -> SourceState:
    """Work the rhythm of a source that gave something out anew."""
    found = rhythm(moments, now)
    seconds = int(found.total_seconds()) if found else 0
    return replace(state, changed_at=now, rhythm=seconds)


def _news_of_move(source: Source, state: SourceState | None) -> tuple[str, ...]:
    if state is None:
        return ()
    asked = first_address(source.kind, source.place)
    if address_of(asked, state) == asked:
        return ()
    return (f"moved for good to {state.moved_to}: correct schedule.yaml",)
