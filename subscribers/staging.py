"""How are many people admitted at once? Staged in a temporary table, judged and moved as a set.

A temporary table is the connection's own (SQLite: a file of its own, deleted as it is opened): a
million rows are read, checked and staged without keeping any other process from writing. Only the
last step, a handful of statements, locks the database.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import (
    JSON,
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
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from subscribers.admission import admit
from subscribers.consent import evidence_row
from subscribers.database import UtcDateTime, alone, inserting
from subscribers.model import ConsentAction, Evidence, SubscriptionState, Verdict
from subscribers.tables import consents, lists, subscribers, subscriptions, suppressions

_stage = Table(
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
    Column("verdict", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("first", Integer),  # the line on which this address stood already
    prefixes=["TEMPORARY"],
)
_row, _person, _place, _proof = _stage.c, subscribers.c, subscriptions.c, consents.c
_by_key = Index("ix_import_rows_address_key", _row.address_key)
_PROFILE = ("address", "address_key", "address_hash", "name", "language", "themes", "fields")
_accepted = _row.verdict == Verdict.ACCEPTED

MANY = "admit many, or erase one"
"""What one transaction does at a time: an erasure leaves no row that an import could wait for."""

StagedRow = tuple[int, str, str | None, str, str, str, str, str, str, str, None]
"""The columns of the table; JSON ones as text."""


@dataclass(frozen=True, kw_only=True)
class Admission:
    """On which terms people are admitted."""

    secret_key: bytes
    list_id: int
    list_name: str
    evidence: Evidence
    """Its wording says where the people agreed; without it they stay pending."""
    now: datetime

    @property
    def consent(self) -> bool:
        """Whether the people have agreed already."""
        return bool(self.evidence.wording)


@contextmanager
def staged(connection: Connection) -> Iterator[None]:
    """Have the temporary table; after a failure it ends with the transaction or the connection."""
    connection.execute(DropTable(_stage, if_exists=True))
    connection.execute(CreateTable(_stage))
    yield
    connection.execute(DropTable(_stage))


def stage(connection: Connection, rows: Sequence[StagedRow]) -> None:
    """Insert by the driver itself: SQLAlchemy's handling of each row costs more than the rest."""
    if connection.dialect.name == "postgresql":
        from subscribers.postgres import copy_rows

        copy_rows(connection, _stage.name, [column.name for column in _row], rows)
        return
    marks = ", ".join("?" for _ in _row)
    connection.exec_driver_sql(f"INSERT INTO {_stage.name} VALUES ({marks})", list(rows))  # noqa: S608 - our own names


def mark_repeated(connection: Connection) -> None:
    """Let every address stand once: its later rows are there already. After the last row."""
    connection.execute(CreateIndex(_by_key))
    connection.exec_driver_sql(f"ANALYZE {_stage.name}")  # nobody else does it for a temporary one
    again = (
        select(_row.address_key, func.min(_row.line).label("first"))
        .where(_accepted)
        .group_by(_row.address_key)
        .having(func.count() > 1)
        .subquery()
    )
    connection.execute(
        update(_stage)
        .where(_accepted, _row.address_key == again.c.address_key, _row.line > again.c.first)
        .values(verdict=Verdict.ALREADY_THERE.value, first=again.c.first)
    )


def judge(connection: Connection, list_name: str, *, consent: bool) -> None:
    """Refuse the staged who may not be put on the list. Writes nothing but the temporary table."""
    known = _known(list_name, consent=consent).subquery()
    connection.execute(
        update(_stage).where(_row.line == known.c.line).values(verdict=known.c.verdict)
    )


def admit_staged(connection: Connection, admission: Admission) -> None:
    """Judge the staged by how things stand now and put the accepted on the list.

    Another import waits meanwhile. Who joins by themselves at this moment does so once: their rows
    are found taken, or they find ours.
    """
    alone(connection, MANY)
    _hold_waiting(connection, admission)
    judge(connection, admission.list_name, consent=admission.consent)
    _enrol(connection, admission)
    _seat(connection, admission)
    _confirm_waiting(connection, admission)
    _witness(connection, admission)


def verdicts(connection: Connection) -> Iterator[Any]:
    """Give line, address, verdict, reason and first of all rows, in the file's order.

    A repeated row shares the verdict of its first where that was refused.
    """
    first = _stage.alias()
    shared = case((first.c.verdict != Verdict.ACCEPTED, first.c.verdict), else_=_row.verdict)
    rows = (
        select(_row.line, _row.address, shared.label("verdict"), _row.reason, _row.first)
        .outerjoin(first, first.c.line == _row.first)
        .order_by(_row.line)
        .execution_options(yield_per=1_000)
    )
    yield from connection.execute(rows)


