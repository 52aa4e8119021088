"""Joining and leaving, with the evidence of each step."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select

from subscribers import lists, suppressions, tables
from subscribers.database import Database
from subscribers.errors import AddressError, TokenError, UnknownList
from subscribers.model import (
    ConfirmationNeeded,
    ConsentAction,
    Evidence,
    SubscriptionState,
    SuppressionReason,
    Verdict,
)
from subscribers.people import held
from subscribers.seats import Profile, Witness, find_seat, move
from subscribers.subscriptions import confirm, membership, subscribe
from tests.subscribers.conftest import AWA, FORM, KEY, actions_of, id_of, join, leave, state_of

HOUR = timedelta(hours=1)


def ask(connection: Connection, now: datetime, address: str = AWA) -> ConfirmationNeeded | None:
    return subscribe(
        connection, secret_key=KEY, address=address, list_name="hebdo", evidence=FORM, now=now
    )


def answer(connection: Connection, needed: ConfirmationNeeded | None, now: datetime) -> None:
    assert needed is not None
    confirm(connection, secret_key=KEY, token=needed.token, evidence=FORM, now=now)


def ban(connection: Connection, now: datetime, address: str = AWA) -> None:
    suppressions.suppress(
        connection,
        secret_key=KEY,
        address=address,
        reason=SuppressionReason.COMPLAINT,
        origin="test",
        now=now,
    )


def test_who_asks_is_mailed_nothing_until_the_token_comes_back(
    connection: Connection, now: datetime
) -> None:
    needed = ask(connection, now)
    assert needed is not None
    assert (needed.address, needed.list) == (AWA, "hebdo")
    assert lists.active_ids(connection, "hebdo") == []
    answer(connection, needed, now + HOUR)
    assert lists.active_ids(connection, "hebdo") == [id_of(connection)]
    assert actions_of(connection) == ["asked", "confirmed"]


def test_confirming_again_changes_nothing(connection: Connection, now: datetime) -> None:
    needed = ask(connection, now)
    answer(connection, needed, now)
    answer(connection, needed, now + HOUR)
    assert actions_of(connection) == ["asked", "confirmed"]


def test_a_confirmed_reader_who_asks_again_is_not_mailed(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    assert ask(connection, now) is None
    assert state_of(connection) is SubscriptionState.CONFIRMED


def test_one_person_is_one_row_however_the_address_is_typed(
    connection: Connection, now: datetime
) -> None:
    ask(connection, now, "Awa@Example.org ")
    ask(connection, now, "AWA@EXAMPLE.ORG")
    assert len(connection.execute(select(tables.subscribers)).all()) == 1


def test_a_form_cannot_rename_a_reader(connection: Connection, now: datetime) -> None:
    join(connection, now)
    subscribe(
        connection,
        secret_key=KEY,
        address=AWA,
        list_name="hebdo",
        evidence=FORM,
        now=now,
        profile=Profile(name="Somebody Else", language="en"),
    )
    person = held(connection, secret_key=KEY, address=AWA).subscriber
    assert person is not None
    assert (person.name, person.language) == ("", "fr")


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
    assert lists.active_ids(connection, "hebdo") == []


def test_the_suppressed_are_neither_asked_nor_confirmed(
    connection: Connection, now: datetime
) -> None:
    needed = ask(connection, now)
    ban(connection, now)
    assert ask(connection, now) is None
    with pytest.raises(TokenError):
        answer(connection, needed, now)


def test_a_link_of_somebody_gone_is_no_longer_good(connection: Connection, now: datetime) -> None:
    needed = ask(connection, now)
    connection.execute(delete(tables.subscribers))
    with pytest.raises(TokenError, match="no longer good"):
        answer(connection, needed, now)


@pytest.mark.parametrize(
    ("consent", "state"),
    [
        ("phone", SubscriptionState.CONFIRMED),
        ("", SubscriptionState.PENDING),
        (" \n", SubscriptionState.PENDING),
    ],
)
def test_an_admin_confirms_only_with_words_of_consent(
    connection: Connection, now: datetime, consent: str, state: SubscriptionState
) -> None:
    added = join(connection, now, consent=consent)
    assert added.verdict is Verdict.ACCEPTED
    assert (added.confirmation is None) == bool(consent.strip())
    assert state_of(connection) is state
    [proof] = held(connection, secret_key=KEY, address=AWA).consents
    assert (proof.origin, proof.wording) == ("cli", consent.strip())


def test_an_admin_overrides_neither_leaving_nor_suppression(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    leave(connection, now)
    assert join(connection, now).verdict is Verdict.UNSUBSCRIBED
    assert state_of(connection) is SubscriptionState.PENDING
    ban(connection, now)
    assert join(connection, now).verdict is Verdict.SUPPRESSED
    assert lists.active_ids(connection, "hebdo") == []


def test_evidence_names_neither_the_address_nor_the_network(
    connection: Connection, now: datetime
) -> None:
    ask(connection, now)
    [row] = connection.execute(select(tables.consents)).all()
    assert "awa" not in str(row).lower()
    assert "192.0.2.7" not in str(row)
    assert len(row.network_hash) == 32
    assert (row.wording, row.origin) == (FORM.wording, FORM.origin)


def test_a_mapped_network_address_is_the_same_network(
    connection: Connection, now: datetime
) -> None:
    for network in ("192.0.2.7", "::ffff:192.0.2.7"):
        subscribe(
            connection,
            secret_key=KEY,
            address=AWA,
            list_name="hebdo",
            evidence=Evidence(origin="form", network=network),
            now=now,
        )
    assert len(set(connection.scalars(select(tables.consents.c.network_hash)))) == 1


def test_nobody_joins_a_list_that_is_not_there(connection: Connection, now: datetime) -> None:
    with pytest.raises(UnknownList, match="did you mean 'hebdo'"):
        subscribe(
            connection, secret_key=KEY, address=AWA, list_name="hebbdo", evidence=FORM, now=now
        )
    with pytest.raises(AddressError):
        ask(connection, now, "awa")
    assert connection.execute(select(tables.subscribers)).all() == []


def test_a_place_is_found_by_id_and_list(connection: Connection, now: datetime) -> None:
    join(connection, now)
    place = membership(connection, id_of(connection), "hebdo")
    assert place is not None
    assert (place.title, place.address, place.state) == ("L'hebdo", AWA, "confirmed")
    assert membership(connection, id_of(connection), "other") is None


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
            assert bool(lists.active_ids(connection, "hebdo")) == (agreed and not banned)
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
