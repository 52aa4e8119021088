"""How are staged rows put on a list? As a set, a part of the file in a transaction.

A part is whole or not there at all. It is written down with it how far the file is (table
`imports`): who imports the same file again, after a process that was killed, goes on from there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Case,
    ColumnElement,
    Connection,
    Table,
    case,
    exists,
    insert,
    literal,
    select,
    true,
    update,
)

from subscribers import tables
from subscribers.consent import evidence_row
from subscribers.database import UtcDateTime, alone
from subscribers.leaving import left
from subscribers.model import (
    ConsentAction,
    Evidence,
    SubscriptionState,
    SuppressionReason,
    Verdict,
)
from subscribers.staging import ACCEPTED, ROW, Lines, judge, stage_table, within
from subscribers.upserts import inserting

_person, _place, _proof = tables.subscribers.c, tables.subscriptions.c, tables.consents.c
_import = tables.imports.c
_PROFILE = ("address", "address_key", "address_hash", "name", "language", "themes", "fields")
_REFUSED = "in the file: "
"""Begins the reason of a row whose own program no longer mails the reader."""
PART = 50_000
"""Lines of a file that one transaction takes: SQLite's other writers wait a second."""

MANY = "admit many, or erase one"
"""What one transaction does at a time: an erasure leaves no row that an import could wait for."""


@dataclass(frozen=True, kw_only=True)
class Admission:
    """On which terms people are admitted."""

    secret_key: bytes
    list_id: int
    list_name: str
    evidence: Evidence
    """Its wording says where the people agreed; without it they stay pending."""
    now: datetime
    """When the import began: the same for all its parts, so that it knows its own rows again."""

    @property
    def consent(self) -> bool:
        """Whether the people have agreed already."""
        return bool(self.evidence.wording)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """An import of a file and how far it is."""

    id: int
    began_at: datetime
    done: int
    """The last line that is on the list; the rest is not."""


def begin(
    connection: Connection, fingerprint: str, list_name: str, wording: str, now: datetime
) -> Progress:
    """Give the import of a file that was never finished, or begin one."""
    alone(connection, MANY)
    same = {"fingerprint": fingerprint, "list_name": list_name, "wording": wording}
    question = select(_import.id, _import.began_at, _import.done).where(
        *(_import[name] == value for name, value in same.items()), _import.finished_at.is_(None)
    )
    found = connection.execute(question.order_by(_import.id.desc()).limit(1)).mappings().first()
    if found is not None:
        return Progress(**found)
    fresh = insert(tables.imports).values(**same, began_at=now, done=0).returning(_import.id)
    return Progress(id=connection.execute(fresh).scalar_one(), began_at=now, done=0)


def note(connection: Connection, progress: Progress, done: int, finished: datetime | None) -> None:
    """Write down how far an import is."""
    row = update(tables.imports).where(_import.id == progress.id)
    connection.execute(row.values(done=done, finished_at=finished))


def parts(done: int, last: int) -> Iterator[Lines]:
    """Cut what is left of a file."""
    for after in range(done, last, PART):
        yield Lines(after, min(after + PART, last))


def admit_staged(connection: Connection, admission: Admission, lines: Lines | None = None) -> None:
    """Judge the staged by how things stand now and put the accepted on the list.

    Another import waits meanwhile. Who joins by themselves at this moment does so once: their rows
    are found taken, or they find ours.
    """
    alone(connection, MANY)
    _hold_waiting(connection, admission, lines)
    judge(connection, admission.list_name, consent=admission.consent, lines=lines)
    for step in (_enrol, _seat, _confirm_waiting, _witness, _remember_left, _remember_banned):
        step(connection, admission, within(lines))


def recall(connection: Connection, admission: Admission, lines: Lines) -> None:
    """Give rows that an earlier run of the same import admitted their verdict again."""
    ours = exists().where(
        _proof.address_hash == ROW.address_hash,
        _proof.list_name == admission.list_name,
        _proof.at == admission.now,
        _proof.action == ConsentAction.IMPORTED,
    )
    judge(connection, admission.list_name, consent=admission.consent, lines=lines)
    admitted = update(stage_table).where(*within(lines), ROW.first.is_(None), ours)
    connection.execute(admitted.values(verdict=Verdict.ACCEPTED.value, reason=""))


def refused_reason(program: str, standing: str) -> str:
    """Say why a row is refused whatever stands here of the reader."""
    return f"{_REFUSED}{standing} in {program}"


Conditions = Sequence[ColumnElement[bool]]


def _enrol(connection: Connection, admission: Admission, lines: Conditions) -> None:
    moment = literal(admission.now, UtcDateTime())
    tracking = ROW.tracking if admission.consent else literal(value=False)
    new = (
        select(*(ROW[name] for name in _PROFILE), tracking, moment, moment)
        .outerjoin(tables.subscribers, _person.address_key == ROW.address_key)
        .where(ACCEPTED, _person.id.is_(None), *lines)
        .order_by(ROW.line)
    )
    columns = [*_PROFILE, "tracking", "created_at", "changed_at"]
    connection.execute(_unless_there(connection, tables.subscribers, columns, new))


