"""What did providers tell of mails? Events are kept once, whatever order they come in.

What follows for readers is worked out from their facts: digest.deliver.consequences.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from digest.model.event import Cause, Event, EventKind, Fact, Traces
from digest.storage.tables import attempts, batches, events


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
    words = {"kind": EventKind(row["kind"]), "cause": Cause(row["cause"])}
    return Event(**values | words | {"raw": row["raw"] or {}})


def facts(connection: Connection, readers: Collection[int]) -> Mapping[int, Sequence[Fact]]:
    """Give what events say of these readers; each with the list of its mail, where it is known."""
    columns = (events.c[name] for name in ("provider", "key", "attempt_id", "cause", "at"))
    mail = events.outerjoin(attempts, attempts.c.id == events.c.attempt_id).outerjoin(
        batches, batches.c.id == attempts.c.batch_id
    )
    rows = connection.execute(
        select(events.c.subscriber_id, func.coalesce(batches.c.list_name, "").label("list"))
        .add_columns(*columns)
        .select_from(mail)
        .where(events.c.subscriber_id.in_(readers), events.c.cause != "")
    )
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in rows:
        fact = Fact(
            provider=row.provider,
            key=row.key,
            attempt_id=row.attempt_id,
            list_name=row.list,
            cause=Cause(row.cause),
            at=row.at,
        )
        found[row.subscriber_id].append(fact)
    return found


def blank(connection: Connection, received_before: datetime, most: int) -> int:
    """Forget the providers' own words of events so old; give of how many. What they say stays."""
    some = select(events.c.provider, events.c.key).where(*_is_old(received_before)).limit(most)
    keys = tuple_(events.c.provider, events.c.key)
    done = update(events).where(keys.in_(some), *_is_old(received_before)).values(raw=None)
    return connection.execute(done).rowcount


def is_blankable(connection: Connection, received_before: datetime) -> bool:
    """Say whether there is an event so old whose words are still there."""
    one = select(events.c.key).where(*_is_old(received_before)).limit(1)
    return connection.scalar(one) is not None


def _is_old(received_before: datetime) -> tuple[ColumnElement[bool], ...]:
    return events.c.received_at < received_before, events.c.raw.is_not(None)


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
        "cause": event.cause,
    }
