"""Many rows written at once are as if each were written by itself."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from digest.storage.tables import events
from subscribers.database import Database
from subscribers.many import execute_many

AT = datetime(2026, 11, 27, 5, 53, 0, 123456, tzinfo=UTC)
_ADDING = insert(events)
_SAYING = update(events).where(events.c.key == bindparam("its")).values(raw=bindparam("now"))


def row(key: str, **what: Any) -> dict[str, Any]:
    usual = {"provider": "p", "key": key, "attempt_id": "a%s", "kind": "k", "cause": ""}
    others = {"at": AT, "received_at": AT, "subscriber_id": None, "raw": None}
    return usual | others | what


ROWS = [
    row("1", raw={"é": [1, "«»", None]}, subscriber_id=7),
    row("2", at=AT.astimezone(timezone(timedelta(hours=5)))),
]


def stored(database: Database) -> list[dict[str, Any]]:
    with database.read() as connection:
        rows = connection.execute(select(events).order_by(events.c.key)).mappings()
        return [dict(one) for one in rows]


def test_rows_come_back_as_they_were(both_databases: Database) -> None:
    with both_databases.write() as connection:
        execute_many(connection, _ADDING, [])
        execute_many(connection, _ADDING, ROWS)
    assert stored(both_databases) == ROWS


def test_rows_are_changed_each_by_its_own_values(both_databases: Database) -> None:
    with both_databases.write() as connection:
        execute_many(connection, _ADDING, ROWS)
        execute_many(connection, _SAYING, [{"its": "1", "now": None}, {"its": "2", "now": [2]}])
    assert [one["raw"] for one in stored(both_databases)] == [None, [2]]


def test_a_row_that_is_refused_fails_as_ever_and_tells_no_values(
    both_databases: Database,
) -> None:
    with (
        both_databases.write() as connection,
        pytest.raises(IntegrityError) as refused,
    ):
        execute_many(connection, _ADDING, [*ROWS, ROWS[0]])
    assert "a%s" not in str(refused.value)
