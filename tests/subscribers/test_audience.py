"""Who is to be mailed, by what each chose: each reader in one group, whatever the windows are."""

import random
from array import array
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product
from string import ascii_lowercase
from typing import Any

import pytest
from sqlalchemy import insert

from subscribers import audience, tables
from subscribers.database import Database, unpacked
from subscribers.model import Cadence, Choices

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
PEOPLE = 60


def enrol(database: Database) -> dict[int, Choices]:
    """Put readers of all kinds on list 1; give what is to be found."""
    chance = random.Random(7)
    people = [_person(id_, chance) for id_ in chance.sample(range(1, 400), PEOPLE)]
    places = [_place(person["id"], chance) for person in people]
    banned = [person["address_hash"] for person in people[:6]]
    with database.write() as connection:
        for id_, name in ((1, "hebdo"), (2, "autre")):
            row = {"id": id_, "name": name, "title": name, "created_at": NOW}
            connection.execute(insert(tables.lists), row)
        connection.execute(insert(tables.subscribers), people)
        connection.execute(insert(tables.subscriptions), places)
        connection.execute(
            insert(tables.suppressions),
            [{"address_hash": one, "reason": "bounce", "at": NOW} for one in banned],
        )
    return {
        person["id"]: _choices(person, place)
        for person, place in zip(people[6:], places[6:], strict=True)
        if place["list_id"] == 1 and place["state"] == "confirmed"
    }


def enrol_plainly(database: Database, wishes: list[dict[str, Any]]) -> dict[int, Choices]:
    """Put a reader with each of these wishes on list 1; give what is to be found."""
    usual = {"language": "fr", "themes": [], "tracking": False}
    people = [
        {**_person(id_, random.Random(id_)), **usual, **wish} for id_, wish in enumerate(wishes, 1)
    ]
    place = {"list_id": 1, "state": "confirmed", "asked_at": NOW}
    with database.write() as connection:
        row = {"id": 1, "name": "hebdo", "title": "Hebdo", "created_at": NOW}
        connection.execute(insert(tables.lists), row)
        connection.execute(insert(tables.subscribers), people)
        connection.execute(
            insert(tables.subscriptions), [{"subscriber_id": one["id"], **place} for one in people]
        )
    return {
        one["id"]: Choices(one["language"], tuple(one["themes"]), one["tracking"]) for one in people
    }


def _person(id_: int, chance: random.Random) -> dict[str, Any]:
    return {
        "id": id_,
        "address": f"r{id_}@readers.example",
        "address_key": f"r{id_}@readers.example",
        "address_hash": f"{id_:064}",
        "language": chance.choice(["fr", "fr", "en", "ar"]),
        "themes": chance.choice([[], [], ["diplomacy"], ["energy", "diplomacy"]]),
        "tracking": chance.random() < 0.2,
        "created_at": NOW,
        "changed_at": NOW,
    }


def _place(id_: int, chance: random.Random) -> dict[str, Any]:
    until = [None, None, NOW - timedelta(seconds=1), NOW, NOW + timedelta(seconds=1)]
    return {
        "subscriber_id": id_,
        "list_id": chance.choice([1, 1, 1, 2]),
        "state": chance.choice(["confirmed", "confirmed", "pending", "unsubscribed"]),
        "asked_at": NOW,
        "cadence": chance.choice(["every", "every", "monthly"]),
        "paused_until": chance.choice(until),
    }


def _choices(person: dict[str, Any], place: dict[str, Any]) -> Choices:
    paused = place["paused_until"] is not None and place["paused_until"] > NOW
    cadence = Cadence.EVERY if paused else Cadence(place["cadence"])
    return Choices(
        person["language"], tuple(person["themes"]), person["tracking"], cadence, paused=paused
    )


def found(
    database: Database, **asked: Any
) -> tuple[dict[int, Choices], list[tuple[Choices, "array[int]"]]]:
    with database.read() as connection:
        groups = list(audience.by_choices(connection, 1, NOW, **asked))
    told = [(id_, choices) for choices, ids in groups for id_ in ids]
    assert max(Counter(id_ for id_, _ in told).values(), default=1) == 1
    return dict(told), groups


