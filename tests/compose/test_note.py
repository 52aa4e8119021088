"""What a mail to one reader says: in both languages, typeset, the same in HTML and in text."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.compose import note
from digest.compose.brand import read_brand
from digest.compose.note import Facts, Note
from digest.compose.render import render_note
from digest.model.issue import RenderedEdition
from digest.model.notice import NoticeKind
from digest.schedule.values import Sender, Site
from tests.compose.desk import TEMPLATES

KINDS = [kind for kind in NoticeKind if kind is not NoticeKind.SIGN_UP]
BRAND = read_brand(TEMPLATES / "brand.yaml")
SITE = Site(
    url="https://digest.example",
    organisation="Les Amis <du Sahel>",
    postal_address="1 rue de la Paix\n75002 Paris",
    sender=Sender(name="Hebdo", address="hebdo@example.org"),
)
FACTS = Facts(
    address="awa&co@readers.example",
    newsletter='L\'hebdo "Sahel" <gratuit>',
    link="https://digest.example/c/token",
    unsubscribe="https://digest.example/u/token",
    days=7,
    next_at=datetime(2026, 11, 27, 5, 53, tzinfo=UTC),
    timezone="Europe/Paris",
)


def written(kind: NoticeKind, language: str, facts: Facts = FACTS) -> Note:
    return note.write(kind, language, facts, SITE, BRAND)


def rendered(kind: NoticeKind, language: str, facts: Facts = FACTS) -> RenderedEdition:
    return render_note(written(kind, language, facts), BRAND, TEMPLATES)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_both_twins_lead_where_the_button_does_and_have_no_residue(
    kind: NoticeKind, language: str
) -> None:
    mail = rendered(kind, language)
    for twin in (mail.html, mail.text):
        assert FACTS.link in twin
        assert "75002 Paris" in twin
        assert not re.search(r"%\(|%%|\{\{|\{%|\\u\{|None", twin)
    assert mail.html.count(f'href="{FACTS.link}"') == 2
    assert "awa&co@readers.example" in mail.text.replace("\n", " ")
    assert "awa&amp;co@readers.example" in mail.html
    assert "<gratuit>" not in mail.html
    assert "<du Sahel>" not in mail.html
    assert f'lang="{language}"' in mail.html


@pytest.mark.parametrize("kind", KINDS)
def test_languages_differ_and_french_is_typeset(kind: NoticeKind) -> None:
    french, english = written(kind, "fr"), written(kind, "en")
    assert french.subject != english.subject
    assert not re.search(r"\w[!?;:](\s|$)|\w'\w", " ".join((*french.lines, *french.after)))


def test_only_who_reads_something_can_leave_it() -> None:
    nobody = replace(FACTS, unsubscribe="")
    assert "Se désabonner" in rendered(NoticeKind.WELCOME, "fr").text
    assert "Se désabonner" not in rendered(NoticeKind.CONFIRM, "fr", nobody).text
    assert "/u/" not in rendered(NoticeKind.CONFIRM, "fr", nobody).html


def test_a_date_that_is_not_known_is_not_told() -> None:
    assert "vendredi 27\u00a0novembre 2026" in rendered(NoticeKind.WELCOME, "fr").text
    unknown = rendered(NoticeKind.WELCOME, "fr", replace(FACTS, next_at=None))
    assert "prochain" not in unknown.text


def test_a_newsletters_name_cannot_become_a_token() -> None:
    mail = rendered(NoticeKind.CONFIRM, "en", replace(FACTS, newsletter="%%NAME%% {{ x }}"))
    assert "%%NAME%%" not in mail.subject + mail.html + mail.text


def test_no_line_break_can_stand_in_a_subject() -> None:
    mail = written(NoticeKind.CONFIRM, "en", replace(FACTS, newsletter="A\r\nBcc: x@example.org"))
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
