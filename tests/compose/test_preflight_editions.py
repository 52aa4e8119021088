"""Preflight of what readers get: size, residue, duties, parity and form of an edition."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.anatomy import dissect
from digest.compose.checks import check_edition
from digest.compose.preflight.duties import one_click
from digest.compose.preflight.finding import Code, Finding, in_order, note, warning
from digest.compose.preflight.form import legible
from digest.compose.preflight.parity import ENOUGH, parity
from digest.compose.preflight.size import CLIP, room, size
from digest.model.issue import RenderedEdition
from tests.compose.desk import BRAND, SITE, an_issue_of, rendered, some_briefs

ISSUE = an_issue_of(*some_briefs(19, summary="Une phrase entière. " * 15))
EDITION = rendered(ISSUE)
URL = "https://lettre.example"


def found(**changes: Any) -> list[Finding]:
    return check_edition(ISSUE.content, replace(EDITION, **changes), SITE, site_url=URL)


def codes(**changes: Any) -> list[tuple[str, str]]:
    return [(one.code, one.severity.value) for one in found(**changes)]


def test_a_good_edition_has_nothing_to_say() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("old", "new", "code", "severity"),
    [
        ("</h1>", "</h1><p>Lorem Ipsum</p>", "residue", "warning"),
        ("</h1>", "</h1><p>TODO</p>", "residue", "warning"),
        ("</h1>", "</h1>{{ x }}", "residue", "error"),
        ("%%UNSUBSCRIBE_URL%%", "https://x.example/u", "unsubscribe-absent", "error"),
        ("12 rue des Acacias", "", "address-absent", "error"),
        ("https://presse.example/19", "http://192.168.1.1/", "link-inside", "error"),
        ("https://presse.example/19", "http://localhost/", "link-inside", "error"),
        ("https://presse.example/19", "ftp://presse.example/", "link-broken", "error"),
        ("<h1", '<img src="https://a.example/i" alt=" "><h1', "image-alt", "warning"),
        ("<h1", '<img src="https://a.example/i" alt="x"><h1', None, ""),
        ("<h1", "<table></table><h1", "html-form", "error"),
        ("<h1", "<table><tr><th></th></tr></table><h1", None, ""),
        ("<h1", "<table><tr><th><table></table></th></tr></table><h1", "html-form", "error"),
        ("<h1", "<table><tr><td><table><th></table></td></tr></table><h1", "html-form", "error"),
        ("</h1>", '</h1><a href="#">x</a>', "link-broken", "error"),
        ("</h1>", f"</h1><p>{'autre ' * 250}</p>", "text-lacks", "warning"),
        ("</h1>", f'</h1><p style="display: none">{"autre " * 250}</p>', None, ""),
    ],
)
def test_a_broken_edition(old: str, new: str, code: str | None, severity: str) -> None:
    assert old in EDITION.html
    said = codes(html=EDITION.html.replace(old, new), text=EDITION.text.replace(old, new))
    assert ((code, severity) in said) if code else said == []


@pytest.mark.parametrize("link", ["mailto:lettre@presse.example", "tel:+22320000000", "#top"])
def test_a_letter_a_call_and_a_place_in_the_mail_are_links_too(link: str) -> None:
    page = EDITION.html.replace("<h1", '<h1 id="top"', 1)
    assert codes(html=page.replace("</h1>", f'</h1><a href="{link}">Haut</a>')) == []


def test_the_text_has_nearly_all_words_of_the_html() -> None:
    lines = EDITION.text.replace("Une phrase entière.", "")
    (one,) = parity(dissect(EDITION.html), replace(EDITION, text=lines))
    assert one.code == "text-lacks"
    assert f"{ENOUGH:.0%}" > one.what.split()[2]


def grown(stories: int, kilobytes: int) -> RenderedEdition:
    """An edition whose stories have this weight together, its frame 2 kB."""
    each = "x" * (kilobytes * 1000 // stories - len("<h3></h3>"))
    return replace(EDITION, html=f"{'f' * 2000}{f'<h3>{each}</h3>' * stories}")


@pytest.mark.parametrize(
    ("kilobytes", "code", "fit"),
    [(80, None, 20), (91, "size-near", 20), (150, "size-clipped", 13), (300, "size-clipped", 6)],
)
def test_what_gmail_hides_is_told_with_the_stories_that_fit(
    kilobytes: int, code: str | None, fit: int
) -> None:
    edition = grown(20, kilobytes)
    assert [one.code for one in size(edition, URL)] == ([code] if code else [])
    assert f"{fit} of 20 stories fit" in room(edition, URL).what


def test_readers_own_words_count_for_the_size() -> None:
    bare = replace(EDITION, html="x" * (CLIP - 900))
    links = "%%UNSUBSCRIBE_URL%%" * 9
    assert [one.code for one in size(bare, URL)] == ["size-near"]
    filled = replace(bare, html=f"{bare.html}{links}")
    assert len(filled.html) < CLIP
    assert [one.code for one in size(filled, URL)] == ["size-clipped"]


@pytest.mark.parametrize(
    ("header", "value", "wrong"),
    [
        ("List-Unsubscribe", "<https://lettre.example/u/x>", 0),
        ("List-Unsubscribe", "", 1),
        ("List-Unsubscribe", "</u/x>", 1),
        ("List-Unsubscribe", "<https://a.example/>, <https://b.example/>", 1),
        ("List-Unsubscribe-Post", "", 1),
    ],
)
def test_the_one_click_way_out_stands_in_the_headers(header: str, value: str, wrong: int) -> None:
    good = {
        "List-Unsubscribe": "<https://lettre.example/u/x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert len(list(one_click(good | {header: value}))) == wrong


def test_the_brands_contrast_is_told() -> None:
    assert "by 5.9 or more" in legible(BRAND).what


def test_what_two_editions_share_is_said_once_and_the_worst_first() -> None:
    mild = warning(Code.SPF, "a", "b", "c")
    assert in_order([note(Code.SPF, "a", "b", "c"), mild, mild])[0] == mild
    assert len(in_order([mild, mild])) == 1


@given(st.text(), st.text(), st.text())
def test_no_edition_at_all_breaks_a_check(html: str, text: str, subject: str) -> None:
    for page in (html, f"{EDITION.html}{html}", f"<div style='display:none'>{html}<h3><h3>"):
        assert isinstance(found(html=page, text=text, subject=subject), list)
