"""The agenda: an editor writes it, readers see it by day, in order, in their language."""

from dataclasses import replace
from datetime import date

import pytest

from digest.compose.document import document
from digest.compose.edited import read_document
from digest.compose.layout import lay_out
from digest.errors import DocumentError
from digest.model.issue import Appointment, Issue, IssueContent
from tests.builders import a_brief
from tests.compose.desk import BRAND, SITE, THEMES, a_newsletter, an_issue_of, rendered

SUMMIT = Appointment(day=date(2026, 12, 3), text="Sommet : la CEDEAO à Abuja")
VOTE = Appointment(day=date(2026, 12, 1), text="Vote à New York")
COUNCIL = Appointment(day=date(2026, 12, 3), text="Conseil de sécurité")


def issue(*appointments: Appointment) -> Issue:
    plain = an_issue_of(a_brief())
    return replace(plain, content=replace(plain.content, agenda=appointments))


def edited(text: str, before: Issue) -> IssueContent:
    return read_document(text, before, THEMES, file="edit.yaml").content


def test_a_document_gives_back_the_agenda() -> None:
    before = issue(SUMMIT, VOTE)
    assert edited(document(before, a_newsletter(), THEMES), before) == before.content


def test_an_editor_writes_it_as_the_document_shows() -> None:
    before = issue()
    text = document(before, a_newsletter(), THEMES)
    example = "agenda:\n  - day: 2026-12-03\n    text: >-\n      Sommet : la CEDEAO à\n      Abuja"
    assert edited(text.replace("agenda:\n", f"{example}\n", 1), before).agenda == (SUMMIT,)


def test_a_document_without_one_leaves_it() -> None:
    before = issue(VOTE)
    text = document(before, a_newsletter(), THEMES)
    start, end = text.index("agenda:\n"), text.index("\nsections:")
    assert edited(text[:start] + text[end:], before).agenda == (VOTE,)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("- day: jeudi\n    text: Vote", "day must be a day like 2026-12-03, not 'jeudi'"),
        ("- day: 2026-02-30\n    text: Vote", "not '2026-02-30'"),
        ("- day: 2026-12-03", "text is empty"),
        ("- text: Vote", "day must be a day like 2026-12-03"),
        ("- Vote", "appointment must have the entries day, text"),
    ],
)
def test_what_is_no_appointment_is_named_with_its_line(line: str, problem: str) -> None:
    before = issue()
    text = document(before, a_newsletter(), THEMES)
    with pytest.raises(DocumentError) as refused:
        edited(text.replace("agenda:\n", f"agenda:\n  {line}\n", 1), before)
    assert problem in str(refused.value)
    assert refused.value.problems[0].line > 1


def test_readers_see_it_by_day_and_in_order() -> None:
    page = lay_out(issue(SUMMIT, VOTE, COUNCIL), a_newsletter(), SITE, BRAND)
    assert [(one.day, one.iso) for one in page.agenda] == [
        ("mardi 1er décembre", "2026-12-01"),
        ("jeudi 3 décembre", "2026-12-03"),
    ]
    assert page.agenda[1].lines == ("Sommet\u00a0: la CEDEAO à Abuja", "Conseil de sécurité")


def test_html_and_text_have_it_only_where_there_is_one() -> None:
    edition, without = rendered(issue(SUMMIT)), rendered(issue())
    assert ">L’agenda de la semaine</h2>" in edition.html
    assert "Conseil" not in edition.html
    assert "jeudi 3 décembre\n  Sommet\u00a0: la CEDEAO à Abuja" in edition.text
    assert "agenda" not in (without.html + without.text).lower()
