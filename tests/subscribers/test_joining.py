"""Joining, with the evidence of each step."""

from datetime import datetime

import pytest
from sqlalchemy import Connection, delete, select

from subscribers import lists, tables
from subscribers.errors import AddressError, TokenError, UnknownList
from subscribers.model import Evidence, SubscriptionState, Verdict
from subscribers.people import held
from subscribers.seats import Profile
from subscribers.subscriptions import membership, subscribe
from tests.subscribers.conftest import (
    AWA,
    FORM,
    HOUR,
    KEY,
    actions_of,
    answer,
    ask,
    ban,
    id_of,
    join,
    mailed_ids,
    state_of,
)


def test_who_asks_is_mailed_nothing_until_the_token_comes_back(
    connection: Connection, now: datetime
) -> None:
    needed = ask(connection, now)
    assert needed is not None
    assert (needed.address, needed.list) == (AWA, "hebdo")
    assert mailed_ids(connection, "hebdo") == []
    answer(connection, needed, now + HOUR)
    assert mailed_ids(connection, "hebdo") == [id_of(connection)]
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


def test_who_reads_one_list_keeps_language_and_themes_when_a_form_asks_for_another(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    lists.create(connection, "flash", "Flash", now)
    stranger = Profile(language="en", themes=("sport",))
    needed = subscribe(
        connection,
        secret_key=KEY,
        address=AWA,
        list_name="flash",
        evidence=FORM,
        now=now,
        profile=stranger,
    )
    assert needed is not None
    person = held(connection, secret_key=KEY, address=AWA).subscriber
    assert person is not None
    assert (person.language, person.themes) == ("fr", ())


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
