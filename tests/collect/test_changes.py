"""New, changed or the same."""

from datetime import timedelta

import pytest

from digest.collect.changes import Change, claim, decide, is_same_piece, needs_reading
from digest.model.article import Mark, Precision
from digest.model.source import Sighting
from tests.builders import NOON, an_article, an_entry, published

HOUR = timedelta(hours=1)
TITLE, PARTIAL = frozenset({Mark.TITLE_ONLY}), frozenset({Mark.PARTIAL})


def test_what_was_never_seen_is_new() -> None:
    assert decide(an_entry(), None, speaks=True) is Change.NEW


def test_the_same_text_is_the_same() -> None:
    assert decide(an_entry(), an_article(), speaks=True) is Change.SAME


@pytest.mark.parametrize("field", ["title", "description", "body", "author", "role"])
def test_another_text_is_a_change(field: str) -> None:
    assert decide(an_entry(**{field: "autre"}), an_article(), speaks=True) is Change.CHANGED


def test_another_source_does_not_change_an_article() -> None:
    assert decide(an_entry(source="autre", body="autre"), an_article(), speaks=False) is Change.SAME


def test_of_several_entries_the_fullest_speaks_then_the_first_source_then_the_latest() -> None:
    later = published(NOON + HOUR)
    unsure = published(NOON + HOUR, Precision.FIRST_SEEN)
    ranked = [
        claim(an_entry(marks=TITLE), place=0, key="z"),
        claim(an_entry(marks=PARTIAL), place=0, key="z"),
        claim(an_entry(published=later), place=1, key="z"),
        claim(an_entry(published=unsure), place=0, key="z"),
        claim(an_entry(), place=0, key="a"),
        claim(an_entry(), place=0, key="b"),
        claim(an_entry(published=later), place=0, key="a"),
    ]
    assert sorted(ranked) == ranked


def test_only_what_differs_as_received_is_read() -> None:
    known = Sighting(key="k", article_id=1, fingerprint="a", first_seen_at=NOON)
    assert needs_reading(None, "a")
    assert needs_reading(known, "b")
    assert not needs_reading(known, "a")


LONG = " ".join(f"mot{number}" for number in range(60))


@pytest.mark.parametrize(
    ("title", "body", "same"),
    [
        ("Titre", LONG, True),
        ("TITRE !", LONG[:200] + " et une fin nouvelle", True),
        ("Autre titre", LONG + " un ajout", True),
        ("Autre titre", "tout autre chose que l'on raconte ici", False),
        ("Titre", "la revue de la semaine suivante, tout à fait autre", False),
    ],
)
def test_an_edited_text_is_told_from_another_one(title: str, body: str, same: bool) -> None:
    assert (
        is_same_piece(an_entry(title="Titre", body=LONG), an_entry(title=title, body=body)) is same
    )
