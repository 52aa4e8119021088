"""Slips that typesetting can't mend: named for the editor, with where they stand."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.preflight.finding import errors
from digest.compose.preflight.spelling import slips
from digest.compose.typography.lint import lint
from digest.model.issue import Appointment
from tests.builders import a_brief
from tests.compose.desk import SITE, an_issue_of, look, rendered


@pytest.mark.parametrize(
    ("text", "language", "found", "why"),
    [
        ('Il dit "non', "fr", '"', "quotation marks don't pair"),
        ("« Non", "fr", "«", "quotation marks don't pair"),
        ('“No" he said', "en", "“", "quotation marks don't pair"),
        ("Le bilan (12 morts", "fr", "(", "a bracket has no other"),
        ("Le bilan 12] morts", "fr", "]", "a bracket has no other"),
        ("deux  mots", "fr", "  ", "spaces are doubled"),
        ("Le le président", "fr", "Le le", "a word is doubled"),
        ("in the the house", "en", "the the", "a word is doubled"),
        ("Non !!", "fr", "!!", "the sign is doubled"),
        ("oui,, non", "fr", ",,", "the sign is doubled"),
        ("Fin..", "fr", "..", "the sign is doubled"),
        ("Fin.....", "en", ".....", "the sign is doubled"),
        ("oui,non", "fr", ",", "a comma without a space"),
        ("oui , non", "fr", " ,", "a space before a comma"),
        ("A Bamako la junte", "fr", "A", "the accent is missing"),
        ("Economie : rien", "fr", "Economie", "the accent is missing"),
        ("la 'guerre' des ondes", "fr", "'", "a straight quote that could be either"),
        ("'Kill the beast", "en", "'", "a straight quote that could be either"),
        ("Why ?", "en", " ?", "a space before punctuation"),
        ("L\u2019\u00c3\u00a9t\u00e9", "fr", "\u00c3\u00a9", "a wrong decoding left this"),
        ("l\u00e2\u20ac\u2122arm\u00e9e", "fr", "\u00e2\u20ac\u2122", "a wrong decoding left this"),
        (r"deux\u{a0}mots", "fr", r"\u{a0}", "a program's way to write a character"),
        ("Tom &amp; Jerry", "en", "&amp;", "a mark of HTML is left"),
        ("Tom &#39; Jerry", "ar", "&#39;", "a mark of HTML is left"),
        ("un <b>mot</b>", "fr", "<b>", "a tag of HTML is left"),
    ],
)
def test_a_slip_is_named(text: str, language: str, found: str, why: str) -> None:
    assert (found, why) in [(slip.found, slip.why) for slip in lint(text, language)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le Mali : « Nous y sommes », dit l'État... Quoi ?!", "fr"),
        ("Score (98-61), 1) un 2) deux, nous nous levons, Bora Bora", "fr"),
        ("1,5 % en 2020-2025, etc. Voir https://a.example/a,b?c='x !", "fr"),
        ("À Bamako, l'\"opération\" de l'armée", "fr"),
        ("\"No\", said the ministers' aide; he had had 6' of it.", "en"),
        ("The U.S. army, that that, AT&T; 5::6", "en"),
        ("عاجل: قصف", "ar"),
    ],
)
def test_sound_text_has_no_slip(text: str, language: str) -> None:
    assert lint(text, language) == ()


@pytest.mark.parametrize(
    ("text", "whys"),
    [
        ("Le Mali vote.", ["a headline ends without a full stop"]),
        ("LE MALI VOTE DIMANCHE", ["the headline shouts"]),
        ("Le Mali vote…", []),
        ("Riz, mil, etc.", []),
        ("The U.S.", []),
        ("ONU : CEDEAO", []),
    ],
)
def test_a_headline_neither_shouts_nor_ends_with_a_full_stop(text: str, whys: list[str]) -> None:
    assert [slip.why for slip in lint(text, "fr", headline=True)] == whys
    assert lint(text, "fr") == ()


@given(st.text(), st.sampled_from(["fr", "en", "ar"]))
def test_any_text_can_be_proofread(text: str, language: str) -> None:
    for slip in lint(text, language, headline=True):
        assert slip.found
        assert slip.proposal


def test_the_preflight_warns_of_a_slip_with_its_story_and_field() -> None:
    brief = replace(a_brief(), headline="Le le Mali vote.", summary='Il dit "non.', language="fr")
    issue = an_issue_of(brief)
    listed = look(issue, rendered(issue), SITE, site_url="https://l.example", mails=True)
    said = [str(finding) for finding in listed]
    where = f"warning: story {brief.story_id}"
    assert (
        f"{where}, headline: a word is doubled: 'Le le' in 'Le le Mali vote.': write 'Le' once"
        in said
    )
    assert any(line.startswith(f"{where}, headline: a headline ends without") for line in said)
    assert any(line.startswith(f"{where}, summary: quotation marks don't pair") for line in said)
    assert errors(listed) == []


def test_the_words_of_the_issue_itself_are_read_too_and_none_twice() -> None:
    content = an_issue_of(replace(a_brief(), headline="Un un mot", language="fr")).content
    content = replace(content, subject="Un un mot", preheader="oui,non", introduction="a  b")
    assert [slip.where for slip in slips(content, "fr")] == [
        "preheader",
        "introduction",
        f"story {content.sections[0].briefs[0].story_id}, headline",
    ]


def test_agenda_and_essentials_are_read_too() -> None:
    brief = a_brief(essential="Un un mot", language="fr")
    content = an_issue_of(brief, a_brief(story_id=2, essential=a_brief().headline)).content
    content = replace(content, agenda=(Appointment(day=date(2026, 12, 3), text="oui,non"),))
    found = [(slip.where, slip.story_id) for slip in slips(content, "fr")]
    assert found == [("agenda", None), (f"story {brief.story_id}, essential", brief.story_id)]
