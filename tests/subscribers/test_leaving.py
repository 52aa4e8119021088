"""Leaving, and that only the reader's own new word brings them back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from subscribers import lists
from subscribers.database import Database
from subscribers.errors import TokenError
from subscribers.model import ConfirmationNeeded, ConsentAction, SubscriptionState, Verdict
from subscribers.seats import Witness, find_seat, move
from tests.subscribers.conftest import (
    FORM,
    HOUR,
    KEY,
    actions_of,
    answer,
    ask,
    ban,
    id_of,
    join,
    leave,
    mailed_ids,
    state_of,
)


def test_leaving_is_recorded_once(connection: Connection, now: datetime) -> None:
    join(connection, now)
    assert leave(connection, now)
    assert not leave(connection, now)
    assert actions_of(connection) == ["added", "unsubscribed"]


def test_of_many_who_leave_for_one_reader_at_once_one_is_recorded(
    database: Database, now: datetime
) -> None:
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
        join(connection, now)

    def click(_turn: int) -> bool:
        with database.write() as connection:
            return leave(connection, now)

    with ThreadPoolExecutor(8) as clicks:
        assert sum(clicks.map(click, range(16))) == 1
    with database.read() as connection:
        assert actions_of(connection) == ["added", "unsubscribed"]


def test_who_never_answered_can_leave_too(connection: Connection, now: datetime) -> None:
    ask(connection, now)
    assert leave(connection, now)
    assert state_of(connection) is SubscriptionState.UNSUBSCRIBED


def test_who_left_is_asked_again(connection: Connection, now: datetime) -> None:
    join(connection, now)
    leave(connection, now)
    needed = ask(connection, now + HOUR)
    assert state_of(connection) is SubscriptionState.PENDING
    answer(connection, needed, now + HOUR)
    assert state_of(connection) is SubscriptionState.CONFIRMED


@pytest.mark.parametrize("asked_again", [False, True])
def test_a_link_older_than_leaving_does_not_bring_back(
    connection: Connection, now: datetime, asked_again: bool
) -> None:
    old = ask(connection, now)
    answer(connection, old, now)
    leave(connection, now + HOUR)
    if asked_again:
        ask(connection, now + 2 * HOUR)
    with pytest.raises(TokenError, match="left since"):
        answer(connection, old, now + 3 * HOUR)
    assert mailed_ids(connection, "hebdo") == []


def test_an_admin_overrides_neither_leaving_nor_suppression(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    leave(connection, now)
    assert join(connection, now).verdict is Verdict.UNSUBSCRIBED
    assert state_of(connection) is SubscriptionState.PENDING
    ban(connection, now)
    assert join(connection, now).verdict is Verdict.SUPPRESSED
    assert mailed_ids(connection, "hebdo") == []


steps = st.lists(st.sampled_from(["ask", "answer", "leave", "add", "ban"]), max_size=12)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps)
def test_nobody_is_mailed_who_has_not_agreed_since_leaving(
    database: Database, now: datetime, walk: list[str]
) -> None:
    agreed = banned = False
    tokens: list[ConfirmationNeeded] = []
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
        ever_left = False
        for step in walk:
            now += HOUR
            match step:
                case "ask":
                    tokens += [needed] if (needed := ask(connection, now)) else []
                case "answer" if tokens:
                    fresh = state_of(connection) is SubscriptionState.PENDING and not banned
                    try:
                        answer(connection, tokens[-1], now)
                        agreed = agreed or fresh
                    except TokenError:
                        pass
                case "leave" if state_of(connection):
                    leave(connection, now)
                    ever_left, agreed = True, False
                    tokens.clear()
                case "add":
                    join(connection, now)
                    agreed = agreed or not (ever_left or banned)
                case "ban":
                    ban(connection, now)
                    banned = True
                case _:
                    pass  # nothing to answer or to leave yet
            assert bool(mailed_ids(connection, "hebdo")) == (agreed and not banned)
        connection.rollback()


def test_a_change_made_from_an_outdated_reading_is_refused(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    seat = find_seat(connection, id_of(connection), "hebdo")
    assert seat is not None
    witness = Witness(secret_key=KEY, evidence=FORM, now=now)
    leaving = (SubscriptionState.UNSUBSCRIBED, ConsentAction.UNSUBSCRIBED)
    assert move(connection, seat, *leaving, witness)
    assert not move(connection, seat, *leaving, witness)
    assert actions_of(connection) == ["added", "unsubscribed"]
