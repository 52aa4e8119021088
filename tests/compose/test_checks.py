"""Preflight: what keeps an issue from going, and what is only worth knowing."""

from dataclasses import replace

import pytest

from digest.compose.preflight.dates import doubtful_dates
from digest.compose.preflight.finding import Finding, errors
from digest.model.article import Precision, Published
from digest.model.issue import Issue, RenderedEdition, Section
from tests.builders import NOON, a_brief, an_article
from tests.compose.desk import SITE, an_issue_of, look, rendered, some_briefs

ISSUE = an_issue_of(*some_briefs(3))
EDITION = rendered(ISSUE)


def found(
    issue: Issue = ISSUE,
    edition: RenderedEdition = EDITION,
    *,
    site_url: str = "https://lettre.example",
    mails: bool = True,
) -> list[str]:
    return [str(f) for f in look(issue, edition, SITE, site_url=site_url, mails=mails)]


def test_a_good_issue_has_nothing_to_say() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</h1>", "{{ x }}</h1>", "error: edition fr, HTML: '{{' stands in it"),
        ("</h1>", "\\u{a0}</h1>", "stands in it"),
        ("%%ADDRESS_HTML%%", "%%ADRESSE%%", "nobody fills in %%ADRESSE%%"),
        ("%%ADDRESS_HTML%%", "%%ADDRESS%%", "nobody fills in %%ADDRESS%%"),
        ("%%UNSUBSCRIBE_URL%%", "https://x.example", "there is no way to unsubscribe"),
        ('href="https://presse.example/1"', 'href="#top"', "'#top' leads nowhere"),
        ('href="https://presse.example/1"', 'href=""', "'' leads nowhere"),
        (
            'href="https://presse.example/1"',
            'href="https://b.example/"',
            "is missing: correct issue.txt",
        ),
        ("Titre numéro 2", "Un titre qui manque", "'Un titre qui manque' is missing"),
        ("<h1", "<h1>x</h1><h1", "it has 2 h1"),
        ('lang="fr"', "", "it names no language"),
        ("<title>Sujet</title>", "<title> </title>", "it has no title"),
        ("<h1", '<img src="https://a.example/i.png"><h1', "1 images have no alt"),
        ("<h1", '<img src="http://a.example/i.png" alt=""><h1', "is not https"),
        ("<h1", "<table></table><h1", "lacks role=presentation"),
        ("</h1>", "x" * 102_000 + "</h1>", "Gmail hides what follows"),
    ],
)
def test_a_broken_edition_is_an_error(old: str, new: str, message: str) -> None:
    assert old in EDITION.html
    listed = found(edition=replace(EDITION, html=EDITION.html.replace(old, new)))
    assert any(message in line and line.startswith("error: ") for line in listed), listed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("%%UNSUBSCRIBE_URL%%", "", "text: there is no way to unsubscribe"),
        ("12 rue des Acacias", "", "the postal address is missing"),
        ("https://presse.example/2", "", "the link https://presse.example/2 is missing"),
        ("%%ADDRESS%%", "%%ADDRESS_HTML%%", "nobody fills in %%ADDRESS_HTML%%"),
    ],
)
def test_a_text_part_that_says_less_is_an_error(old: str, new: str, message: str) -> None:
    listed = found(edition=replace(EDITION, text=EDITION.text.replace(old, new)))
    assert any(message in line for line in listed), listed


def test_a_placeholder_of_the_html_kind_has_no_place_in_a_subject() -> None:
    assert found(edition=replace(EDITION, subject="%%NAME%%, bonjour")) == []
    assert (
        "nobody fills in %%NAME_HTML%%"
        in found(edition=replace(EDITION, subject="%%NAME_HTML%%"))[0]
    )


def test_an_issue_without_a_story_or_subject_can_not_go() -> None:
    issue = an_issue_of(subject=" ", sections=())
    listed = found(issue, rendered(issue))
    assert "error: subject: it is empty: write one" in listed
    assert "error: sections: no story is left: take some in, or cancel the issue" in listed


def test_what_is_only_worth_knowing_keeps_nothing_from_going() -> None:
    brief = a_brief(headline="mot dit " * 25, summary="", url="")
    issue = an_issue_of(brief, subject="s" * 91, preheader="")
    issue = replace(
        issue,
        content=replace(
            issue.content,
            sections=(*issue.content.sections, Section(theme="diplomacy", title="D", briefs=())),
        ),
    )
    findings = look(issue, rendered(issue), SITE, site_url="https://x.example", mails=True)
    assert errors(findings) == []
    assert {f.where for f in findings} == {"subject", "preheader", "story 1", "section diplomacy"}
    assert len(findings) == 6


@pytest.mark.parametrize(
    ("url", "mails", "count"),
    [("http://localhost:8000", True, 1), ("http://localhost:8000", False, 0), ("", True, 1)],
)
def test_real_mail_needs_an_https_site(url: str, mails: bool, count: int) -> None:
    assert len(found(site_url=url, mails=mails)) == count


def test_errors_come_first() -> None:
    issue = an_issue_of(a_brief(summary=""), subject="")
    severities = [
        finding.severity for finding in look(issue, rendered(issue), SITE, site_url="", mails=True)
    ]
    assert severities == sorted(severities, key=lambda s: s != "error")
    assert isinstance(look(issue, rendered(issue), SITE, site_url="", mails=True)[0], Finding)


@pytest.mark.parametrize(("precision", "said"), [(Precision.DAY, 1), (Precision.FIRST_SEEN, 0)])
def test_a_doubtful_date_is_told_where_readers_see_it(precision: Precision, said: int) -> None:
    published = Published(at=NOON, precision=precision, doubt="the text speaks of 20 septembre")
    brief = a_brief(published_at=NOON, precision=precision.value)
    content = an_issue_of(brief).content
    findings = doubtful_dates(content, {1: an_article(published=published)})
    assert len(findings) == said
    assert all("the text speaks of 20 septembre" in str(finding) for finding in findings)
    assert doubtful_dates(content, {1: an_article()}) == doubtful_dates(content, {}) == []


def test_stories_without_a_link_are_one_warning_however_many() -> None:
    first, second, third = some_briefs(3)
    issue = an_issue_of(replace(first, url=""), second, replace(third, url=""))
    told = [line for line in found(issue, rendered(issue)) if "without a link" in line]
    which = f"stories {first.story_id}, {third.story_id}"
    assert told == [f"warning: {which}: without a link: readers can't read on"]


def test_a_postal_address_is_found_as_it_is_printed() -> None:
    site = SITE.model_copy(update={"postal_address": "5 rue de l'Eglise, bâtiment n°2\nParis"})
    printed = "5 rue de l’Église, bâtiment n°\u00a02"
    html = EDITION.html.replace("12 rue des Acacias", printed)
    edition = replace(EDITION, html=html, text=EDITION.text + printed)
    assert look(ISSUE, edition, site, site_url="https://l.example", mails=True) == []
    assert look(ISSUE, EDITION, site, site_url="https://l.example", mails=True) != []
