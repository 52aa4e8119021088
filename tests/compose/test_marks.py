"""What stands beside a summary that is not the source's own."""

import pytest

from digest.compose.document import document
from tests.builders import a_brief
from tests.compose.desk import THEMES, a_newsletter, an_issue_of, rendered

MACHINE = a_brief(machine_written=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "Résumé rédigé par une machine"), ("en", "Summary written by a machine")],
)
def test_a_machines_summary_says_so_in_the_readers_language(language: str, words: str) -> None:
    edition = rendered(an_issue_of(MACHINE), language=language)
    for part in (edition.html, edition.text):
        assert part.count(words) == 1
    assert words not in rendered(an_issue_of(a_brief()), language=language).text


def test_another_publishers_words_are_said_to_be_theirs() -> None:
    edition = rendered(an_issue_of(a_brief(summary_source="RFI & Cie")))
    assert "Résumé tiré de RFI & Cie" in edition.text
    assert "Résumé tiré de RFI &amp; Cie" in edition.html


def test_no_summary_has_no_mark() -> None:
    brief = a_brief(machine_written=True, summary_source="RFI", summary="")
    assert "Résumé" not in rendered(an_issue_of(brief)).text


def test_an_editor_sees_it_in_the_document() -> None:
    shown = document(an_issue_of(MACHINE), a_newsletter(), THEMES)
    assert "# La Presse · 25 nov. · https://presse.example/bamako · Résumé rédigé" in shown
