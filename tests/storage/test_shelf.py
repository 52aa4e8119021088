"""What one source gave, read and written at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from digest.model.page import PageTry
from digest.model.source import Sighting
from digest.storage.articles import article, articles_by_key, versions
from digest.storage.pages import page_of
from digest.storage.shelf import Shelf, shelf
from digest.storage.sources import record_sightings, sightings, speaking_names
from subscribers.database import Database
from tests.builders import NOON, an_entry
from tests.stored import add_article

KEYS = [f"https://presse.example/{n}" for n in range(40)]


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write() as connection:
        yield connection


def seen(key: str, article_id: int, *, speaks: bool = True) -> Sighting:
    return Sighting(
        key=key, article_id=article_id, fingerprint="f", first_seen_at=NOON, speaks=speaks
    )


@contextmanager
def of_fleuve(connection: Connection, *keys: str) -> Iterator[Shelf]:
    """Have a shelf on which names and keys are the same."""
    names = [("fleuve", key) for key in keys]
    with shelf(connection, names=names, keys=keys, now=NOON) as known:
        yield known


def filled(connection: Connection, *keys: str) -> None:
    with of_fleuve(connection, *keys) as known:
        for key in keys:
            known.remember("fleuve", seen(key, known.add(an_entry(key=key, source="fleuve"))))


def test_what_is_new_is_stored_with_its_names_in_order(connection: Connection) -> None:
    filled(connection, *KEYS[:3])
    stored = articles_by_key(connection, KEYS)
    assert [stored[key].id for key in KEYS[:3]] == [1, 2, 3]
    assert {key: one.article_id for key, one in sightings(connection, "fleuve", KEYS).items()} == {
        key: stored[key].id for key in KEYS[:3]
    }


def test_what_is_new_and_changed_at_once_keeps_its_former_text(connection: Connection) -> None:
    with of_fleuve(connection, *KEYS[:2]) as known:
        known.add(an_entry(key=KEYS[0]))
        second = known.add(an_entry(key=KEYS[1], body="Un."))
        known.change(second, an_entry(key=KEYS[1], body="Deux."))
        known.change(second, an_entry(key=KEYS[1], body="Trois."))
    [stored] = articles_by_key(connection, [KEYS[1]]).values()
    assert stored.body == "Trois."
    assert [one.body for one in versions(connection, stored.id)] == ["Un.", "Deux."]


def test_a_change_is_written_and_the_key_stays(connection: Connection) -> None:
    id_ = add_article(connection, an_entry(key=KEYS[0]), now=NOON - timedelta(days=1))
    with of_fleuve(connection, KEYS[0]) as known:
        known.change(id_, an_entry(key="another", title="Neuf"))
    stored = article(connection, id_)
    assert (stored.key, stored.title) == (KEYS[0], "Neuf")
    assert (stored.first_seen_at, stored.updated_at) == (NOON - timedelta(days=1), NOON)


def test_handing_over_is_no_change(connection: Connection) -> None:
    before = NOON - timedelta(days=1)
    id_ = add_article(connection, an_entry(key=KEYS[0]), now=before)
    with of_fleuve(connection, KEYS[0]) as known:
        known.hand_over(id_, an_entry(source="fleuve"))
    stored = article(connection, id_)
    assert (stored.source, stored.updated_at) == ("fleuve", before)
    assert versions(connection, id_) == []


def test_one_name_speaks_for_an_article_whoever_gave_it(connection: Connection) -> None:
    id_ = add_article(connection, an_entry(key=KEYS[0]), now=NOON)
    record_sightings(connection, {("agence", "b"): seen("b", id_)})
    record_sightings(connection, {("fleuve", "c"): seen("c", id_)})
    with of_fleuve(connection, KEYS[0]) as known:
        assert known.speaker(id_) == "b"
        known.silence(id_)
        assert known.speaker(id_) == ""
        known.remember("fleuve", seen(KEYS[0], id_))
        assert known.speaker(id_) == KEYS[0]
        known.remember("fleuve", seen(KEYS[0], id_, speaks=False))
        assert known.speaker(id_) == ""
        known.remember("fleuve", seen(KEYS[0], id_))
    assert speaking_names(connection, [id_]) == {("fleuve", KEYS[0]): id_}


def test_a_name_that_spoke_and_is_silenced_stays_known(connection: Connection) -> None:
    filled(connection, KEYS[0])
    with of_fleuve(connection, KEYS[0]) as known:
        known.silence(known.names["fleuve", KEYS[0]].article_id)
    assert sightings(connection, "fleuve", [KEYS[0]]) == {KEYS[0]: seen(KEYS[0], 1, speaks=False)}


def test_when_a_new_name_was_first_seen_stays_where_two_files_hold_its_text(
    connection: Connection,
) -> None:
    with of_fleuve(connection, KEYS[0]) as known:
        first = seen(KEYS[0], known.add(an_entry(key=KEYS[0])))
        known.remember("fleuve", first)
        known.remember("fleuve", replace(first, first_seen_at=NOON + timedelta(days=1)))
    assert sightings(connection, "fleuve", [KEYS[0]])[KEYS[0]].first_seen_at == NOON


def test_a_page_is_known_and_kept(connection: Connection) -> None:
    id_ = add_article(connection, an_entry(key=KEYS[0]), now=NOON)
    with of_fleuve(connection, KEYS[0]) as known:
        known.ask_again(PageTry(article_id=id_, tries=1))
    with of_fleuve(connection, KEYS[0]) as known:
        assert known.pages == {id_: PageTry(article_id=id_, tries=1)}
        known.ask_again(replace(known.pages[id_], tries=2))
    assert page_of(connection, id_) == PageTry(article_id=id_, tries=2)


def test_what_breaks_off_writes_nothing(connection: Connection) -> None:
    def killed() -> None:
        with of_fleuve(connection, *KEYS) as known:
            known.add(an_entry(key=KEYS[0]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert articles_by_key(connection, KEYS) == {}


def test_forty_things_take_as_many_statements_as_one(connection: Connection) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    filled(connection, KEYS[0])
    one = len(asked)
    filled(connection, *KEYS[1:])
    assert len(asked) - one <= one
