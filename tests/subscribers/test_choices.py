"""What readers chose, and that choosing is whole, their own, and proved where it must be."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from subscribers import lists, subscriptions, tables
from subscribers.choices import Preferences, choices_of, choose
from subscribers.model import Cadence, Evidence
from tests.subscribers.conftest import (
    AWA,
    HOUR,
    KEY,
    actions_of,
    ask,
    ban,
    erase,
    id_of,
    join,
    leave,
    people,
)

BOB = "bob@example.org"
OFFERED = ("mali", "chad", "niger")


def wants(connection: Connection, now: datetime, list_name: str = "hebdo", **wishes: Any) -> bool:
    wanted = Preferences(**{"language": "fr", **wishes})
    return choose(
        connection,
        secret_key=KEY,
        subscriber_id=id_of(connection),
        list_name=list_name,
        wanted=wanted,
        offered=OFFERED if list_name == "hebdo" else ("law",),
        evidence=Evidence(origin="preferences", wording="Measure me", network="192.0.2.7"),
        now=now,
    )


def chosen(connection: Connection, list_name: str = "hebdo") -> Preferences:
    found = choices_of(connection, id_of(connection), list_name)
    assert found is not None
    return found


def test_everything_is_taken_over_and_read_again(connection: Connection, now: datetime) -> None:
    join(connection, now)
    assert chosen(connection) == Preferences(language="fr")
    wished = Preferences(
        language="en",
        themes=("chad",),
        tracking=True,
        cadence=Cadence.MONTHLY,
        paused_until=now + timedelta(days=9),
    )
    assert wants(connection, now + HOUR, **vars(wished))
    assert chosen(connection) == wished
    [reader] = people(connection)
    assert (reader.language, reader.themes, reader.tracking) == ("en", ("chad",), True)


def test_evidence_is_kept_of_each_change_of_mind_about_tracking_alone(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    for tracking in (False, True, True, False, False):
        wants(connection, now, tracking=tracking, themes=("mali",))
    assert actions_of(connection) == ["added", "tracking allowed", "tracking revoked"]
    proofs = connection.execute(select(tables.consents).order_by(tables.consents.c.id)).all()[1:]
    assert {proof.wording for proof in proofs} == {"Measure me"}
    assert all(len(proof.network_hash) == 32 for proof in proofs)


def test_a_choice_that_changes_nothing_writes_nothing(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    assert wants(connection, now + HOUR)
    changed = select(tables.subscribers.c.changed_at)
    assert connection.scalar(changed) == now


@pytest.mark.parametrize("themes", [(), OFFERED, tuple(reversed(OFFERED))])
def test_none_and_all_are_whatever_the_list_will_have(
    connection: Connection, now: datetime, themes: tuple[str, ...]
) -> None:
    join(connection, now)
    wants(connection, now, themes=("mali",))
    assert wants(connection, now, themes=themes)
    assert chosen(connection).themes == ()


def test_themes_of_another_list_and_its_cadence_stay(connection: Connection, now: datetime) -> None:
    lists.create(connection, "droit", "Droit", now)
    join(connection, now)
    subscriptions.add(
        connection, secret_key=KEY, address=AWA, list_name="droit", now=now, consent="fair"
    )
    wants(connection, now, themes=("mali", "law"), cadence=Cadence.MONTHLY)
    assert chosen(connection).themes == ("mali",)  # law was not to be chosen here
    connection.execute(tables.subscribers.update().values(themes=["law", "mali"]))
    wants(connection, now, themes=("chad",))
    assert chosen(connection, "droit").themes == ("law", "chad")
    wants(connection, now)
    assert chosen(connection, "droit") == Preferences(language="fr", themes=("law",))


def test_only_the_reader_who_is_meant_is_changed(connection: Connection, now: datetime) -> None:
    join(connection, now)
    join(connection, now, BOB)
    wants(connection, now, language="en", cadence=Cadence.MONTHLY, tracking=True)
    assert choices_of(connection, id_of(connection, BOB), "hebdo") == Preferences(language="fr")
    assert actions_of(connection, BOB) == ["added"]


@pytest.mark.parametrize("gone", ["left", "another list"])
def test_who_is_not_on_the_list_has_nothing_to_choose(
    connection: Connection, now: datetime, gone: str
) -> None:
    join(connection, now)
    if gone == "left":
        leave(connection, now)
    name = "hebdo" if gone == "left" else "droit"
    assert choices_of(connection, id_of(connection), name) is None
    assert not wants(connection, now, name, tracking=True)
    assert "tracking allowed" not in actions_of(connection)


def test_who_is_erased_has_nothing_to_choose(connection: Connection, now: datetime) -> None:
    join(connection, now)
    reader = id_of(connection)
    erase(connection, now)
    assert choices_of(connection, reader, "hebdo") is None


def test_who_waits_or_is_suppressed_may_choose_too(connection: Connection, now: datetime) -> None:
    ask(connection, now)
    assert wants(connection, now, themes=("mali",))
    ban(connection, now)
    assert wants(connection, now, themes=("chad",))
    assert chosen(connection).themes == ("chad",)