def _hold_waiting(connection: Connection, admission: Admission, lines: Lines | None) -> None:
    """Let nobody who never answered leave between the judgement and their confirmation."""
    if admission.consent:
        waiting = select(_place.subscriber_id).where(*_waiting(admission, within(lines)))
        connection.execute(waiting.with_for_update()).close()


def _waiting(admission: Admission, lines: Conditions) -> tuple[ColumnElement[bool], ...]:
    accepted = exists().where(
        _person.id == _place.subscriber_id,
        ROW.address_key == _person.address_key,
        ACCEPTED,
        ~ROW.waits,
        *lines,
    )
    pending = _place.state == SubscriptionState.PENDING
    return _place.list_id == admission.list_id, pending, accepted


def _confirm_waiting(connection: Connection, admission: Admission, lines: Conditions) -> None:
    """Confirm those who asked themselves and never answered, if they have agreed elsewhere."""
    if not admission.consent:
        return
    connection.execute(
        update(tables.subscriptions)
        .where(*_waiting(admission, lines))
        .values(state=SubscriptionState.CONFIRMED.value, confirmed_at=admission.now)
    )


def _seat(connection: Connection, admission: Admission, lines: Conditions) -> None:
    moment = literal(admission.now, UtcDateTime())
    seated = exists().where(_place.subscriber_id == _person.id, _place.list_id == admission.list_id)
    waits = ROW.waits if admission.consent else true()
    joined = case((ROW.joined < moment, ROW.joined), else_=moment)
    new = (
        select(
            _person.id,
            literal(admission.list_id),
            _either(waits, SubscriptionState.PENDING.value, SubscriptionState.CONFIRMED.value),
            moment,
            case((waits, None), else_=joined),
            ROW.cadence,
            ROW.paused_until,
        )
        .join(stage_table, _person.address_key == ROW.address_key)
        .where(ACCEPTED, ~seated, *lines)
    )
    columns = ["subscriber_id", "list_id", "state", "asked_at", "confirmed_at"]
    columns += ["cadence", "paused_until"]
    connection.execute(_unless_there(connection, tables.subscriptions, columns, new))


def _either(condition: ColumnElement[bool], this: str, that: str) -> Case[str]:
    return case((condition, literal(this)), else_=literal(that))


def _witness(connection: Connection, admission: Admission, lines: Conditions) -> None:
    _write_evidence(connection, admission, ConsentAction.IMPORTED, (ACCEPTED, *lines))
    if admission.consent:
        tracked = (ACCEPTED, ROW.tracking, *lines)
        _write_evidence(connection, admission, ConsentAction.TRACKING_ALLOWED, tracked)


def _remember_left(connection: Connection, admission: Admission, lines: Conditions) -> None:
    """Keep those away who left where the file comes from, unless they are on our list."""
    gone = (*_refused(Verdict.UNSUBSCRIBED, lines), ~_has_place(admission), ~_has_left(admission))
    _write_evidence(connection, admission, ConsentAction.UNSUBSCRIBED, gone)


def _remember_banned(connection: Connection, admission: Admission, lines: Conditions) -> None:
    moment = literal(admission.now, UtcDateTime())
    banned = select(
        ROW.address_hash,
        literal(SuppressionReason.ADMIN.value),
        moment,
        literal(admission.evidence.origin),
    ).where(*_refused(Verdict.SUPPRESSED, lines), ~_has_place(admission))
    columns = ["address_hash", "reason", "at", "origin"]
    connection.execute(_unless_there(connection, tables.suppressions, columns, banned))


def _refused(verdict: Verdict, lines: Conditions) -> tuple[ColumnElement[bool], ...]:
    told = ROW.reason.startswith(_REFUSED, autoescape=True)
    return ROW.verdict == verdict.value, told, *lines


def _has_place(admission: Admission) -> ColumnElement[bool]:
    return exists().where(
        _person.address_key == ROW.address_key,
        _place.subscriber_id == _person.id,
        _place.list_id == admission.list_id,
    )


def _has_left(admission: Admission) -> ColumnElement[bool]:
    return left(ROW.address_hash, admission.list_name)


def _write_evidence(
    connection: Connection, admission: Admission, action: ConsentAction, which: Conditions
) -> None:
    proof = evidence_row(
        secret_key=admission.secret_key,
        address_hash="",
        list_name=admission.list_name,
        action=action,
        evidence=admission.evidence,
        now=admission.now,
    )
    same = {name: proof[name] for name in proof if name not in {"address_hash", "network_hash"}}
    rows = (
        select(
            ROW.address_hash,
            ROW.network_hash,
            *(literal(value, _proof[name].type) for name, value in same.items()),
        )
        .where(*which)
        .order_by(ROW.line)
    )
    columns = ["address_hash", "network_hash", *same]
    connection.execute(_from(insert(tables.consents), columns, rows))


def _unless_there(connection: Connection, table: Table, columns: list[str], rows: Any) -> Any:  # noqa: ANN401
    """Pass over whose key another transaction takes between a look and the insertion."""
    return _from(inserting(connection, table), columns, rows).on_conflict_do_nothing()


def _from(statement: Any, columns: list[str], rows: Any) -> Any:  # noqa: ANN401
    return statement.from_select(columns, rows, include_defaults=False)
