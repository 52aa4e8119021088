"""What stands in the ledger about one issue, row by row? For those who recount it or prove it.

Nothing is judged here, so a damaged ledger can be read too: states are bare words, ids are unpacked
anew. Of a million recipients one batch is in memory at a time.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Connection,
    LargeBinary,
    Select,
    any_,
    bindparam,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY

from digest.storage.tables import attempts, batches, skips
from subscribers import tables as readership

_ID_BYTES = 4
_STREAMED = {"yield_per": 200}
"""Rows in memory at a time: a batch's has 4 kB for 1,000 recipients."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """A row of `attempts`."""

    id: str
    origin_id: str
    """The attempt that travelled with the call, where this one was split off it."""
    provider: str
    intent_at: datetime
    outcome: str
    ended_at: datetime | None
    provider_ref: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Skip:
    """A row of `skips`."""

    subscriber_id: int
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A batch with all that the ledger says of it."""

    batch_id: int
    seq: int
    edition_id: int
    state: str
    attempt_id: str
    last_error: str
    recipients: int
    """As the row says; should be the number of ids."""
    recipient_ids: tuple[int, ...]
    torn: bool
    """The packed ids end in the middle of one."""
    tries: tuple[Try, ...]
    skips: tuple[Skip, ...]


@contextmanager
def entries(connection: Connection, issue_id: int) -> Iterator[Iterator[Entry]]:
    """Give an issue's batches in the order of their numbers, each with its attempts and skips."""
    with (
        connection.execute(_batches(connection, issue_id), execution_options=_STREAMED) as rows,
        connection.execute(_tries(issue_id), execution_options=_STREAMED) as tries,
        connection.execute(_skips(issue_id), execution_options=_STREAMED) as left_out,
    ):
        yield _joined(rows, _Beside(iter(tries)), _Beside(iter(left_out)))


def _joined(rows: Iterable[Any], tries: "_Beside", left_out: "_Beside") -> Iterator[Entry]:
    for row in rows:
        ids, torn = _unpacked(row.ids)
        yield Entry(
            batch_id=row.id,
            seq=row.seq,
            edition_id=row.edition_id,
            state=row.state,
            attempt_id=row.attempt_id,
            last_error=row.last_error,
            recipients=row.recipients,
            recipient_ids=ids,
            torn=torn,
            tries=tuple(_try(one) for one in tries.of(row.seq)),
            skips=tuple(
                Skip(subscriber_id=one.subscriber_id, reason=one.reason, at=one.at)
                for one in left_out.of(row.seq)
            ),
        )


def strays(connection: Connection) -> list[int]:
    """Give the numbers of batches that attempts or skips tell of and that are not there."""
    found: set[int] = set()
    for table in (attempts, skips):
        lost = (
            select(table.c.batch_id)
            .distinct()
            .outerjoin(batches, batches.c.id == table.c.batch_id)
            .where(batches.c.id.is_(None))
        )
        found.update(connection.scalars(lost))
    return sorted(found)


def suppressed(connection: Connection) -> dict[int, datetime]:
    """Give since when which readers are suppressed; the erased are nobody's id any more."""
    person, ban = readership.subscribers.c, readership.suppressions.c
    question = select(person.id, ban.at).join_from(
        readership.suppressions, readership.subscribers, person.address_hash == ban.address_hash
    )
    with connection.execute(question, execution_options=_STREAMED) as rows:
        return {row.id: row.at for row in rows}


def addresses(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Give the readers' addresses; of the erased there is none."""
    person = readership.subscribers.c
    question = select(person.id, person.address)
    if connection.dialect.name == "postgresql":
        among = person.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
        rows = connection.execute(question.where(among), {"ids": list(ids)})
    else:  # one parameter, however many ids
        listed = func.json_each(literal(orjson.dumps(ids).decode())).table_valued("value")
        rows = connection.execute(question.where(person.id.in_(select(listed.c.value))))
    return {id_: address for id_, address in rows}  # noqa: C416 - rows are no tuples to mypy


def _batches(connection: Connection, issue_id: int) -> Select[Any]:
    packed = connection.dialect.name == "sqlite"
    ids = type_coerce(batches.c.recipient_ids, LargeBinary) if packed else batches.c.recipient_ids
    return (
        select(
            batches.c.id,
            batches.c.seq,
            batches.c.edition_id,
            batches.c.state,
            batches.c.attempt_id,
            batches.c.last_error,
            batches.c.recipients,
            ids.label("ids"),
        )
        .where(batches.c.issue_id == issue_id)
        .order_by(batches.c.seq)
    )


def _tries(issue_id: int) -> Select[Any]:
    return (
        select(batches.c.seq, *attempts.c)
        .join_from(attempts, batches, batches.c.id == attempts.c.batch_id)
        .where(batches.c.issue_id == issue_id)
        .order_by(batches.c.seq, attempts.c.intent_at, attempts.c.id)
    )


def _skips(issue_id: int) -> Select[Any]:
    return (
        select(batches.c.seq, *skips.c)
        .join_from(skips, batches, batches.c.id == skips.c.batch_id)
        .where(batches.c.issue_id == issue_id)
        .order_by(batches.c.seq, skips.c.subscriber_id)
    )


def _unpacked(ids: bytes | tuple[int, ...]) -> tuple[tuple[int, ...], bool]:
    if not isinstance(ids, bytes):
        return tuple(ids), False
    rest = len(ids) % _ID_BYTES
    unpacked = array("I")
    unpacked.frombytes(ids[: len(ids) - rest])
    return tuple(unpacked), bool(rest)


def _try(row: Any) -> Try:  # noqa: ANN401 - the columns of _tries
    return Try(
        id=row.id,
        origin_id=row.origin_id,
        provider=row.provider,
        intent_at=row.intent_at,
        outcome=row.outcome,
        ended_at=row.ended_at,
        provider_ref=row.provider_ref,
    )


class _Beside:
    """Hands out a stream's rows batch by batch; both go by the batches' numbers."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self._ahead = next(rows, None)

    def of(self, seq: int) -> Iterator[Any]:
        """Give the rows of a batch, asked for in rising order."""
        while self._ahead is not None and self._ahead.seq == seq:
            yield self._ahead
            self._ahead = next(self._rows, None)
