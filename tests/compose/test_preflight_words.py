"""Preflight of an issue's own words: each check finds what is wrong, and lets be what is right."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.checks import check_issue
from digest.compose.preflight.finding import Code, Finding, Severity
from digest.compose.preflight.names import Names, distance, misses
from digest.compose.told import Told, told_by
from digest.model.issue import Issue, Section
from tests.builders import a_brief, an_issue
from tests.compose.desk import an_issue_of, some_briefs

ALIASES = (
    ("JNIM", "GSIM", "Groupe de soutien à l'islam et aux musulmans"),
    ("AES", "Alliance des États du Sahel"),
    ("Front de libération de l'Azawad", "Azawad Liberation Front"),
    ("Burkina Faso", "Burkina"),
    ("Tombouctou", "Timbuktu"),
    ("CEDEAO", "ECOWAS"),
)
GOOD: dict[str, Any] = {
    "subject": "Blocus du carburant : un convoi atteint Bamako",
    "preheader": "Le Burkina ferme sa frontière · Tombouctou attend des vivres",
}


def found(issue: Issue, *, told: Told | None = None) -> list[Finding]:
    findings = check_issue(issue, "fr", aliases=ALIASES, told=told or Told())
    return [one for one in findings if one.code != Code.TYPOGRAPHY]  # test_proofreading.py


def an_issue_with(**changes: Any) -> Issue:
    return an_issue_of(*some_briefs(2), **GOOD | changes)


def a_story_with(**changes: Any) -> Issue:
    return an_issue_of(a_brief(**changes), **GOOD)


def codes(issue: Issue, **how: Any) -> list[tuple[str, str]]:
    return [(one.code, one.severity.value) for one in found(issue, **how)]


def test_good_words_have_nothing_to_say() -> None:
    assert found(an_issue_with()) == []


@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({"subject": " "}, "subject-empty", "error"),
        ({"subject": "un mot " * 10}, None, ""),
        ({"subject": "un mot " * 11}, "subject-long", "warning"),
        ({"subject": "un mot " * 30}, "subject-long", "error"),
        ({"subject": "BAMAKO SOUS BLOCUS"}, "subject-shouts", "warning"),
        ({"subject": "GSIM, AES, ONU"}, None, ""),
        ({"subject": "La CEDEAO lève ses sanctions"}, None, ""),
        ({"subject": "Urgent !!"}, "subject-shouts", "warning"),
        ({"subject": "Urgent\u202f!\u202f!"}, "subject-shouts", "warning"),
        ({"subject": "Vraiment ?!"}, "subject-shouts", "warning"),
        ({"subject": "Urgent\u202f!"}, None, ""),
        ({"preheader": ""}, "preheader-empty", "warning"),
        ({"preheader": "x" * 39}, "preheader-length", "warning"),
        ({"preheader": "x" * 40}, None, ""),
        ({"preheader": "x" * 130}, None, ""),
        ({"preheader": "x" * 131}, "preheader-length", "warning"),
        (
            {"preheader": "blocus du carburant, un convoi atteint BAMAKO."},
            "preheader-repeats",
            "warning",
        ),
        ({"sections": ()}, "issue-empty", "error"),
        ({"introduction": "Lorem ipsum dolor sit amet"}, "residue-words", "error"),
        ({"introduction": "TODO: à écrire"}, "residue-words", "warning"),
        ({"introduction": "XXX morts"}, "residue-words", "warning"),
        ({"introduction": "Bonjour {{ name }}"}, "residue-words", "warning"),
        ({"introduction": "Bonjour %%NAME%%"}, "residue-words", "warning"),
        ({"introduction": "Une {% if %}"}, "residue-words", "warning"),
        ({"introduction": "Un \\u{a0}"}, "residue-words", "warning"),
        ({"introduction": "La sÃ©curitÃ© au Sahel"}, "residue-words", "warning"),
        ({"introduction": "La s\ufffdcurité"}, "residue-words", "warning"),
        ({"introduction": "À todo vapor, 100 % des « voix » : l’État — 50%"}, None, ""),
    ],
)
def test_an_issues_words(changes: dict[str, Any], code: str | None, severity: str) -> None:
    assert codes(an_issue_with(**changes)) == ([(code, severity)] if code else [])


@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({"headline": " "}, "headline-empty", "error"),
        ({"headline": "mot " * 41}, "headline-long", "warning"),
        ({"summary": ""}, "summary-empty", "warning"),
        ({"summary": "lorem IPSUM"}, "residue-words", "error"),
        ({"headline": "Le GISM frappe"}, "name-odd", "warning"),
        ({"summary": "Au Sahél, rien."}, "name-odd", "warning"),
        ({"news": "Tombuctou coupée"}, "name-odd", "warning"),
    ],
)
def test_a_storys_words_are_told_with_its_id(
    changes: dict[str, Any], code: str, severity: str
) -> None:
    (one,) = found(a_story_with(**changes))
    assert (one.code, one.severity, one.story_id) == (code, severity, 1)
    assert one.where.startswith("story 1")
    assert one.cure


def test_a_section_without_a_story_is_left_out_of_the_mail() -> None:
    issue = an_issue_with()
    empty = Section(theme="diplomacy", title="D", briefs=())
    content = replace(issue.content, sections=(*issue.content.sections, empty))
    assert codes(replace(issue, content=content)) == [("section-empty", "warning")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Le GSIM et le JNIM à Tombouctou, au Burkina Faso", []),
        ("Des Burkinabè et des Burkinais du SAHEL, à TOMBOUCTOU", []),
        ("Les Etats du Sahel, la Cédéao, la Cedeao, le journal Libération", []),
        ("Ramené, Malien, Sable, Sahelien, tombola", []),
        ("Le Sahél", [("Sahél", "Sahel")]),
        ("Sahe\u0301l", [("Sahél", "Sahel")]),
        ("le GISM", [("GISM", "GSIM")]),
        ("à Tombuctou et Tomboucto", [("Tombuctou", "Tombouctou"), ("Tomboucto", "Tombouctou")]),
        ("à tombouctou", [("tombouctou", "Tombouctou")]),
        ("le Burkna", [("Burkna", "Burkina")]),
        ("la CEDAO", [("CEDAO", "CEDEAO")]),
    ],
)
def test_names_that_miss_an_alias_are_told_with_it(text: str, said: list[Any]) -> None:
    assert list(misses(text, Names(ALIASES))) == said


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("", "", 0), ("gsim", "gism", 1), ("abc", "abd", 1), ("abc", "ac", 1), ("abc", "xyz", 3)],
)
def test_steps_between_words(one: str, other: str, steps: int) -> None:
    assert distance(one, other) == distance(other, one) == steps


def test_a_story_of_which_readers_had_everything_is_told_with_its_issue() -> None:
    sent = an_issue(number=11)
    repeated = a_story_with(article_ids=(1,))
    (one,) = found(repeated, told=told_by([sent]))
    assert (one.code, one.what) == ("story-sent", "readers had all of it in n° 11")
    assert found(a_story_with(article_ids=(1, 2)), told=told_by([sent])) == []


def test_a_story_or_link_stands_once() -> None:
    first, second = some_briefs(2)
    assert codes(an_issue_of(first, first, **GOOD)) == [("story-twice", "error")]
    (one,) = found(an_issue_of(first, replace(second, url=f"{first.url}/#suite"), **GOOD))
    assert (one.code, one.where) == ("link-twice", "stories 1, 2")


WORDS = st.text(max_size=80) | st.sampled_from(["{{", "%%X%%", "Sahél", "!!", "\ud800", "\x00"])


@given(WORDS, WORDS, WORDS, st.lists(st.lists(WORDS, max_size=3), max_size=3))
def test_no_words_at_all_break_a_check(
    subject: str, text: str, url: str, aliases: Sequence[Sequence[str]]
) -> None:
    brief = a_brief(headline=text, summary=text, news=text, follows=text, url=url, image_url=url)
    issue = an_issue_of(brief, brief, subject=subject, preheader=subject, introduction=text)
    for one in check_issue(issue, "fr", aliases=aliases, told=told_by([issue])):
        assert one.code in set(Code)
        assert one.severity in set(Severity)