def _known(list_name: str, *, consent: bool) -> Select[Any]:
    left = exists().where(
        _proof.address_hash == _row.address_hash,
        _proof.list_name == list_name,
        _proof.action == ConsentAction.UNSUBSCRIBED,
    )
    banned = suppressions.c.address_hash.is_not(None)
    list_id = select(lists.c.id).where(lists.c.name == list_name).scalar_subquery()
    facts = (
        select(_row.line, _place.state, banned.label("banned"), left.label("has_left"))
        .outerjoin(subscribers, _person.address_key == _row.address_key)
        .outerjoin(
            subscriptions, (_place.subscriber_id == _person.id) & (_place.list_id == list_id)
        )
        .outerjoin(suppressions, suppressions.c.address_hash == _row.address_hash)
        .where(_accepted, _place.state.is_not(None) | banned | left)
        .subquery()
    )
    return select(facts.c.line, _verdict(facts.c, consent=consent).label("verdict"))


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


def _enrol(connection: Connection, admission: Admission) -> None:
    moment = literal(admission.now, UtcDateTime())
    new = (
        select(*(_row[name] for name in _PROFILE), literal(value=False), moment, moment)
        .outerjoin(subscribers, _person.address_key == _row.address_key)
        .where(_accepted, _person.id.is_(None))
        .order_by(_row.line)
    )
    columns = [*_PROFILE, "tracking", "created_at", "changed_at"]
    connection.execute(_unless_there(connection, subscribers, columns, new))


def _hold_waiting(connection: Connection, admission: Admission) -> None:
    """Let nobody who never answered leave between the judgement and their confirmation."""
    if admission.consent:
        waiting = select(_place.subscriber_id).where(*_waiting(admission))
        connection.execute(waiting.with_for_update()).close()


def _waiting(admission: Admission) -> tuple[ColumnElement[bool], ...]:
    accepted = exists().where(
        _person.id == _place.subscriber_id, _row.address_key == _person.address_key, _accepted
    )
    pending = _place.state == SubscriptionState.PENDING
    return _place.list_id == admission.list_id, pending, accepted


def _confirm_waiting(connection: Connection, admission: Admission) -> None:
    """Confirm those who asked themselves and never answered, if they have agreed elsewhere."""
    if not admission.consent:
        return
    connection.execute(
        update(subscriptions)
        .where(*_waiting(admission))
        .values(state=SubscriptionState.CONFIRMED.value, confirmed_at=admission.now)
    )


def _seat(connection: Connection, admission: Admission) -> None:
    moment = literal(admission.now, UtcDateTime())
    state = SubscriptionState.CONFIRMED if admission.consent else SubscriptionState.PENDING
    seated = exists().where(_place.subscriber_id == _person.id, _place.list_id == admission.list_id)
    new = (
        select(_person.id, literal(admission.list_id), literal(state.value), moment)
        .join(_stage, _person.address_key == _row.address_key)
        .where(_accepted, ~seated)
    )
    columns = ["subscriber_id", "list_id", "state", "asked_at"]
    if admission.consent:
        new, columns = new.add_columns(moment), [*columns, "confirmed_at"]
    connection.execute(_unless_there(connection, subscriptions, columns, new))


def _witness(connection: Connection, admission: Admission) -> None:
    proof = evidence_row(
        secret_key=admission.secret_key,
        address_hash="",
        list_name=admission.list_name,
        action=ConsentAction.IMPORTED,
        evidence=admission.evidence,
        now=admission.now,
    )
    same = {name: value for name, value in proof.items() if name != "address_hash"}
    rows = (
        select(
            _row.address_hash, *(literal(value, _proof[name].type) for name, value in same.items())
        )
        .where(_accepted)
        .order_by(_row.line)
    )
    connection.execute(_from(insert(consents), ["address_hash", *same], rows))


def _unless_there(connection: Connection, table: Table, columns: list[str], rows: Any) -> Any:  # noqa: ANN401
    """Pass over whose key another transaction takes between a look and the insertion."""
    return _from(inserting(connection, table), columns, rows).on_conflict_do_nothing()


def _from(statement: Any, columns: list[str], rows: Any) -> Any:  # noqa: ANN401
    return statement.from_select(columns, rows, include_defaults=False)
