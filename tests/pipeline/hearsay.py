"""A newsroom that is told of mails of two lists: what it is told, and where its readers then stand.

Attempt A1 mailed the list hebdo, A2 the list mensuel; of A3 the ledger knows nothing.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from digest.model.event import CAUSES, Cause, Event, EventKind
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.settling import hear
from digest.storage.tables import attempts, batches, editions, events
from subscribers import tables
from subscribers.database import Database
from tests.pipeline.scene import LIST, SECRET, a_newsroom, an_approved_issue, enrol

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
READERS = (1, 2, 3)
A1, A2, A3 = (f"{number:032x}" for number in (1, 2, 3))
_LISTS = {A1: LIST, A2: "mensuel"}


class Hearsay:
    """Tell it things; ask where readers stand."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.newsroom: Newsroom = a_newsroom(database, clock=lambda: self.now)
        enrol(database, len(READERS))
        self._ledger(an_approved_issue(database).id)
        self.fresh()

    def fresh(self) -> None:
        """Forget what was told; all readers are on both lists since long ago."""
        self.now = NOW
        with self.database.write() as connection:
            for table in (events, tables.consents, tables.suppressions):
                connection.execute(delete(table))
            places = update(tables.subscriptions)
            joined = NOW - 100 * DAY
            connection.execute(
                places.values(
                    state="confirmed", asked_at=joined, confirmed_at=joined, ended_at=None
                )
            )

    def hear(self, *told: Event) -> None:
        hear(self.newsroom, told)

    @property
    def bans(self) -> dict[str, tuple[str, datetime]]:
        """Give who is suppressed: reader's address → reason, since when."""
        return {row["address"]: (row["reason"], row["at"]) for row in self.standing()[0]}

    @property
    def places(self) -> dict[tuple[int, str], str]:
        return {(row["subscriber_id"], row["name"]): row["state"] for row in self.standing()[1]}

    def standing(self) -> tuple[list[dict[str, Any]], ...]:
        """Give everything that events can change: suppressions, places on lists, evidence."""
        ban, person, place = tables.suppressions, tables.subscribers.c, tables.subscriptions
        proof = tables.consents.c
        questions = (
            select(ban, person.address)
            .outerjoin(tables.subscribers, person.address_hash == ban.c.address_hash)
            .order_by(ban.c.address_hash),
            select(place, tables.lists.c.name)
            .join(tables.lists)
            .order_by(place.c.subscriber_id, place.c.list_id),
            select(proof.address_hash, proof.list_name, proof.action, proof.origin).order_by(
                proof.address_hash, proof.list_name, proof.action, proof.origin
            ),
        )
        with self.database.read() as connection:
            return tuple([dict(row) for row in connection.execute(q).mappings()] for q in questions)

    def _ledger(self, issue_id: int) -> None:
        edition = {"id": 1, "issue_id": issue_id, "key": "fr", "language": "fr"}
        words = {"subject": "", "html": "", "text": ""}
        with self.database.write() as connection:
            row = {"id": 2, "name": "mensuel", "title": "Mensuel", "created_at": NOW}
            connection.execute(insert(tables.lists), row)
            for reader in READERS:
                place = {"subscriber_id": reader, "list_id": 2, "state": "confirmed"}
                connection.execute(insert(tables.subscriptions), place | {"asked_at": NOW})
            connection.execute(insert(editions), edition | words)
            for seq, (attempt, name) in enumerate(_LISTS.items(), start=1):
                ids = {"id": seq, "seq": seq, "issue_id": issue_id, "edition_id": 1}
                batch = {"recipient_ids": READERS, "recipients": len(READERS), "state": "sent"}
                connection.execute(insert(batches), ids | batch | {"list_name": name})
                call = {"provider": "sendgrid", "intent_at": NOW, "deadline": NOW}
                row = {"id": attempt, "batch_id": seq, "outcome": "accepted"}
                connection.execute(insert(attempts), row | call)


def told(kind: EventKind, day: float = 0, *, reader: int | None = 1, **changes: Any) -> Event:
    """Make an event of a mail to a reader, so many days before NOW."""
    values: dict[str, Any] = {
        "provider": "sendgrid",
        "key": f"{kind} {day} {reader}",
        "attempt_id": A1,
        "subscriber_id": reader,
        "kind": kind,
        "cause": CAUSES.get(kind, Cause.NONE),
        "at": NOW - day * DAY,
        "raw": {"event": str(kind)},
    }
    return Event(**(values | changes))


def soft(*days: float, reader: int = 1) -> Iterable[Event]:
    """Make a soft bounce of a different mail for each of these days."""
    return [
        told(EventKind.BLOCKED, day, reader=reader, attempt_id=f"{int(day * 10):032x}")
        for day in days
    ]


__all__ = ["A1", "A2", "A3", "DAY", "NOW", "SECRET", "Hearsay", "soft", "told"]
