"""What did providers tell of mails? Events are kept once, whatever order they come in.

Whatever else news should lead to, a suppression after a bounce say, finds it here, normalised.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from digest.model.event import Event, EventKind, Traces
from digest.storage.tables import events


def store(connection: Connection, told: Iterable[Event], received_at: datetime) -> int:
    """Keep the events that are not known yet; give how many those were."""
    rows = {(one.provider, one.key): _row(one, received_at) for one in told}
    if not rows:
        return 0
    # In one order, or two posts with the same events could wait for each other for good.
    ordered = [rows[key] for key in sorted(rows)]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    kept = dialect.insert(events).on_conflict_do_nothing()
    counted = {"preserve_rowcount": True}
    return connection.execute(kept, ordered, execution_options=counted).rowcount


def traces(connection: Connection, attempt_id: str) -> Traces:
    """Give what events tell of an attempt: the one look-up that proof and control both rest on."""
    question = select(events.c.subscriber_id, func.count()).where(events.c.attempt_id == attempt_id)
    rows = connection.execute(question.group_by(events.c.subscriber_id)).all()
    return Traces(
        events=sum(number for _, number in rows),
        readers=frozenset(reader for reader, _ in rows if reader is not None),
    )


def earliest(connection: Connection, attempt_id: str) -> Event | None:
    """Give the first event of an attempt, by the provider's clock."""
    question = select(events).where(events.c.attempt_id == attempt_id)
    first = question.order_by(events.c.at, events.c.key).limit(1)
    row = connection.execute(first).mappings().first()
    if row is None:
        return None
    values = {name: row[name] for name in Event.__dataclass_fields__}
    return Event(**values | {"kind": EventKind(row["kind"])})


def kinds(connection: Connection, attempt_id: str) -> Mapping[EventKind, int]:
    """Count an attempt's events by kind."""
    question = select(events.c.kind, func.count()).where(events.c.attempt_id == attempt_id)
    rows = connection.execute(question.group_by(events.c.kind).order_by(events.c.kind))
    return {EventKind(kind): number for kind, number in rows}


def heard(
    connection: Connection, provider: str, since: datetime, until: datetime | None = None
) -> bool:
    """Say whether a provider told us anything in a time."""
    question = select(events.c.key).where(
        events.c.provider == provider, events.c.received_at >= since
    )
    if until is not None:
        question = question.where(events.c.received_at <= until)
    return connection.scalar(question.limit(1)) is not None


def _row(event: Event, received_at: datetime) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "key": event.key,
        "attempt_id": event.attempt_id,
        "subscriber_id": event.subscriber_id,
        "kind": event.kind,
        "at": event.at,
        "received_at": received_at,
        "raw": dict(event.raw),
    }
