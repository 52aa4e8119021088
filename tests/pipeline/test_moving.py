"""A database moves into another: whole or not at all, and never are two of them in use."""

import signal
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from digest.errors import ConflictError, StorageError
from digest.pipeline import moving
from digest.pipeline.sending import resume
from digest.storage import migrating, moved, tables
from digest.storage.copying import Content
from digest.storage.whole import TABLES
from subscribers import lists
from subscribers import tables as readership
from subscribers.database import Database, address_of
from tests.deliver.courier import Courier
from tests.forks import ended
from tests.pipeline.killed_move import POINTS, move_and_die
from tests.pipeline.movers import BOTH_WAYS, is_usable, move
from tests.pipeline.scene import QUICK, a_newsroom
from tests.storage.everything import AT, rows_of


@BOTH_WAYS
def test_every_table_is_told_with_what_was_found_equal(source: Database, target: Database) -> None:
    told: list[Content] = []
    done = moving.move(source, target, lambda: AT, tell=told.append)
    assert [content.table for content in done.tables] == [table.name for table in TABLES]
    assert list(done.tables) == told
    assert all(content.rows for content in told)
    assert (done.source, done.target) == (address_of(source.url), address_of(target.url))


@BOTH_WAYS
def test_a_moved_database_says_where_it_went_and_takes_nothing_more(
    source: Database, target: Database
) -> None:
    before = rows_of(source)
    move(source, target)
    with pytest.raises(StorageError, match=r"was moved to .*DIGEST_DATABASE_URL") as refused:
        migrating.upgrade(source)
    assert address_of(target.url) in str(refused.value)
    for statement in (
        insert(readership.lists).values(id=2, name="x", title="", created_at=AT),
        update(tables.batches).values(tries=9),
        delete(readership.suppressions),
    ):
        with pytest.raises(DBAPIError, match=moved.PREFIX), source.write() as connection:
            connection.execute(statement)
    assert rows_of(source) == before


@BOTH_WAYS
def test_a_sender_that_knows_nothing_of_the_move_mails_nobody(
    source: Database, target: Database
) -> None:
    move(source, target)
    courier = Courier()
    with pytest.raises(DBAPIError, match=moved.PREFIX):
        resume(a_newsroom(source, lambda: courier), 1, patience=QUICK)
    assert courier.calls == []


@BOTH_WAYS
def test_a_move_can_be_undone(source: Database, target: Database) -> None:
    before = rows_of(source)
    move(source, target)
    mark = moving.undo(source)
    assert (mark.place, mark.version) == (address_of(target.url), migrating.HEAD)
    assert rows_of(source) == before
    assert is_usable(source)
    with source.write() as connection:
        connection.execute(update(tables.batches).values(tries=9))
        assert lists.ensure(connection, "other", "", AT).id == 2
    with pytest.raises(StorageError, match="was not moved"):
        moving.undo(source)


@BOTH_WAYS
@pytest.mark.parametrize("point", list(POINTS))
def test_a_move_that_is_killed_leaves_one_usable_database_at_most_and_goes_on(
    source: Database, target: Database, point: str
) -> None:
    before = rows_of(source)
    assert ended(move_and_die, source.url, target.url, point) == -signal.SIGKILL
    assert is_usable(source) is (point != "before the copy is let in")
    assert not is_usable(target)
    if point == "in the copy":
        assert migrating.revision(target) is None
    elif point == "before the source is marked":
        with pytest.raises(StorageError, match="was cut short: run the same"):
            migrating.upgrade(target)
    move(source, target)
    assert rows_of(target) == before
    assert is_usable(target)
    assert not is_usable(source)


@BOTH_WAYS
def test_a_move_that_is_done_may_be_asked_for_again(source: Database, target: Database) -> None:
    move(source, target)
    with target.write() as connection:
        lists.create(connection, "made-since", "", AT)
    assert move(source, target).tables == ()
    with target.read() as connection:
        assert len(lists.lists(connection)) == 2


@BOTH_WAYS
def test_a_moved_database_moves_nowhere_else(
    source: Database, target: Database, tmp_path: Path
) -> None:
    move(source, target)
    with pytest.raises(ConflictError, match=r"was moved to .* already"):
        move(source, Database(f"sqlite:///{tmp_path / 'third.db'}"))


@BOTH_WAYS
def test_a_database_that_holds_anything_is_no_target(source: Database, target: Database) -> None:
    migrating.upgrade(target)
    with target.write() as connection:
        lists.create(connection, "theirs", "", AT)
    before = rows_of(target)
    with pytest.raises(ConflictError, match="holds data already"):
        move(source, target)
    assert rows_of(target) == before
    assert is_usable(source)


@BOTH_WAYS
def test_empty_tables_and_those_of_others_are_in_nobodys_way(
    source: Database, target: Database
) -> None:
    migrating.upgrade(target)
    with target.write() as connection:
        connection.execute(text("CREATE TABLE theirs (a INTEGER)"))
        connection.execute(text("INSERT INTO theirs VALUES (1)"))
    move(source, target)
    assert rows_of(target) == rows_of(source)


def test_a_database_does_not_move_into_itself(empty: Database) -> None:
    migrating.upgrade(empty)
    with pytest.raises(ConflictError, match="is the present database"):
        move(empty, Database(empty.url))
