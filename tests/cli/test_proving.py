"""Erasing a person says where their address was looked for, and fails where it is left."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, String, Table, and_, insert, inspect, select, update

from digest.cli import subscribers
from digest.storage.leftovers import search
from digest.storage.tables import articles, attempts, editions, events
from digest.storage.whole import TABLES
from subscribers import tables
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline
from tests.pipeline.scene import address_of
from tests.storage.everything import AT, fill

WHO = address_of(1)


@pytest.fixture
def database(both_databases: Database) -> Database:
    with both_databases.write() as connection:
        fill(connection)
    return both_databases


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    return commandline(tmp_path, database, monkeypatch, subscribers.register)


def plant(database: Database, table: Table, **values: Any) -> None:
    with database.write() as connection:
        connection.execute(update(table).values(values))


def test_a_forgotten_reader_stands_nowhere(digest: Digest, database: Database) -> None:
    event = {"provider": "sendgrid", "attempt_id": "a", "kind": "bounced", "received_at": AT}
    words = {"raw": {"reason": f"550 <{WHO}>"}, "subscriber_id": 1, "key": "k", "at": AT}
    with database.write() as connection:
        connection.execute(insert(events), event | words)
    code, told = digest("subscribers", "forget", WHO.upper(), "--yes", "--json")
    assert code == 0, told
    value = json.loads(told)
    assert value["erased"]
    assert value["proof"]["left"] == []
    looked = {one["table"]: one for one in value["proof"]["looked"]}
    assert set(looked) == {table.name for table in TABLES}
    assert looked["subscribers"]["rows"] == 11
    assert "fields" in looked["subscribers"]["columns"]


def test_the_proof_is_told_in_words(digest: Digest) -> None:
    code, told = digest("subscribers", "forget", WHO, "--yes")
    assert (code, "it stands nowhere" in told) == (0, True)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (attempts, "detail", f"550 <{WHO.title()}> is unknown"),
        (events, "raw", {"deep": ["to:\n" + WHO]}),
        (articles, "body", f"écrire à {WHO}."),
        (editions, "html", f"<a href='?who={WHO.replace('@', '%40')}'>"),
    ],
)
def test_what_is_left_is_named_and_the_reader_stays_erased(
    digest: Digest, database: Database, table: Table, column: str, value: object
) -> None:
    plant(database, table, **{column: value})
    assert digest("subscribers", "history", WHO)[0] == 0
    for as_json in ((), ("--json",)):
        code, told = digest("subscribers", "forget", WHO, "--yes", *as_json)
        assert code == 1
        assert f"{table.name}.{column} (" in told
        assert "by hand" in told
    with database.read() as connection:
        ids = connection.scalars(select(tables.subscribers.c.id).order_by(tables.subscribers.c.id))
        assert list(ids)[:2] == [2, 3]
    plant(database, table, **{column: {} if column == "raw" else ""})
    assert digest("subscribers", "forget", WHO, "--yes")[0] == 0


def test_others_whose_addresses_look_alike_are_no_leftover(
    digest: Digest, database: Database
) -> None:
    alike = f"a{WHO} b.{WHO} c+{WHO} d-{WHO} {WHO}s {WHO}.org {WHO}-x"
    plant(database, articles, body=alike)
    with database.write() as connection:
        other = update(tables.subscribers).where(tables.subscribers.c.id == 2)
        connection.execute(other.values(address=f"o'{WHO}", address_key=f"o'{WHO}"))
    assert digest("subscribers", "forget", WHO, "--yes")[0] == 0


def test_no_column_that_holds_text_is_passed_over(database: Database) -> None:
    planted = set()
    with database.write() as connection:
        for table in TABLES:
            texts: dict[str, Any] = {}
            for column in inspect(connection).get_columns(table.name):
                if isinstance(column["type"], String | JSON):
                    in_json = isinstance(column["type"], JSON)
                    texts[column["name"]] = {"x": "A@b.co"} if in_json else "A@b.co"
            if not texts:
                continue
            keys = table.primary_key.columns
            row = connection.execute(select(*keys).limit(1)).one()
            one = and_(*(key == value for key, value in zip(keys, row, strict=True)))
            connection.execute(update(table).where(one).values(texts))
            planted |= {(table.name, name) for name in texts}
        left = search(connection, "a@b.co").left
    assert {(one.table, one.column) for one in left} == planted
    assert len(planted) > 80
