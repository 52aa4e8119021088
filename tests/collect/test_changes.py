"""New, changed or the same."""

import pytest

from digest.collect.changes import Change, decide, is_same_piece, needs_reading
from digest.model.source import Sighting
from tests.builders import NOON, an_article, an_entry


def test_what_was_never_seen_is_new() -> None:
    assert decide(an_entry(), None) is Change.NEW


def test_the_same_text_is_the_same() -> None:
    assert decide(an_entry(), an_article()) is Change.SAME


@pytest.mark.parametrize("field", ["title", "description", "body", "author", "role"])
def test_another_text_is_a_change(field: str) -> None:
    assert decide(an_entry(**{field: "autre"}), an_article()) is Change.CHANGED


def test_another_source_does_not_change_an_article() -> None:
    assert decide(an_entry(source="autre", body="autre"), an_article()) is Change.SAME


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
