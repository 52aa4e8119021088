"""How is a chunk of an import admitted? In a temporary table, judged and moved as a set.

A look-up and three inserts per reader would cost four statements each; as a set they are a handful
of statements for ten thousand.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.schema import CreateTable, DropTable

from subscribers.admission import admit
from subscribers.consent import evidence_row
from subscribers.database import UtcDateTime
from subscribers.model import ConsentAction, Evidence, SubscriptionState, Verdict
from subscribers.tables import consents, subscribers, subscriptions, suppressions

_stage = Table(
    "import_rows",
    MetaData(),
    Column("line", Integer, primary_key=True),
    Column("address", String(320), nullable=False),
    Column("address_key", String(320), nullable=False),
    Column("address_hash", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("themes", JSON, nullable=False),
    Column("fields", JSON, nullable=False),
    prefixes=["TEMPORARY"],
)
_row, _person, _place, _proof = _stage.c, subscribers.c, subscriptions.c, consents.c
_PROFILE = ("address", "address_key", "address_hash", "name", "language", "themes", "fields")


@dataclass(frozen=True, kw_only=True)
class Admission:
    """On which terms a file's people are admitted."""

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
    """Have the temporary table, for one import."""
    connection.execute(CreateTable(_stage))
    yield
    connection.execute(DropTable(_stage))


def admit_rows(
    connection: Connection, admission: Admission, rows: Sequence[dict[str, Any]]
) -> dict[int, Verdict]:
    """Put people on the list; give the verdicts, by line, of those who were not.

    `rows` have the columns of the temporary table, JSON ones as text, and each address once.
    """
    _stage_rows(connection, rows)
    refused = _refused(connection, admission)
    if refused:
        away = delete(_stage).where(_row.line == bindparam("away"))
        connection.execute(away, [{"away": line} for line in refused])
    _enrol(connection, admission)
    _seat(connection, admission)
    _witness(connection, admission)
    connection.execute(delete(_stage))
    return refused


def _stage_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert by the driver itself: SQLAlchemy's handling of each row costs more than the rest."""
    mark = ":{}" if connection.dialect.name == "sqlite" else "%({})s"
    values = ", ".join(mark.format(column.name) for column in _row)
    connection.exec_driver_sql(f"INSERT INTO {_stage.name} VALUES ({values})", rows)  # noqa: S608 - our own names


def _refused(connection: Connection, admission: Admission) -> dict[int, Verdict]:
    left = exists().where(
        _proof.address_hash == _row.address_hash,
        _proof.list_name == admission.list_name,
        _proof.action == ConsentAction.UNSUBSCRIBED,
    )
    banned = suppressions.c.address_hash.is_not(None)
    known = connection.execute(
        select(_row.line, _place.state, banned.label("banned"), left.label("left"))
        .outerjoin(subscribers, _person.address_key == _row.address_key)
        .outerjoin(
            subscriptions,
            (_place.subscriber_id == _person.id) & (_place.list_id == admission.list_id),
        )
        .outerjoin(suppressions, suppressions.c.address_hash == _row.address_hash)
        .where(_place.state.is_not(None) | banned | left)
    )
    verdicts = {row.line: _verdict(row, admission) for row in known}
    return {line: verdict for line, verdict in verdicts.items() if verdict is not Verdict.ACCEPTED}


def _verdict(row: Any, admission: Admission) -> Verdict:  # noqa: ANN401 - columns of _refused
    state = SubscriptionState(row.state) if row.state else None
    return admit(state, suppressed=row.banned, has_left=row.left, consent=admission.consent)


def _enrol(connection: Connection, admission: Admission) -> None:
    moment = literal(admission.now, UtcDateTime())
    new = (
        select(*(_row[name] for name in _PROFILE), literal(value=False), moment, moment)
        .outerjoin(subscribers, _person.address_key == _row.address_key)
        .where(_person.id.is_(None))
        .order_by(_row.line)
    )
    columns = [*_PROFILE, "tracking", "created_at", "changed_at"]
    connection.execute(_from(insert(subscribers), columns, new))


def _seat(connection: Connection, admission: Admission) -> None:
    moment = literal(admission.now, UtcDateTime())
    state = SubscriptionState.CONFIRMED if admission.consent else SubscriptionState.PENDING
    people = select(_person.id).join(_stage, _person.address_key == _row.address_key)
    if admission.consent:  # those who asked themselves and never answered
        waiting = (_place.list_id == admission.list_id) & _place.subscriber_id.in_(people)
        connection.execute(
            update(subscriptions)
            .where(waiting, _place.state == SubscriptionState.PENDING)
            .values(state=state.value, confirmed_at=admission.now)
        )
    seated = exists().where(_place.subscriber_id == _person.id, _place.list_id == admission.list_id)
    new = people.add_columns(literal(admission.list_id), literal(state.value), moment).where(
        ~seated
    )
    columns = ["subscriber_id", "list_id", "state", "asked_at"]
    if admission.consent:
        new, columns = new.add_columns(moment), [*columns, "confirmed_at"]
    connection.execute(_from(insert(subscriptions), columns, new))


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
    rows = select(
        _row.address_hash, *(literal(value, _proof[name].type) for name, value in same.items())
    ).order_by(_row.line)
    connection.execute(_from(insert(consents), ["address_hash", *same], rows))


def _from(statement: Insert, columns: list[str], rows: Any) -> Insert:  # noqa: ANN401
    return statement.from_select(columns, rows, include_defaults=False)
