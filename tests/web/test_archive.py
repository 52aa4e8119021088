"""What strangers read: the newsletters, their past issues, one issue; and what they must not."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from digest.compose.anatomy import dissect
from digest.model.issue import PLACEHOLDERS, IssueState, Mention, Section
from digest.pipeline.archive import PER_PAGE
from digest.pipeline.newsroom import Newsroom
from digest.storage import issues
from digest.web.main import create_app
from subscribers import lists
from tests.builders import a_brief
from tests.pipeline.shelves import put
from tests.web.conftest import Reader, TestClient

HEBDO = "/archive/hebdo-sahel"
PUBLIC = ["/", HEBDO, f"{HEBDO}/1", f"{HEBDO}/feed.xml", "/sitemap.xml", "/robots.txt"]


def sent(newsroom: Newsroom, number: int = 1, **changes: Any) -> None:
    put(newsroom.database, IssueState.SENT, number, **changes)


def visitor(newsroom: Newsroom, **changes: Any) -> TestClient:
    """Open a browser before the newsroom with its newsletter changed."""
    plans = newsroom.schedule.newsletters
    plan = plans["hebdo-sahel"].model_copy(update=changes)
    update = {"newsletters": plans | {"hebdo-sahel": plan}}
    schedule = newsroom.schedule.model_copy(update=update)
    return TestClient(create_app(replace(newsroom, schedule=schedule)))


def conditions(kept: Mapping[str, str]) -> list[dict[str, str]]:
    """Give the ways to ask whether what a browser has is still so, after all that happens here."""
    return [{"If-None-Match": kept["etag"]}, {"If-Modified-Since": "Fri, 27 Nov 2026 12:00:00 GMT"}]


def test_the_home_page_names_the_newsletter_and_leads_on(newsroom: Newsroom) -> None:
    sent(newsroom)
    page = visitor(newsroom, about="Le Sahel, chaque vendredi.").get("/").text
    links = dissect(page).links
    assert "<h1>L’hebdo &lt;Sahel&gt;</h1>" in page
    assert "Le Sahel, chaque vendredi." in page
    assert "Rubriques" in page
    assert {"/subscribe", f"{HEBDO}/1", HEBDO, f"{HEBDO}/feed.xml"} <= set(links)


def test_an_issue_reads_as_its_mail_with_headings_and_languages(
    browser: TestClient, newsroom: Newsroom
) -> None:
    sent(newsroom)
    page = browser.get(f"{HEBDO}/1").text
    parts = dissect(page)
    assert parts.levels == ("h1", "h2", "h3", "h3", "h2")
    assert parts.headings[:2] == ("Sujet 1", "Diplomatie")
    for words in (
        "Une semaine de pourparlers.", "Le Mali a rappelé mardi", "Aussi chez", "RFI",
        "Suite de", "L’accord d’avant", "Du nouveau", "Il dure.", "1 min de lecture",
        "N° 1", '<time datetime="2006-01-13">vendredi 13 janvier 2006</time>',
        '<h3 lang="en"><a href="https://wire.example/2">Niger: talks resume</a></h3>',
        '<p lang="en">Talks resumed', "en anglais", "BBC</a> (anglais)",
    ):  # fmt: skip
        assert words in page, words


def test_a_summary_that_is_not_the_sources_own_says_whose_it_is(
    browser: TestClient, newsroom: Newsroom
) -> None:
    brief = a_brief(machine_written=True, summary_source="RFI")
    sections = (Section(theme="diplomacy", title="Diplomatie", briefs=(brief,)),)
    sent(newsroom, sections=sections)
    page = browser.get(f"{HEBDO}/1").text
    assert '<p class="quiet">Résumé rédigé par une machine</p>' in page
    assert '<p class="quiet">Résumé tiré de RFI</p>' in page


def test_a_public_page_holds_nothing_of_a_reader(browser: TestClient, newsroom: Newsroom) -> None:
    sent(newsroom, introduction="Bonjour %%NAME%% !")
    page = browser.get(f"{HEBDO}/1").text
    feed = browser.get(f"{HEBDO}/feed.xml").text
    for name in PLACEHOLDERS:
        assert f"%%{name}%%" not in page + feed
    assert not re.search(r'href="[^"]*/[upcd]/', page + feed)
    assert dissect(page).images == ()
    assert "<script" not in page
    assert "style=" not in page


def test_hostile_words_stay_words(browser: TestClient, newsroom: Newsroom) -> None:
    bad = '"><script>alert(1)</script>\x00{{ 7*7 }}\ufffe'
    also = (Mention(source=bad, title=bad, url="javascript:alert(1)", language="fr"),)
    brief = a_brief(
        headline=bad, summary=bad, url="javascript:alert(1)", also=also, follows=bad, news=bad
    )
    section = Section(theme="<b>", title=bad, briefs=(brief,))
    sent(newsroom, subject=bad, preheader=bad, introduction=bad, sections=(section,))
    for path in PUBLIC[:4]:
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "javascript:" not in answer.text
        assert "49" not in answer.text


@pytest.mark.parametrize(
    "state", [IssueState.DRAFT, IssueState.APPROVED, IssueState.CANCELLED], ids=str
)
def test_what_did_not_go_out_is_not_there(
    browser: TestClient, newsroom: Newsroom, state: IssueState
) -> None:
    put(newsroom.database, state)
    assert browser.get(f"{HEBDO}/1").status_code == 404
    for path in ("/", HEBDO, f"{HEBDO}/feed.xml", "/sitemap.xml"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "Sujet 1" not in answer.text
        assert f"{HEBDO}/1" not in answer.text


def test_an_issue_for_a_segment_is_not_there(browser: TestClient, newsroom: Newsroom) -> None:
    sent(newsroom, segment="embassies")
    assert browser.get(f"{HEBDO}/1").status_code == 404
    assert "Sujet 1" not in browser.get(HEBDO).text


def test_a_closed_archive_is_not_there_but_the_newsletter_is_named(newsroom: Newsroom) -> None:
    sent(newsroom)
    stranger = visitor(newsroom, archive=False)
    for path in (HEBDO, f"{HEBDO}/1", f"{HEBDO}/feed.xml"):
        assert stranger.get(path).status_code == 404
    home = stranger.get("/").text
    assert "L’hebdo" in home
    assert "/archive/" not in home + stranger.get("/sitemap.xml").text


@pytest.mark.parametrize(
    "path",
    [
        "/archive", "/archive/", "/archive/nobody", "/archive/hebdo-sahel/",
        "/archive/%00", "/archive/..%2f..%2fetc", "/archive/../hebdo-sahel/1/x",
        "/archive/hebdo-sahel/0", "/archive/hebdo-sahel/01", "/archive/hebdo-sahel/-1",
        "/archive/hebdo-sahel/%00", "/archive/hebdo-sahel/1%00", "/archive/hebdo-sahel/..",
        "/archive/hebdo-sahel/1e3", "/archive/hebdo-sahel/%D9%A1", "/archive/hebdo-sahel/2",
        f"/archive/hebdo-sahel/{10**30}", f"/archive/hebdo-sahel/{'9' * 5000}",
        f"/archive/hebdo-sahel?page={10**30}", "/archive/hebdo-sahel?page=-1",
        "/archive/hebdo-sahel?page=0", "/archive/hebdo-sahel?page=2",
        "/archive/hebdo-sahel?page=%00", "/archive/hebdo-sahel?page=",
        "/archive/hebdo-sahel?page=x", "/archive/hebdo-sahel?language=de",
        "/archive/hebdo-sahel/1?language=..%2f",
        "/?language=%00", "/archive/%2e%2e/feed.xml", "/archive/hebdo-sahel/feed.xml/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_address_of_nothing_gets_the_page_that_says_so(
    browser: TestClient, newsroom: Newsroom, path: str, method: str
) -> None:
    sent(newsroom)
    answer = browser.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["x-robots-tag"].startswith("noindex")
    assert answer.headers["cache-control"] == "no-store"
    assert method == "HEAD" or "<h1>Page introuvable</h1>" in answer.text


def test_pages_of_issues_lead_to_each_other(browser: TestClient, newsroom: Newsroom) -> None:
    for number in range(1, 2 * PER_PAGE + 2):
        sent(newsroom, number)
    first, second, third = (browser.get(f"{HEBDO}?page={page}").text for page in (1, 2, 3))
    assert f'rel="next" href="{HEBDO}?page=2"' in first
    assert 'rel="prev"' not in first
    assert f'rel="prev" href="{HEBDO}"' in second
    assert f'rel="next" href="{HEBDO}?page=3"' in second
    assert dissect(third).headings[1] == "Sujet 1"
    assert "page 2 sur 3" in second
    assert f'rel="canonical" href="https://digest.example.org{HEBDO}?page=2"' in second


def test_another_language_changes_the_words_around_the_editors(
    browser: TestClient, newsroom: Newsroom
) -> None:
    sent(newsroom, introduction="Niger : bilan.")
    page = browser.get(f"{HEBDO}/1?language=en").text
    for words in (
        '<html lang="en"', '<h1 lang="fr">Sujet 1</h1>', "Friday, 13 January 2006", "1 min read",
        '<h2 lang="fr">Diplomatie</h2>', '<p lang="fr">Niger\u00a0: bilan', '<h3><a href="https://wire',
        '<h3 lang="fr"><a href="https://presse', "in French", f'href="{HEBDO}?language=en"',
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(("accepted", "expected"), [("en", "en"), ("fr", "fr"), ("", "fr")])
def test_the_home_page_speaks_the_browsers_language_and_caches_know(
    browser: TestClient, accepted: str, expected: str
) -> None:
    answer = browser.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{expected}"' in answer.text
    assert answer.headers["vary"] == "Accept-Language"


def test_search_engines_and_previews_are_told_what_a_page_is(
    browser: TestClient, newsroom: Newsroom
) -> None:
    sent(newsroom)
    site = "https://digest.example.org"
    for mark in ("", "?language=en"):
        page = browser.get(f"{HEBDO}/1{mark}").text
        for words in (
            f'<link rel="canonical" href="{site}{HEBDO}/1{mark}">',
            f'hreflang="fr" href="{site}{HEBDO}/1">',
            f'hreflang="en" href="{site}{HEBDO}/1?language=en">',
            f'hreflang="x-default" href="{site}{HEBDO}/1">',
            f'property="og:url" content="{site}{HEBDO}/1{mark}"',
            'property="og:type" content="article"',
            'property="og:title" content="Sujet 1"',
            'name="description" content="Aperçu\u00a0: Sujet 1"',
            'property="article:published_time" content="2006-01-13"',
            f'type="application/atom+xml" title="L’hebdo &lt;Sahel&gt;" href="{HEBDO}/feed.xml"',
        ):
            assert words in page, words
        assert "noindex" not in page


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_kept_and_asked_about(
    browser: TestClient, newsroom: Newsroom, path: str
) -> None:
    sent(newsroom)
    first = browser.get(path)
    assert first.headers["cache-control"] == "public, max-age=300"
    assert first.headers["x-robots-tag"] == "all"
    asked = [{"If-None-Match": f'"other", W/{first.headers["etag"]}'}, {"If-None-Match": "*"}]
    for headers in asked:
        again = browser.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    head = browser.head(path)
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])


def test_a_new_issue_makes_what_was_kept_stale(browser: TestClient, newsroom: Newsroom) -> None:
    sent(newsroom)
    kept = {path: browser.get(path).headers for path in (HEBDO, f"{HEBDO}/1", "/sitemap.xml")}
    sent(newsroom, 2)
    for path, headers in kept.items():
        for asked in conditions(headers):
            assert browser.get(path, headers=asked).status_code == 200


@pytest.mark.parametrize("number", [1, 2], ids=["an older one", "the latest"])
def test_an_issue_that_is_taken_back_is_gone_for_who_has_it_too(
    browser: TestClient, newsroom: Newsroom, number: int
) -> None:
    going = {one: put(newsroom.database, IssueState.SENDING, one) for one in (1, 2)}
    kept = browser.get(HEBDO).headers
    with newsroom.database.write() as connection:
        later = newsroom.clock() + timedelta(hours=1)
        issues.change(connection, going[number], state=IssueState.CANCELLED, now=later)
    for asked in conditions(kept):
        again = browser.get(HEBDO, headers=asked)
        assert again.status_code == 200
        assert f"Sujet {number}" not in again.text


@pytest.mark.parametrize("path", PUBLIC[:4])
def test_a_newsletters_new_name_reaches_who_has_the_page(newsroom: Newsroom, path: str) -> None:
    sent(newsroom)
    kept = visitor(newsroom).get(path).headers
    renamed = visitor(newsroom, title="Autre titre")
    for asked in conditions(kept):
        assert renamed.get(path, headers=asked).status_code == 200


def test_nobody_is_asked_to_join_a_list_that_takes_nobody(
    browser: TestClient, newsroom: Newsroom, reader: Reader
) -> None:
    sent(newsroom)
    pages = ("/", HEBDO, f"{HEBDO}/1")
    assert ["/subscribe" in dissect(browser.get(path).text).links for path in pages] == [True] * 3
    with newsroom.database.write() as connection:
        lists.archive(connection, "hebdo", newsroom.clock())
    assert ["/subscribe" in dissect(browser.get(path).text).links for path in pages] == [False] * 3
