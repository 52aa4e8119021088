"""What was mailed to one reader, and what did providers tell of it? For the reader themselves.

Ids stand packed in batches: the database looks for the four bytes, and what it finds by chance,
across two neighbours, is sorted out here. It walks over every batch: for a rare question.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, func, literal, select, type_coerce

from digest.storage.reader_tables import notices
from digest.storage.tables import attempts, batches, editions, events, issues, skips
from subscribers.database import Ids


@dataclass(frozen=True, kw_only=True)
class Mail:
    """An issue that was planned for a reader."""

    newsletter: str
    number: int
    subject: str
    list_name: str
    state: str
    """Of the call it was planned in; `skipped` when the reader was left out of it."""
    why: str = ""
    """Why they were left out."""
    provider: str = ""
    at: datetime | None = None
    """When the call was begun, or the reader left out."""


@dataclass(frozen=True, kw_only=True)
class News:
    """What a provider told of a mail."""

    provider: str
    kind: str
    at: datetime
    raw: Any
    """In the provider's own words."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A mail that a reader's own request led to."""

    kind: str
    state: str
    asked_at: datetime


def mails_of(connection: Connection, reader_id: int) -> Iterator[Mail]:
    """Give the issues that were planned for a reader, oldest first."""
    rows = connection.execute(
        select(
            batches.c.recipient_ids,
            issues.c.newsletter,
            issues.c.number,
            editions.c.subject,
            batches.c.list_name,
            batches.c.state,
            skips.c.reason,
            skips.c.at,
            attempts.c.provider,
            attempts.c.intent_at,
        )
        .join_from(batches, issues, issues.c.id == batches.c.issue_id)
        .join(editions, editions.c.id == batches.c.edition_id)
        .outerjoin(attempts, attempts.c.id == batches.c.attempt_id)
        .outerjoin(skips, (skips.c.batch_id == batches.c.id) & (skips.c.subscriber_id == reader_id))
        .where(may_hold(connection, reader_id))
        .order_by(batches.c.issue_id, batches.c.seq)
    )
    return (_mail(row) for row in rows if reader_id in row.recipient_ids)


def news_of(connection: Connection, reader_id: int) -> Iterator[News]:
    """Give what providers told of a reader's mails, by their clocks."""
    columns = (events.c[name] for name in News.__dataclass_fields__)
    mine = select(*columns).where(events.c.subscriber_id == reader_id)
    rows = connection.execute(mine.order_by(events.c.at, events.c.key)).mappings()
    return (News(**row) for row in rows)


def told_of(connection: Connection, reader_id: int) -> Iterator[Told]:
    """Give the mails that a reader's own requests led to."""
    columns = (notices.c[name] for name in Told.__dataclass_fields__)
    mine = select(*columns).where(notices.c.subscriber_id == reader_id)
    rows = connection.execute(mine.order_by(notices.c.id)).mappings()
    return (Told(**row) for row in rows)


def may_hold(connection: Connection, reader_id: int) -> ColumnElement[bool]:
    """Ask for the batches whose packed bytes have a reader's, be it across two neighbours."""
    packed = literal((reader_id,), Ids())
    haystack = type_coerce(batches.c.recipient_ids, LargeBinary)
    if connection.dialect.name == "postgresql":
        return func.position(packed.op("IN")(haystack)) > 0
    return func.instr(haystack, packed) > 0


def _mail(row: Any) -> Mail:  # noqa: ANN401 - the columns of mails_of
    skipped = row.reason is not None
    return Mail(
        newsletter=row.newsletter,
        number=row.number,
        subject=row.subject,
        list_name=row.list_name,
        state="skipped" if skipped else row.state,
        why=row.reason or "",
        provider="" if skipped else row.provider or "",
        at=row.at if skipped else row.intent_at,
    )
