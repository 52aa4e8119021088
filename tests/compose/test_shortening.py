"""Texts cut at a sentence's end, else between words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.shortening import excerpt, headline

TEXT = "Le Mali rappelle son ambassadeur. Paris répond ! Et ensuite ? Personne ne le dit."


@pytest.mark.parametrize(
    ("limit", "kept"),
    [
        (200, TEXT),
        (len(TEXT), TEXT),
        (70, "Le Mali rappelle son ambassadeur. Paris répond ! Et ensuite ?"),
        (40, "Le Mali rappelle son ambassadeur."),
        (20, "Le Mali rappelle…"),
        (0, ""),
    ],
)
def test_an_excerpt_ends_where_a_sentence_does(limit: int, kept: str) -> None:
    assert excerpt(TEXT, limit) == kept


def test_an_abbreviation_ends_no_sentence() -> None:
    assert (
        excerpt("Selon M. Diallo, rien ne change. Voilà tout ce qu'il dit.", 20)
        == "Selon M. Diallo…"
    )


def test_a_quotation_ends_after_its_mark() -> None:
    text = "« Nous restons. » Puis il part sans un mot de plus."
    assert excerpt(text, 20) == "« Nous restons. »"


@given(st.text(max_size=200), st.integers(min_value=0, max_value=120))
def test_nothing_is_ever_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(excerpt(text, limit)) <= limit
    assert len(headline(text, limit)) <= limit


def test_a_subject_keeps_whole_words() -> None:
    assert headline("Mali : quinze soldats tués près de Tessit", 25) == "Mali : quinze soldats…"
    assert headline("x" * 90, 70) == "x" * 69 + "…"
