"""How do sources become stored articles? A report for each.

A source that is down is one line of the report. What one source gave is committed whole before the
next one is read, so a killed run loses nothing and the next one goes on.
"""

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from digest.collect.answers import Answer, Nets, Request, Verdict
from digest.collect.kinds import first_address
from digest.collect.waits import NEVER, address_of, after_failure, after_success, fresh
from digest.collect.worker import Worker
from digest.errors import NotFoundError, unknown
from digest.model.source import SourceState
from digest.pipeline.filling import BOUNDS, Bounds, fill, told
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.reading import Found, find, request
from digest.pipeline.receiving import STORING, Desk, SourceReport, receive_drops, receive_items
from digest.schedule.values import Schedule, Source
from digest.storage.sources import save_source_state, source_state, source_states
from subscribers.database import alone

__all__ = ["Fetch", "SourceReport", "collect"]

_WAVE = 50  # feeds fetched at once, and held in memory

log = structlog.wrap_logger(logging.getLogger("digest.collect"))

Chance = Callable[[], float]


class Fetch(Protocol):
    """Asks web addresses: digest.collect.fetch.fetch, or a fake."""

    def __call__(
        self, requests: Sequence[Request], *, now: datetime, agent: str, permitted: Nets
    ) -> tuple[Answer, ...]:
        """Give an answer for each request, in order."""


def collect(
    newsroom: Newsroom,
    *,
    only: str = "",
    fetch: Fetch | None = None,
    permitted: Nets = (),
    chance: Chance = random.random,
    bounds: Bounds = BOUNDS,
) -> tuple[SourceReport, ...]:
    """Collect from every source that is due, or from the one named, due or not; then ask the pages
    of articles that lack their text.

    `permitted` are nets of this machine or house that feeds may be fetched from; none by default.

    Raises:
        NotFoundError: no source is called `only`.
    """
    chosen = _chosen(newsroom.schedule, only)
    with Worker() as parser:
        ask = partial(fetch or _fetch(), agent=agent_of(newsroom), permitted=permitted)
        desk = Desk(newsroom=newsroom, parser=parser, ask=ask)
        folders = [source for source in chosen if source.folder]
        asked = [source for source in chosen if source.on_the_web]
        reports = [_from_folder(desk, source) for source in folders]
        reports += _from_web(desk, asked, chance, even_early=bool(only))
        reports = list(told(reports, list(fill(desk, chosen, chance, bounds))))
    order = {source.name: place for place, source in enumerate(chosen)}
    return tuple(sorted(reports, key=lambda report: order[report.source]))


def _fetch() -> Fetch:
    from digest.collect.fetch import fetch

    return fetch


def agent_of(newsroom: Newsroom) -> str:
    """Say to servers who asks."""
    return f"digest (+{newsroom.site_url})" if newsroom.site_url.isascii() else "digest"


def _chosen(schedule: Schedule, only: str) -> Sequence[Source]:
    if not only:
        return schedule.sources
    source = schedule.source(only)
    if source is None:
        raise NotFoundError(unknown("source", only, (one.name for one in schedule.sources)))
    return (source,)


# --- the web ----------------------------------------------------------------------------


def _from_web(
    desk: Desk, asked: Sequence[Source], chance: Chance, *, even_early: bool
) -> Iterator[SourceReport]:
    with desk.newsroom.database.read() as connection:
        states = source_states(connection)
    due: list[tuple[Source, SourceState]] = []
    for source in asked:
        state = fresh(states.get(source.name, SourceState(name=source.name)), source.remembered_as)
        if even_early or _is_due(state, desk.now):
            due.append((source, state))
        else:
            yield _not_yet(state)
    for start in range(0, len(due), _WAVE):
        wave = due[start : start + _WAVE]
        answers = desk.ask([request(source, state) for source, state in wave], now=desk.now)
        offline = len(wave) > 1 and not any(answer.heard for answer in answers)
        for (source, known), answer in zip(wave, answers, strict=True):
            # Then it is our line: each waits the first pause again, not a longer one.
            state = replace(known, failures=0) if offline else known
            yield _guarded(source, partial(_from_answer, desk, source, state, answer, chance))


def _is_due(state: SourceState, now: datetime) -> bool:
    return state.not_before is None or state.not_before <= now


def _not_yet(state: SourceState) -> SourceReport:
    if state.not_before == NEVER:
        return SourceReport(source=state.name, error=state.error)
    note = f"not due before {state.not_before:%Y-%m-%d %H:%M} UTC"
    return SourceReport(source=state.name, notes=(note,), error=state.error)


def _from_answer(
    desk: Desk, source: Source, state: SourceState, answer: Answer, chance: Chance
) -> SourceReport:
    """Store what a source answered, and how it stands now, in one transaction."""
    found = find(desk, source, state, answer)
    reading = found.reading
    report = SourceReport(source=source.name, error=reading.error, notes=reading.notes)
    keep = receive_items(desk, source, reading.items, base=found.base)
    if found.answer.verdict is Verdict.GONE:
        report = replace(report, error=f"{reading.error}: gone for good, remove it or correct it")
    after = _state_after(state, found, report.error, now=desk.now, chance=chance())
    with desk.newsroom.database.write() as connection:
        alone(connection, STORING)
        save_source_state(connection, after)
        report = keep(connection, report)
    return replace(report, notes=report.notes + _news_of_move(source, after))


def _state_after(
    state: SourceState, found: Found, error: str, *, now: datetime, chance: float
) -> SourceState:
    # Validators are those of the address that was asked: another one starts without.
    known = state if found.place == state.found else replace(state, etag="", last_modified="")
    known = replace(known, found=found.place)
    if error:
        return after_failure(known, found.answer, error, now=now, chance=chance)
    return after_success(known, found.answer, now)


def _news_of_move(source: Source, state: SourceState) -> tuple[str, ...]:
    asked = first_address(source.kind, source.place)
    if address_of(asked, state) == asked:
        return ()
    return (f"moved for good to {state.moved_to}: correct schedule.yaml",)


# --- folders ----------------------------------------------------------------------------


def _from_folder(desk: Desk, source: Source) -> SourceReport:
    return _guarded(source, partial(_read_folder, desk, source))


def _read_folder(desk: Desk, source: Source) -> SourceReport:
    folder = desk.newsroom.root / source.folder
    if not folder.is_dir():
        report = SourceReport(source=source.name, error=f"there is no folder {source.folder!r}")
        keep = None
    else:
        keep = receive_drops(desk, source, folder)
        report = SourceReport(source=source.name)
    with desk.newsroom.database.write() as connection:
        alone(connection, STORING)
        report = keep(connection, report) if keep else report
        state = source_state(connection, source.name)
        save_source_state(connection, _folder_state(state, source, report, desk.now))
    return report


def _folder_state(
    state: SourceState, source: Source, report: SourceReport, now: datetime
) -> SourceState:
    return replace(
        state,
        url=source.folder,
        checked_at=now,
        succeeded_at=state.succeeded_at if report.error else now,
        failures=state.failures + 1 if report.error else 0,
        error=report.error,
        not_before=None,
    )


def _guarded(source: Source, take: Callable[[], SourceReport]) -> SourceReport:
    """Let no surprise in one source stop the others; the database's failures stop the run."""
    try:
        report = take()
    except IntegrityError:
        report = SourceReport(source=source.name, error="another run is storing it: try again")
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("source failed", source=source.name)
        report = SourceReport(source=source.name, error=f"unexpected {type(error).__name__}")
    log.info("source collected", source=source.name, new=report.new, error=report.error)
    return report