@pytest.mark.parametrize("window", [1, 7, 400, 100_000])
def test_each_active_reader_stands_in_one_group_by_what_they_chose(
    both_databases: Database, window: int
) -> None:
    expected = enrol(both_databases)
    assert len(expected) > 15
    assert found(both_databases, window=window)[0] == expected


def test_it_does_not_matter_what_is_taken_for_usual(both_databases: Database) -> None:
    expected = enrol(both_databases)
    assert found(both_databases, usual="en")[0] == expected
    assert found(both_databases, usual="xx")[0] == expected


def test_a_condition_lets_only_some_in(both_databases: Database) -> None:
    expected = enrol(both_databases)
    english = tables.subscribers.c.language == "en"
    monthly = tables.subscriptions.c.cadence == "monthly"
    told, _ = found(both_databases, condition=english & monthly)
    assert told
    assert told.keys() <= {id_ for id_, one in expected.items() if one.language == "en"}
    assert {one.cadence for one in told.values() if not one.paused} == {Cadence.MONTHLY}


def test_the_ids_of_a_group_ascend(both_databases: Database) -> None:
    enrol(both_databases)
    groups = found(both_databases)[1]
    assert all(list(ids) == sorted(ids) for _, ids in groups)
    assert len({choices for choices, _ in groups}) == len(groups)


def test_a_list_without_readers_has_no_group(both_databases: Database) -> None:
    assert found(both_databases) == ({}, [])


COUNTED = """INSERT INTO sqlite_stat1 VALUES
 ('subscribers', 'ix_subscribers_language', '200000 {of_each} 1'),
 ('subscribers', 'ix_subscribers_address_hash', '200000 1'),
 ('subscribers', 'sqlite_autoindex_subscribers_1', '200000 1')"""
"""What ANALYZE writes down of 200,000 readers who chose no themes and no tracking."""


@pytest.mark.parametrize("others", [[], ["en", "ar"]], ids=["one language", "three languages"])
def test_who_chose_something_is_found_by_indexes(on_sqlite: Database, others: list[str]) -> None:
    asked = audience.chose("sqlite", tables.subscribers.c.id.between(1, 100_000), others)
    with on_sqlite.write() as connection:
        counted = COUNTED.format(of_each=200_000 // (1 + len(others)))
        for statement in ("ANALYZE", counted, "ANALYZE sqlite_schema"):
            connection.exec_driver_sql(statement)
        spelt = asked.compile(connection, compile_kwargs={"render_postcompile": True})
        values = tuple(spelt.params[name] for name in spelt.positiontup or ())
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {spelt}", values).all()
    used = [row[3].split(" INDEX ")[1].split()[0] for row in plan if " INDEX " in row[3]]
    assert used == ["ix_subscribers_wishes", *["ix_subscribers_language"] * bool(others)]


def test_readers_of_hundreds_of_languages_are_found_as_they_are(both_databases: Database) -> None:
    """SQLite takes 500 questions in one at most."""
    codes = ["".join(pair) for pair in product(ascii_lowercase, ascii_lowercase)]
    expected = enrol_plainly(both_databases, [{"language": code} for code in codes])
    assert found(both_databases)[0] == expected


def test_themes_that_were_spelt_otherwise_count_as_what_they_say(both_databases: Database) -> None:
    expected = enrol_plainly(both_databases, [{"themes": ["a", "b"]}, {"themes": ["a", "b"]}, {}])
    with both_databases.write() as connection:
        for id_, spelt in ((1, '["a",  "b"]'), (3, "[ ]")):
            connection.exec_driver_sql(
                f"UPDATE subscribers SET themes = '{spelt}' WHERE id = {id_}"
            )
    told, groups = found(both_databases)
    assert told == expected
    assert len(groups) <= 3


def test_nobody_is_asked_for_twice(both_databases: Database) -> None:
    english: dict[str, Any] = {"language": "en"}
    enrol_plainly(both_databases, [english | {"themes": ["a"]}, english, {"tracking": True}, {}])
    kind = both_databases.engine.dialect.name
    with both_databases.read() as connection:
        asked = audience.chose(kind, tables.subscribers.c.id < 9, ["en"])
        ids = [id_ for *_, packed in connection.execute(asked) for id_ in unpacked(kind, packed)]
    assert sorted(ids) == [1, 2, 3]
