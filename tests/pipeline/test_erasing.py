"""Who is erased stands nowhere any more, and that is looked for, not assumed."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from digest.pipeline.erasing import forget_reader
from digest.pipeline.own_data import erase
from digest.storage import leftovers, tables
from digest.storage.leftovers import stands_in
from digest.storage.reader_tables import notices
from subscribers import tables as readership
from subscribers.database import Database
from subscribers.errors import LeftoverError
from tests.pipeline.scene import SECRET, a_newsroom, address_of
from tests.storage.everything import AT, fill

READER = 3
ADDRESS = address_of(READER)
WORDS = f"550 no such user <{ADDRESS.upper()}>"


@pytest.fixture
def database(both_databases: Database) -> Database:
    with both_databases.write() as connection:
        fill(connection)
        connection.execute(update(tables.attempts).values(detail=WORDS))
        connection.execute(update(tables.events).values(raw={"reason": WORDS, "code": 550}))
        connection.execute(update(tables.batches).values(last_error=f"not b{ADDRESS}"))
    return both_databases


def a_notice(state: str) -> dict[str, Any]:
    return {
        "kind": "welcome",
        "state": state,
        "list_name": "hebdo",
        "address": ADDRESS,
        "language": "fr",
        "details": {"name": ADDRESS},
        "asked_at": AT,
        "not_before": AT,
    }


def test_an_erased_address_stands_nowhere_and_the_search_says_so(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(notices), [a_notice("ready"), a_notice("claimed")])
    done = forget_reader(database, SECRET, ADDRESS.title(), "test", AT)
    assert done.forgotten.erased
    assert (done.search.found, done.search.tables > 10, done.search.rows > 20) == ((), True, True)
    with database.read() as connection:
        details = set(connection.scalars(select(tables.attempts.c.detail)))
        raw = connection.scalars(select(tables.events.c.raw)).first()
        others = set(connection.scalars(select(tables.batches.c.last_error)))
    assert details == {"550 no such user <…@…>"}
    assert raw == {"reason": "550 no such user <…@…>", "code": 550}
    assert others == {f"not b{ADDRESS}"}  # another person's


def test_what_is_left_is_named(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(notices), a_notice("calling"))
    with pytest.raises(
        LeftoverError, match=r"erased, but .* in notices\.address, notices\.details"
    ):
        forget_reader(database, SECRET, ADDRESS, "test", AT)
    with database.read() as connection:
        found = leftovers.look_for(connection, ADDRESS).found
    assert found == ("notices.address", "notices.details")


def test_a_reader_whose_address_ends_like_an_erased_one_keeps_theirs(database: Database) -> None:
    other, who = f"o'{ADDRESS}", readership.subscribers.c
    theirs = update(readership.subscribers).where(who.id == 2)
    with database.write() as connection:
        connection.execute(theirs.values(address=other, address_key=other))
    assert forget_reader(database, SECRET, ADDRESS, "test", AT).forgotten.erased
    with database.read() as connection:
        rows = connection.execute(select(who.address, who.address_key).where(who.id == 2))
        assert tuple(rows.one()) == (other, other)


def test_what_a_reader_erases_on_their_page_is_searched_for_as_well(database: Database) -> None:
    newsroom = a_newsroom(database)
    assert erase(newsroom, READER, AT)
    assert not erase(newsroom, READER, AT)
    with database.read() as connection:
        assert leftovers.look_for(connection, ADDRESS).found == ()


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("awa@example.org", True),
        ("<AWA@Example.org>,", True),
        ("to awa@example.org.", True),
        ({"email": "awa@example.org"}, True),
        ({"response": "550 unknown:\nawa@example.org"}, True),
        ("bawa@example.org", False),
        ("awa@example.org.ml", False),
        ("x.awa@example.org", False),
        ("awa@example.organic", False),
        (None, False),
    ],
)
def test_a_longer_address_is_another_one(text: object, stands: bool) -> None:
    assert stands_in(text, "awa@example.org") is stands
