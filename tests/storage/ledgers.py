"""A ledger with one issue that is being sent: say only what the test is about."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, update

from digest.model.delivery import Batch, BatchState, Fate, Lot, Outcome, Settlement
from digest.model.issue import IssueState
from digest.storage import issues, ledger, tables
from digest.storage.whole import TABLES
from tests.builders import an_issue
from tests.postgres import COUNT_ANEW

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
ISSUE = 1
EDITION = 1


def empty(connection: Connection) -> None:
    """Let nothing remain of what was there; ids count from 1 again."""
    for table in reversed(TABLES):
        connection.exec_driver_sql(f"DELETE FROM {table.name}")
    on_postgresql = connection.dialect.name == "postgresql"
    connection.exec_driver_sql(COUNT_ANEW if on_postgresql else "DELETE FROM sqlite_sequence")


def begin_sending(connection: Connection, sizes: Iterable[int] = (10, 10, 5)) -> None:
    """Make issue 1 with a batch of each size, readers numbered from 1."""
    sample = an_issue()
    issues.insert(connection, newsletter="hebdo", slot=sample.slot, content=sample.content, now=NOW)
    connection.execute(update(tables.issues).values(state=IssueState.SENDING))
    edition = {"id": EDITION, "issue_id": ISSUE, "key": "fr", "language": "fr"}
    connection.execute(insert(tables.editions).values(**edition, subject="s", html="h", text="t"))
    first, lots = 1, []
    for size in sizes:
        ids = tuple(range(first, first + size))
        lots.append(Lot(edition_id=EDITION, list_name="hebdo", recipient_ids=ids))
        first += size
    ledger.freeze(connection, ISSUE, lots)


def claim(
    connection: Connection, attempt: str = "a", *, worker: str = "w", now: datetime = NOW
) -> Batch | None:
    return ledger.claim(
        connection, ISSUE, attempt_id=attempt, worker=worker, now=now, lease_until=now + LEASE
    )


def claimed(connection: Connection, attempt: str = "a", **changes: Any) -> Batch:
    batch = claim(connection, attempt, **changes)
    assert batch is not None
    return batch


def intend(connection: Connection, batch: Batch, *, provider: str = "sendgrid") -> bool:
    return ledger.intend(
        connection,
        batch,
        provider=provider,
        now=NOW,
        deadline=NOW + LEASE,
        lease_until=NOW + LEASE,
    )


def calling(connection: Connection, attempt: str = "a", **changes: Any) -> Batch:
    batch = claimed(connection, attempt)
    assert intend(connection, batch, **changes)
    return batch


def fate(ids: Iterable[int], state: BatchState, outcome: Outcome, **changes: Any) -> Fate:
    values: dict[str, Any] = {"tries": 1} | changes
    return Fate(recipient_ids=frozenset(ids), state=state, outcome=outcome, **values)


def accepted(batch: Batch) -> Settlement:
    return Settlement(
        fates=(fate(batch.recipient_ids, BatchState.SENT, Outcome.ACCEPTED),), provider_ref="m-1"
    )


def unknown(batch: Batch) -> Settlement:
    return Settlement(fates=(fate(batch.recipient_ids, BatchState.IN_DOUBT, Outcome.UNKNOWN),))


def recover(
    connection: Connection,
    *,
    now: datetime = NOW,
    dead: Iterable[str] = (),
    repeatable: Iterable[str] = (),
) -> int:
    from digest.deliver.batches import orphaned

    return ledger.recover(
        connection,
        ISSUE,
        now=now,
        dead=lambda worker: worker in set(dead),
        repeatable=lambda provider: provider in set(repeatable),
        orphaned=lambda state, again: orphaned(state, repeatable=again),
    )
