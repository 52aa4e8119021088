"""Articles in the database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from digest.errors import NotFoundError
from digest.model.article import Mark, Precision, Published
from digest.storage.articles import (
    article,
    articles,
    articles_by_key,
    languages,
    newest,
    published_since,
    update_article,
    versions,
)
from subscribers.database import Database
from tests.builders import NOON, an_entry, published
from tests.stored import add_article

LATER = NOON + timedelta(hours=1)


def test_an_article_comes_back_as_it_was_stored(database: Database) -> None:
    entry = an_entry(
        publisher="Le Fleuve",
        author="Awa Diallo",
        role="Correspondante",
        published=Published(at=NOON, precision=Precision.DAY, raw="hier", doubt="peut-être"),
        marks=frozenset({Mark.PARTIAL, Mark.REDIRECT}),
        image_url="https://x.example/a.jpg",
        image_alt="Un pont",
    )
    with database.write() as connection:
        first = add_article(connection, entry, now=LATER)
    with database.read() as connection:
        stored = article(connection, first)
    assert (stored.first_seen_at, stored.updated_at) == (LATER, LATER)
    for name, value in vars(entry).items():
        assert getattr(stored, name) == value


def test_articles_are_asked_for_by_id_and_by_key(database: Database) -> None:
    with database.write() as connection:
        ids = [
            add_article(connection, an_entry(key=f"https://x.example/{n}"), now=NOON)
            for n in range(3)
        ]
        assert list(articles(connection, [ids[2], 99, ids[0], ids[2]])) == [ids[0], ids[2]]
        assert articles(connection, []) == {}
        keys = [f"https://x.example/{n}" for n in (1, 9)]
        found = articles_by_key(connection, keys)
        assert {key: one.id for key, one in found.items()} == {keys[0]: ids[1]}


def test_an_unknown_article_is_not_found(database: Database) -> None:
    with database.read() as connection, pytest.raises(NotFoundError, match="no article 7"):
        article(connection, 7)


def test_articles_since_a_moment_come_in_order_of_id(database: Database) -> None:
    with database.write() as connection:
        for number, hours in enumerate((3, 0, -1, 2)):
            at = NOON + timedelta(hours=hours)
            entry = an_entry(key=f"https://x.example/{number}", published=published(at))
            add_article(connection, entry, now=LATER)
        assert [one.id for one in published_since(connection, NOON)] == [1, 2, 4]


def test_a_changed_article_keeps_its_former_texts(database: Database) -> None:
    original = an_entry()
    second = replace(original, title="Un autre titre", body="Un autre texte.", source="ailleurs")
    with database.write() as connection:
        first = add_article(connection, original, now=NOON)
        update_article(connection, first, second, now=LATER)
        update_article(connection, first, replace(second, body="Un troisième."), now=LATER)
        stored, former = article(connection, first), versions(connection, first)
    assert (stored.title, stored.body) == ("Un autre titre", "Un troisième.")
    assert (stored.key, stored.source) == (original.key, "ailleurs")
    assert (stored.first_seen_at, stored.updated_at) == (NOON, LATER)
    assert [version.body for version in former] == [original.body, "Un autre texte."]
    assert former[0].replaced_at == LATER


def test_one_key_is_one_article(database: Database) -> None:
    with database.read() as connection:
        add_article(connection, an_entry(), now=NOON)
        with pytest.raises(IntegrityError):
            add_article(connection, an_entry(), now=NOON)


def test_many_ids_are_asked_for_in_parts(database: Database) -> None:
    with database.write() as connection:
        for number in range(1_200):
            add_article(connection, an_entry(key=f"https://x.example/{number}"), now=NOON)
        assert len(articles(connection, range(1, 5_000))) == 1_200


def test_the_newest_articles_of_a_language_are_found_in_order_of_id(database: Database) -> None:
    with database.write() as connection:
        for number, (language, hours) in enumerate([("fr", 3), ("fr", 1), ("en", 9), ("fr", 2)]):
            at = published(NOON + timedelta(hours=hours))
            entry = an_entry(key=f"k{number}", language=language, published=at)
            add_article(connection, entry, now=LATER)
    with database.read() as connection:
        assert [one.id for one in newest(connection, "fr", 2)] == [1, 4]
        assert [one.id for one in newest(connection, "fr", 9)] == [1, 2, 4]
        assert languages(connection) == {"en": 1, "fr": 3}
