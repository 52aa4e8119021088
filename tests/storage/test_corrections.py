"""What editors showed of themes, in the database."""

from datetime import datetime, timedelta

import pytest

from digest.model.correction import Correction
from digest.storage import corrections, issues
from subscribers.database import Database
from tests.builders import NOON, an_entry, an_issue
from tests.stored import add_article

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as connection:
        for number in (1, 2):
            add_article(connection, an_entry(key=f"key {number}"), now=NOON)
            issues.insert(
                connection,
                newsletter="hebdo-sahel",
                slot=NOON + timedelta(weeks=number),
                content=an_issue().content,
                now=NOON,
            )
    return database


def said(weight: float, *, article: int = 1, at: datetime = NOON) -> Correction:
    """Give what was said of an article and one theme; below 0 it is not of it."""
    return Correction(
        article_id=article, theme="diplomacy", belongs=weight > 0, weight=abs(weight), at=at
    )


def test_the_latest_word_on_an_article_and_a_theme_counts(filled: Database) -> None:
    with filled.write() as connection:
        corrections.put_of_issue(connection, 1, [said(0.5), said(1.0, article=2)])
        corrections.teach(connection, said(-1.0, at=LATER))
        assert corrections.corrections(connection) == [
            said(-1.0, at=LATER),
            said(1.0, article=2),
        ]


def test_the_latest_word_is_that_of_the_latest_moment_whenever_it_was_written(
    filled: Database,
) -> None:
    with filled.write() as connection:
        corrections.teach(connection, said(-1.0, at=LATER))
        corrections.put_of_issue(connection, 1, [said(0.5)])
        assert corrections.corrections(connection) == [said(-1.0, at=LATER)]


def test_what_an_issue_no_longer_shows_is_undone_and_earlier_words_count_again(
    filled: Database,
) -> None:
    with filled.write() as connection:
        corrections.put_of_issue(connection, 1, [said(0.5)])
        corrections.put_of_issue(connection, 2, [said(-0.3, at=LATER)])
        assert corrections.corrections(connection) == [said(-0.3, at=LATER)]
        corrections.put_of_issue(connection, 2, [])
        assert corrections.corrections(connection) == [said(0.5)]


def test_what_an_issue_shows_as_before_keeps_its_moment(filled: Database) -> None:
    with filled.write() as connection:
        corrections.put_of_issue(connection, 1, [said(0.5)])
        corrections.put_of_issue(connection, 1, [said(0.5, at=LATER)])
        assert corrections.corrections(connection) == [said(0.5)]
        corrections.put_of_issue(connection, 1, [said(0.2, at=LATER)])
        assert corrections.corrections(connection) == [said(0.2, at=LATER)]


def test_what_a_person_says_again_takes_the_place_of_what_they_said(filled: Database) -> None:
    with filled.write() as connection:
        corrections.teach(connection, said(1.0))
        corrections.teach(connection, said(-1.0))  # in the same moment
        assert corrections.corrections(connection) == [said(-1.0)]


def test_an_article_that_is_not_there_is_left_out(filled: Database) -> None:
    with filled.write() as connection:
        corrections.put_of_issue(connection, 1, [said(1.0, article=77), said(1.0)])
        assert corrections.corrections(connection) == [said(1.0)]
