"""Two transactions about the same people at once: both succeed, nobody is there twice."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from subscribers import lists, tables
from subscribers.database import Database
from subscribers.errors import TokenError
from subscribers.model import ConfirmationNeeded, SubscriptionState, Verdict
from subscribers.transfer import ImportReport
from tests.overlap import overlapping
from tests.subscribers.conftest import (
    AWA,
    actions_of,
    answer,
    ask,
    erase,
    id_of,
    join,
    leave,
    load,
    people,
    state_of,
    wrote,
)

Doing = Callable[[Connection], object]


@pytest.fixture
def file(tmp_path: Path, database: Database, now: datetime) -> Path:
    """A file with Awa and two others; there is a list for them."""
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
    return wrote(tmp_path, f"email\nzoe@example.org\n{AWA}\nbob@example.org\n")


def alone(database: Database, work: Callable[[Connection], object]) -> object:
    with database.write() as connection:
        return work(connection)


def addresses(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.scalars(select(tables.subscribers.c.address)))


def test_two_imports_of_the_same_new_people_both_succeed(
    database: Database, file: Path, now: datetime
) -> None:
    def load_all(connection: Connection) -> ImportReport:
        return load(connection, file, now)[0]

    one, other = overlapping(database, load_all, lambda: alone(database, load_all))
    assert isinstance(other, ImportReport)
    assert (one.accepted, one.already_there) == (3, 0)
    assert (other.accepted, other.already_there) == (0, 3)
    with database.read() as connection:
        assert len(people(connection)) == 3
        assert actions_of(connection) == ["imported"]


@pytest.mark.parametrize("first", ["who joins", "the import"])
def test_who_joins_during_an_import_is_there_once_and_confirmed(
    database: Database, file: Path, now: datetime, first: str
) -> None:
    works: list[Doing] = [lambda c: join(c, now), lambda c: load(c, file, now)]
    one, other = works if first == "who joins" else reversed(works)
    overlapping(database, one, lambda: alone(database, other))
    assert addresses(database) == [AWA, "bob@example.org", "zoe@example.org"]
    with database.read() as connection:
        assert state_of(connection) is SubscriptionState.CONFIRMED


@pytest.mark.parametrize("first", ["who asks", "the import"])
def test_who_asks_during_an_import_is_there_once(
    database: Database, file: Path, now: datetime, first: str
) -> None:
    works: list[Doing] = [lambda c: ask(c, now), lambda c: load(c, file, now)]
    one, other = works if first == "who asks" else reversed(works)
    overlapping(database, one, lambda: alone(database, other))
    assert addresses(database) == [AWA, "bob@example.org", "zoe@example.org"]
    with database.read() as connection:
        assert state_of(connection) is SubscriptionState.CONFIRMED


@pytest.mark.parametrize("first", ["who leaves", "the import"])
def test_who_never_answered_and_leaves_during_an_import_has_left(
    database: Database, file: Path, now: datetime, first: str
) -> None:
    alone(database, lambda connection: ask(connection, now))
    works: list[Doing] = [lambda c: leave(c, now), lambda c: load(c, file, now)]
    one, other = works if first == "who leaves" else reversed(works)
    overlapping(database, one, lambda: alone(database, other))
    with database.read() as connection:
        assert state_of(connection) is SubscriptionState.UNSUBSCRIBED
        told = ["asked", "unsubscribed"]
        assert actions_of(connection) == (
            told if first == "who leaves" else ["asked", "imported", "unsubscribed"]
        )


def test_who_is_erased_during_an_import_is_not_put_back(
    database: Database, file: Path, now: datetime
) -> None:
    alone(database, lambda connection: join(connection, now))
    overlapping(
        database, lambda c: erase(c, now), lambda: alone(database, lambda c: load(c, file, now))
    )
    assert addresses(database) == ["bob@example.org", "zoe@example.org"]


def test_who_asks_while_they_are_erased_is_asked_anew(
    database: Database, file: Path, now: datetime
) -> None:
    alone(database, lambda connection: join(connection, now))
    done, _ = overlapping(
        database, lambda c: erase(c, now), lambda: alone(database, lambda c: ask(c, now))
    )
    assert done.erased
    with database.read() as connection:
        assert state_of(connection) is SubscriptionState.PENDING


def test_who_is_erased_while_they_confirm_leaves_evidence_that_they_were_a_reader(
    database: Database, file: Path, now: datetime
) -> None:
    needed = alone(database, lambda connection: ask(connection, now))
    assert isinstance(needed, ConfirmationNeeded)
    overlapping(
        database,
        lambda c: answer(c, needed, now),
        lambda: alone(database, lambda c: erase(c, now)),
    )
    with database.read() as connection:
        assert actions_of(connection) == ["asked", "confirmed", "unsubscribed"]


def test_two_that_join_at_once_are_one_person(
    database: Database, file: Path, now: datetime
) -> None:
    overlapping(database, lambda c: join(c, now), lambda: alone(database, lambda c: join(c, now)))
    assert addresses(database) == [AWA]
    with database.read() as connection:
        assert actions_of(connection) == ["added"]


def test_a_link_that_is_used_while_its_owner_leaves_does_not_bring_them_back(
    database: Database, file: Path, now: datetime
) -> None:
    needed = alone(database, lambda connection: ask(connection, now))
    assert isinstance(needed, ConfirmationNeeded)

    def confirm() -> str:
        try:
            alone(database, lambda connection: answer(connection, needed, now))
        except TokenError as refused:
            return str(refused)
        return "confirmed"

    assert "you have left" in overlapping(database, lambda c: leave(c, now), confirm)[1]
    with database.read() as connection:
        assert state_of(connection) is SubscriptionState.UNSUBSCRIBED


def test_two_leaving_at_once_is_one_unsubscription(
    database: Database, file: Path, now: datetime
) -> None:
    alone(database, lambda connection: join(connection, now))
    told = overlapping(
        database, lambda c: leave(c, now), lambda: alone(database, lambda c: leave(c, now))
    )
    assert told == (True, False)
    with database.read() as connection:
        assert actions_of(connection) == ["added", "unsubscribed"]
        assert id_of(connection) > 0


def test_a_list_that_two_need_at_once_is_made_once(database: Database, now: datetime) -> None:
    def need(connection: Connection) -> int:
        return lists.ensure(connection, "hebdo", "L'hebdo", now).id

    one, other = overlapping(database, need, lambda: alone(database, need))
    assert one == other


def test_a_list_that_two_make_at_once_is_the_first_ones(database: Database, now: datetime) -> None:
    first = overlapping(
        database,
        lambda c: join_after_create(c, now),
        lambda: alone(database, lambda c: lists.ensure(c, "hebdo", "Another title", now).title),
    )
    assert first == (Verdict.ACCEPTED, "L'hebdo")


def join_after_create(connection: Connection, now: datetime) -> Verdict:
    lists.create(connection, "hebdo", "L'hebdo", now)
    return join(connection, now).verdict
