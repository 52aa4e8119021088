"""How are many rows judged at once? Staged in a temporary table, and looked at as a set.

A temporary table is the connection's own (SQLite: a file of its own, deleted as it is opened): a
million rows are read, checked and staged without keeping any other process from writing. Only what
subscribers.admitting does with them locks the database.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Case,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    case,
    func,
    select,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from subscribers.admission import admit
from subscribers.database import UtcDateTime
from subscribers.leaving import left
from subscribers.model import SubscriptionState, Verdict
from subscribers.tables import consents, lists, subscribers, subscriptions, suppressions

stage_table = Table(
    "import_rows",
    MetaData(),
    Column("line", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Column("address_key", String(320)),  # none: not an address
    Column("address_hash", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("themes", JSON, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("cadence", String(16), nullable=False),
    Column("paused_until", UtcDateTime),
    Column("tracking", Boolean, nullable=False),
    Column("joined", UtcDateTime),  # none: the file does not say
    Column("network_hash", String(64), nullable=False),
    Column("waits", Boolean, nullable=False),  # whatever is said of the others' consent
    Column("verdict", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("first", Integer),  # the line on which this address stood already
    prefixes=["TEMPORARY"],
)
ROW, _person, _place, _proof = stage_table.c, subscribers.c, subscriptions.c, consents.c
ACCEPTED = ROW.verdict == Verdict.ACCEPTED
_by_key = Index("ix_import_rows_address_key", ROW.address_key)
_COLUMNS = [column.name for column in stage_table.c]
_MOMENTS = tuple(map(_COLUMNS.index, ("paused_until", "joined")))

StagedRow = tuple[Any, ...]
"""The columns of the table in their order; JSON ones as text, moments aware."""


@dataclass(frozen=True)
class Lines:
    """A part of a file: the lines after one, to the last."""

    after: int
    last: int


@contextmanager
def staged(connection: Connection) -> Iterator[None]:
    """Have the temporary table; after a failure it ends with the transaction or the connection."""
    connection.execute(DropTable(stage_table, if_exists=True))
    connection.execute(CreateTable(stage_table))
    yield
    connection.execute(DropTable(stage_table))


def stage(connection: Connection, rows: Sequence[StagedRow]) -> None:
    """Insert by the driver itself: SQLAlchemy's handling of each row costs more than the rest."""
    name = stage_table.name
    if connection.dialect.name == "postgresql":
        from subscribers.postgres import copy_rows

        copy_rows(connection, name, _COLUMNS, rows)
        return
    marks = ", ".join("?" for _ in _COLUMNS)
    bare = [_bare(row) for row in rows]
    connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({marks})", bare)  # noqa: S608 - our own names


def mark_repeated(connection: Connection) -> None:
    """Let every address stand once: its other rows are there already. After the last row.

    The row that counts is the first that refuses the reader, else the first.
    """
    connection.execute(CreateIndex(_by_key))
    # Nobody else does it for a temporary one.
    connection.exec_driver_sql(f"ANALYZE {stage_table.name}")
    counts = func.coalesce(func.min(case((~ACCEPTED, ROW.line))), func.min(ROW.line))
    again = (
        select(ROW.address_key, counts.label("first"))
        .where(ROW.address_key.is_not(None))
        .group_by(ROW.address_key)
        .having(func.count() > 1)
        .subquery()
    )
    connection.execute(
        update(stage_table)
        .where(ROW.address_key == again.c.address_key, ROW.line != again.c.first)
        .values(verdict=Verdict.ALREADY_THERE.value, first=again.c.first)
    )


def last_line(connection: Connection) -> int:
    """Give the line on which the last row begins; 0 when there is none."""
    return connection.scalar(select(func.max(ROW.line))) or 0


def judge(
    connection: Connection, list_name: str, *, consent: bool, lines: Lines | None = None
) -> None:
    """Refuse the staged who may not be put on the list. Writes nothing but the temporary table."""
    known = _known(list_name, consent=consent).where(*within(lines)).subquery()
    judged = select(known.c.line, _verdict(known.c, consent=consent).label("verdict")).subquery()
    connection.execute(
        update(stage_table).where(ROW.line == judged.c.line).values(verdict=judged.c.verdict)
    )


def within(lines: Lines | None) -> list[ColumnElement[bool]]:
    """Ask for the rows of some lines, or of all."""
    return [] if lines is None else [lines.after < ROW.line, lines.last >= ROW.line]


def verdicts(connection: Connection, *, refused: bool = False) -> Iterator[Any]:
    """Give line, address, verdict, reason and first of rows, in the file's order.

    Of all, or of the refused alone. A repeated row shares the verdict of its first where that was
    refused.
    """
    first = stage_table.alias()
    shared = case((first.c.verdict != Verdict.ACCEPTED, first.c.verdict), else_=ROW.verdict)
    rows = (
        select(ROW.line, ROW.address, shared.label("verdict"), ROW.reason, ROW.first)
        .outerjoin(first, first.c.line == ROW.first)
        .order_by(ROW.line)
        .execution_options(yield_per=1_000)
    )
    yield from connection.execute(rows.where(~ACCEPTED) if refused else rows)


def accepted(connection: Connection) -> int:
    """Count the accepted."""
    return connection.scalar(select(func.count()).where(ACCEPTED)) or 0


def _bare(row: StagedRow) -> StagedRow:
    """Write moments as SQLAlchemy reads them from SQLite."""
    if not any(row[place] for place in _MOMENTS):
        return row
    cells = list(row)
    for place in _MOMENTS:
        if moment := cells[place]:
            cells[place] = f"{moment:%Y-%m-%d %H:%M:%S.%f}"
    return tuple(cells)


def _known(list_name: str, *, consent: bool) -> Select[Any]:
    gone = left(ROW.address_hash, list_name)
    banned = suppressions.c.address_hash.is_not(None)
    list_id = select(lists.c.id).where(lists.c.name == list_name).scalar_subquery()
    return (
        select(ROW.line, _place.state, banned.label("banned"), gone.label("has_left"))
        .outerjoin(subscribers, _person.address_key == ROW.address_key)
        .outerjoin(
            subscriptions, (_place.subscriber_id == _person.id) & (_place.list_id == list_id)
        )
        .outerjoin(suppressions, suppressions.c.address_hash == ROW.address_hash)
        .where(ACCEPTED, _place.state.is_not(None) | banned | gone)
    )


def _verdict(facts: Any, *, consent: bool) -> Case[str]:  # noqa: ANN401 - the columns of _known
    """Write the rule for all that can be the case, so that it stands in one place only."""
    cases = product((None, *SubscriptionState), (False, True), (False, True))
    return case(
        *(
            (
                (facts.state.is_(None) if state is None else facts.state == state.value)
                & facts.banned.is_(banned)
                & facts.has_left.is_(left),
                admit(state, suppressed=banned, has_left=left, consent=consent).value,
            )
            for state, banned, left in cases
        )
    )
