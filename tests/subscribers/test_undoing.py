"""Taking an unsubscription back: for whom, how long, and what remembers it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from digest.storage.migrating import upgrade
from subscribers import departures, lists, suppressions
from subscribers.database import Database
from subscribers.model import Evidence, SubscriptionState, Verdict
from subscribers.seats import has_left
from subscribers.subscriptions import memberships
from subscribers.undoing import GRACE, can_undo, undo
from tests.subscribers.conftest import (
    AWA,
    HOUR,
    KEY,
    actions_of,
    answer,
    ask,
    ban,
    erase,
    id_of,
    join,
    leave,
    load,
    people,
    state_of,
    wrote,
)

MINUTE = timedelta(minutes=1)


def takes_back(connection: Connection, now: datetime) -> bool:
    reader = id_of(connection)
    able = can_undo(connection, reader, "hebdo", now)
    before = state_of(connection)
    done = undo(
        connection,
        secret_key=KEY,
        subscriber_id=reader,
        list_name="hebdo",
        evidence=Evidence(origin="page"),
        now=now,
    )
    assert done == (able or before is SubscriptionState.CONFIRMED)
    return done


def test_who_left_by_mistake_is_back_as_before_and_it_is_recorded_once(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    before = memberships(connection, id_of(connection))
    leave(connection, now + HOUR)
    assert [takes_back(connection, now + HOUR + MINUTE) for _ in range(2)] == [True, True]
    assert memberships(connection, id_of(connection)) == before
    assert [one.address for one in people(connection)] == [AWA]
    assert actions_of(connection) == ["added", "unsubscribed", "resumed"]


@pytest.mark.parametrize(("later", "back"), [(GRACE - MINUTE, True), (GRACE, False)])
def test_leaving_can_be_undone_for_an_hour(
    connection: Connection, now: datetime, later: timedelta, back: bool
) -> None:
    join(connection, now)
    leave(connection, now)
    assert takes_back(connection, now + later) is back
    assert len(people(connection)) == back


def test_the_suppressed_stay_away(connection: Connection, now: datetime) -> None:
    join(connection, now)
    leave(connection, now)
    ban(connection, now)
    assert not takes_back(connection, now + MINUTE)
    assert state_of(connection) is SubscriptionState.UNSUBSCRIBED


def test_who_was_only_asked_is_not_made_a_reader(connection: Connection, now: datetime) -> None:
    ask(connection, now)
    leave(connection, now)
    assert not takes_back(connection, now + MINUTE)


def test_a_strangers_request_after_leaving_brings_nobody_back(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    leave(connection, now)
    ask(connection, now + MINUTE)
    assert not takes_back(connection, now + 2 * MINUTE)
    leave(connection, now + 3 * MINUTE)
    assert not takes_back(connection, now + 4 * MINUTE)


def test_who_came_back_by_mail_can_undo_their_next_leaving(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    leave(connection, now)
    answer(connection, ask(connection, now + HOUR), now + HOUR)
    leave(connection, now + 2 * HOUR)
    assert takes_back(connection, now + 2 * HOUR)


def test_who_was_never_there_or_is_erased_has_nothing_to_undo(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    reader = id_of(connection)
    erase(connection, now)
    assert not can_undo(connection, reader, "hebdo", now)


def test_a_file_brings_back_nobody_who_left_again_after_an_undo(
    connection: Connection, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = wrote(tmp_path_factory.mktemp("files"), f"email\n{AWA}\n")
    join(connection, now)
    leave(connection, now)
    takes_back(connection, now)
    _, [row] = load(connection, file, now)
    assert row.verdict is Verdict.ALREADY_THERE
    leave(connection, now + MINUTE)
    _, [row] = load(connection, file, now + HOUR)
    assert row.verdict is Verdict.UNSUBSCRIBED
    erase(connection, now + HOUR)
    _, [row] = load(connection, file, now + 2 * HOUR)
    assert row.verdict is Verdict.UNSUBSCRIBED


def test_an_undo_takes_back_one_leaving_and_no_earlier_one(
    connection: Connection, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    join(connection, now)
    leave(connection, now)
    answer(connection, ask(connection, now + HOUR), now + HOUR)
    leave(connection, now + 2 * HOUR)
    takes_back(connection, now + 2 * HOUR)
    erase(connection, now + 3 * HOUR)
    file = wrote(tmp_path_factory.mktemp("files"), f"email\n{AWA}\n")
    _, [row] = load(connection, file, now + 4 * HOUR)
    assert row.verdict is Verdict.UNSUBSCRIBED


def test_an_undone_leaving_counts_as_none_for_whoever_asks_the_evidence(
    connection: Connection, now: datetime
) -> None:
    hashed = suppressions.hash_of(KEY, AWA)
    told = []
    join(connection, now)
    for step in (leave, takes_back, leave, takes_back, leave):
        step(connection, now)
        told.append(has_left(connection, hashed, "hebdo"))
    assert told == [True, False, True, False, True]
    assert not has_left(connection, hashed, "another list")


@pytest.mark.parametrize(("follows", "carried"), [("undo", 0), ("a stranger's request", 1)])
def test_a_restored_backup_learns_of_leaving_unless_it_was_undone(
    connection: Connection, other_sqlite: Database, now: datetime, follows: str, carried: int
) -> None:
    upgrade(other_sqlite)
    join(connection, now)
    leave(connection, now + HOUR)
    if follows == "undo":
        takes_back(connection, now + HOUR)
    else:
        ask(connection, now + HOUR)
    with other_sqlite.write() as backup:
        lists.create(backup, "hebdo", "L'hebdo", now)
        join(backup, now)
        gone = departures.since(connection, departures.last_evidence(backup))
        assert departures.carry_over(backup, gone) == (carried, 0)
        assert len(people(backup)) == 1 - carried


steps = st.lists(st.sampled_from(["ask", "answer", "leave", "undo", "wait", "add"]), max_size=14)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_only_a_reader_who_was_one_up_to_an_hour_ago_is_put_back(
    database: Database, now: datetime, walk: list[str]
) -> None:
    needed = None
    left_at: datetime | None = None  # when a confirmed reader left; None: they did not
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
        ask(connection, now)
        for step in walk:
            now += 20 * MINUTE
            before = state_of(connection)
            match step:
                case "ask":
                    needed = ask(connection, now) or needed
                case "answer" if needed and before is SubscriptionState.PENDING:
                    answer(connection, ask(connection, now), now)
                case "leave":
                    if leave(connection, now):
                        left_at = now if before is SubscriptionState.CONFIRMED else None
                case "undo":
                    fresh = left_at is not None and now < left_at + GRACE
                    left = before is SubscriptionState.UNSUBSCRIBED
                    there = before is SubscriptionState.CONFIRMED
                    assert takes_back(connection, now) == (there or (left and fresh))
                case "add":
                    join(connection, now)
                case _:
                    now += HOUR
        connection.rollback()
