"""What editors decided about stories, in the database."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from digest.model.ruling import Ruling, RulingKind, Rulings
from digest.storage import rulings
from digest.storage.editor_tables import rulings as table
from digest.storage.rulings import Done
from subscribers.database import Database
from tests.builders import NOON

APART, TOGETHER, LEAD, PIN = RulingKind
LATER = NOON + timedelta(hours=1)


def ruling(kind: RulingKind, one: int, other: int) -> Ruling:
    return Ruling(kind=kind, article_id=one, other_id=other, by="Awa", at=NOON)


def test_what_was_ruled_is_told_of_the_articles_that_are_grouped(filled: Database) -> None:
    with filled.write() as connection:
        rulings.rule(connection, APART, [(1, 2), (1, 5)], by="Awa", now=NOON)
        rulings.rule(connection, TOGETHER, [(2, 3)], by="Awa", now=NOON)
        rulings.rule(connection, LEAD, [(2, 2), (4, 4)], by="Awa", now=NOON)
        rulings.rule(connection, PIN, [(3, 3)], by="Awa", now=NOON)
        assert rulings.rulings_among(connection, [1, 2, 3]) == Rulings(
            apart=frozenset({(1, 2)}), together=frozenset({(2, 3)}), leads=frozenset({2})
        )
        assert rulings.pins(connection) == {3}
        assert rulings.leads(connection) == {2, 4}


def test_the_latest_ruling_on_a_pair_holds_and_says_what_it_overruled(filled: Database) -> None:
    with filled.write() as connection:
        first = rulings.rule(connection, TOGETHER, [(1, 2), (1, 3)], by="Awa", now=NOON)
        assert first == Done(fresh=2, overruled=())
        done = rulings.rule(connection, APART, [(1, 2), (2, 3)], by="Ben", now=LATER)
        assert done == Done(fresh=2, overruled=(ruling(TOGETHER, 1, 2),))
        found = rulings.rulings_among(connection, [1, 2, 3])
    assert found.apart == {(1, 2), (2, 3)}
    assert found.together == {(1, 3)}


def test_a_ruling_that_is_repeated_keeps_who_made_it_and_when(filled: Database) -> None:
    with filled.write() as connection:
        rulings.rule(connection, APART, [(1, 2)], by="Awa", now=NOON)
        again = rulings.rule(connection, APART, [(1, 2)], by="Ben", now=LATER)
        assert again == Done(fresh=0, overruled=())
        assert rulings.rulings_on(connection, [2]) == [ruling(APART, 1, 2)]


def test_rulings_on_an_article_come_latest_first(filled: Database) -> None:
    with filled.write() as connection:
        rulings.rule(connection, APART, [(1, 2)], by="Awa", now=NOON)
        rulings.rule(connection, PIN, [(2, 2)], by="Awa", now=LATER)
        rulings.rule(connection, LEAD, [(3, 3)], by="Awa", now=LATER)
        assert [r.kind for r in rulings.rulings_on(connection, [2])] == [PIN, APART]


def test_a_ruling_can_be_taken_back(filled: Database) -> None:
    with filled.write() as connection:
        rulings.rule(connection, PIN, [(2, 2)], by="Awa", now=NOON)
        assert rulings.remove(connection, PIN, [(2, 2), (3, 3)]) == [ruling(PIN, 2, 2)]
        assert rulings.remove(connection, PIN, [(2, 2)]) == []
        assert rulings.pins(connection) == frozenset()


def test_the_database_itself_keeps_a_pair_from_being_apart_and_together(filled: Database) -> None:
    row = {"article_id": 1, "other_id": 2, "ruled_by": "Awa", "at": NOON}
    with pytest.raises(IntegrityError), filled.write() as connection:
        connection.execute(insert(table), [row | {"kind": "apart"}, row | {"kind": "together"}])


def test_a_story_of_hundreds_can_be_ruled_on(filled: Database) -> None:
    pairs = [(1, 2)] + [(3, 4)] * 2000
    with filled.write() as connection:
        rulings.rule(connection, TOGETHER, pairs, by="Awa", now=NOON)
        assert rulings.rulings_among(connection, range(100_000)).together == {(1, 2), (3, 4)}
