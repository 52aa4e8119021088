"""Which due moments were taken, by how many schedulers whatever, and what came of them?

A run is open from the moment it is taken until it is finished. Whoever works on it says so again
and again (`renew`); an open run of which nobody has said so for long was left by a process that
died, or waits for a person, and any scheduler may take it up (`take_up`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, case, select, update

from digest.model.run import Run, RunClock, RunRecord
from digest.storage.tables import clocks
from digest.storage.tables import runs as table
from subscribers.upserts import insert_if_absent, inserting


def take(connection: Connection, run: Run, now: datetime) -> bool:
    """Take a due moment that nobody took; of many that try, one is told True."""
    key = {"newsletter": run.newsletter, "clock": run.clock.value, "slot": run.slot}
    return insert_if_absent(connection, table, **key, taken_at=now, result="")


def take_up(connection: Connection, run: Run, now: datetime, *, left_before: datetime) -> bool:
    """Take an open run that nobody has renewed since `left_before`."""
    left = _open(run).where(table.c.taken_at <= left_before)
    return connection.execute(left.values(taken_at=now)).rowcount == 1


def renew(connection: Connection, runs: Iterable[Run], now: datetime) -> None:
    """Say of open runs that somebody still works on them."""
    for run in runs:
        connection.execute(_open(run).values(taken_at=now))


def note(connection: Connection, run: Run, result: str) -> bool:
    """Note what became of an open run so far; False when that was known already."""
    news = _open(run).where(table.c.result != result)
    return connection.execute(news.values(result=result)).rowcount == 1


def finish(connection: Connection, run: Run, now: datetime, result: str) -> None:
    """Close an open run, saying what came of it."""
    connection.execute(_open(run).values(finished_at=now, result=result))


def last(connection: Connection, newsletter: str, clock: RunClock) -> RunRecord | None:
    """Give the latest run of a clock."""
    question = (
        select(table)
        .where(table.c.newsletter == newsletter, table.c.clock == clock.value)
        .order_by(table.c.slot.desc())
        .limit(1)
    )
    row = connection.execute(question).one_or_none()
    return None if row is None else _record(row)


def record(connection: Connection, run: Run) -> RunRecord | None:
    """Give what is known of one run."""
    row = connection.execute(select(table).where(_same(run))).one_or_none()
    return None if row is None else _record(row)


def unfinished(connection: Connection) -> list[RunRecord]:
    """Give the open runs, oldest first."""
    question = select(table).where(table.c.finished_at.is_(None)).order_by(table.c.slot)
    return [_record(row) for row in connection.execute(question)]


def known_since(
    connection: Connection, newsletter: str, clock: RunClock, definition: str, now: datetime
) -> datetime:
    """Give the moment since when a clock has its present definition; remember it when it is new."""
    values = {"definition": definition, "since": now}
    row = inserting(connection, clocks).values(newsletter=newsletter, clock=clock.value, **values)
    same = clocks.c.definition == definition
    kept = row.on_conflict_do_update(
        index_elements=["newsletter", "clock"],
        set_=values | {"since": case((same, clocks.c.since), else_=row.excluded.since)},
    )
    since: datetime = connection.execute(kept.returning(clocks.c.since)).scalar_one()
    return since


def _open(run: Run) -> Update:
    return update(table).where(_same(run), table.c.finished_at.is_(None))


def _same(run: Run) -> ColumnElement[bool]:
    return and_(
        table.c.newsletter == run.newsletter,
        table.c.clock == run.clock.value,
        table.c.slot == run.slot,
    )


def _record(row: Any) -> RunRecord:  # noqa: ANN401 - a row of the table above
    run = Run(newsletter=row.newsletter, clock=RunClock(row.clock), slot=row.slot)
    return RunRecord(run=run, taken_at=row.taken_at, finished_at=row.finished_at, result=row.result)
