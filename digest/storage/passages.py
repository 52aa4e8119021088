"""By which steps, with which ids, did mails reach one reader? For an admin who is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from digest.model.delivery import Attempt
from digest.model.event import EventKind
from digest.model.notice import NoticeKind, NoticeState
from digest.storage.mails import may_hold
from digest.storage.proofs import attempts_of
from digest.storage.reader_tables import notices
from digest.storage.tables import attempts, batches, editions, events, issues, skips


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A reader's place in the sending of one issue."""

    issue_id: int
    newsletter: str
    number: int
    slot: datetime
    edition: str
    """Its key."""
    subject: str
    list_name: str
    batch_id: int
    state: str
    """Of the batch, as the row has it."""
    skipped: str | None
    """Why they were left out of it."""
    skipped_at: datetime | None
    attempts: tuple[Attempt, ...]
    """Of the batch, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a provider told of one of a reader's mails."""

    kind: EventKind
    at: datetime
    provider: str
    key: str
    """The provider's own id of it."""
    cause: str
    attempt_id: str
    batch_id: int | None
    """None: of a notice, or of nothing that we know."""
    issue_id: int | None


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A mail to the reader alone."""

    id: int
    kind: NoticeKind
    state: NoticeState
    list_name: str
    asked_at: datetime
    ended_at: datetime | None
    attempt_id: str
    last_error: str


def passages_of(connection: Connection, reader_id: int) -> list[Passage]:
    """Give the issues that were planned for a reader, oldest first; walks over every batch."""
    rows = connection.execute(
        select(
            batches.c.recipient_ids,
            batches.c.id.label("batch_id"),
            batches.c.state,
            batches.c.list_name,
            *(issues.c[name] for name in ("newsletter", "number", "slot")),
            issues.c.id.label("issue_id"),
            editions.c.key.label("edition"),
            editions.c.subject,
            skips.c.reason.label("skipped"),
            skips.c.at.label("skipped_at"),
        )
        .join_from(batches, issues, issues.c.id == batches.c.issue_id)
        .join(editions, editions.c.id == batches.c.edition_id)
        .outerjoin(skips, (skips.c.batch_id == batches.c.id) & (skips.c.subscriber_id == reader_id))
        .where(may_hold(connection, reader_id))
        .order_by(issues.c.slot, batches.c.id)
    ).mappings()
    mine = [dict(row) for row in rows if reader_id in row["recipient_ids"]]
    for one in mine:
        del one["recipient_ids"]
    tries = [tuple(attempts_of(connection, one["batch_id"])) for one in mine]
    return [Passage(**one, attempts=its) for one, its in zip(mine, tries, strict=True)]


def reports_of(connection: Connection, reader_id: int) -> Iterator[Report]:
    """Give what providers told of a reader's mails, by their clocks."""
    own = ("kind", "at", "provider", "key", "cause", "attempt_id")
    rows = connection.execute(
        select(*(events.c[name] for name in own), batches.c.issue_id)
        .add_columns(batches.c.id.label("batch_id"))
        .join_from(events, attempts, attempts.c.id == events.c.attempt_id, isouter=True)
        .outerjoin(batches, batches.c.id == attempts.c.batch_id)
        .where(events.c.subscriber_id == reader_id)
        .order_by(events.c.at, events.c.provider, events.c.key)
    ).mappings()
    return (Report(**{**row, "kind": EventKind(row["kind"])}) for row in rows)


def errands_of(connection: Connection, reader_id: int) -> Iterator[Errand]:
    """Give the mails to a reader alone, oldest first."""
    columns = (notices.c[name] for name in Errand.__dataclass_fields__)
    mine = select(*columns).where(notices.c.subscriber_id == reader_id).order_by(notices.c.id)
    for row in connection.execute(mine).mappings():
        words = {"kind": NoticeKind(row["kind"]), "state": NoticeState(row["state"])}
        yield Errand(**{**row, **words})
