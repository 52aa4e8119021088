"""What feed readers and search engines get: Atom, a sitemap, robots.txt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from digest.model.issue import IssueState
from digest.pipeline.newsroom import Newsroom
from digest.storage import issues
from digest.web.feed import ATOM, LATEST
from digest.web.main import create_app
from digest.web.robots import SITEMAP
from tests.pipeline.shelves import put
from tests.web.conftest import TestClient

FEED = "/archive/hebdo-sahel/feed.xml"
SITE = "https://digest.example.org"


@pytest.fixture
def three_sent(newsroom: Newsroom) -> Newsroom:
    for number in (1, 2, 3):
        put(newsroom.database, IssueState.SENT, number)
    return newsroom


def parsed(client: TestClient) -> Any:
    return feedparser.parse(client.get(FEED).content)


def tree(client: TestClient, path: str) -> ElementTree.Element:
    return ElementTree.fromstring(client.get(path).content)  # noqa: S314 - our own


def test_the_feed_is_what_feed_readers_take(browser: TestClient, three_sent: Newsroom) -> None:
    answer = browser.get(FEED)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert feed.feed.language == "fr"
    assert feed.feed.title == "L’hebdo <Sahel>"
    assert feed.feed.author == "Les Amis du Sahel"
    assert {link.rel: link.href for link in feed.feed.links} == {
        "self": SITE + FEED,
        "alternate": f"{SITE}/archive/hebdo-sahel",
    }
    assert [entry.title for entry in feed.entries] == ["Sujet 3", "Sujet 2", "Sujet 1"]
    first = feed.entries[0]
    assert first.link == f"{SITE}/archive/hebdo-sahel/3"
    assert first.id == "tag:digest.example.org,2006-01-27:hebdo-sahel/3"
    assert first.content[0].type == "text/html"
    assert "Le Mali a rappelé mardi" in first.content[0].value
    assert 'lang="en"' in first.content[0].value
    assert feed.feed.updated == first.updated == first.published == "2006-01-27T05:53:00+00:00"


def test_the_feed_has_what_the_rfc_demands_in_its_namespace(
    browser: TestClient, three_sent: Newsroom
) -> None:
    root = tree(browser, FEED)
    assert root.tag == f"{{{ATOM}}}feed"
    for parent in (root, *root.findall(f"{{{ATOM}}}entry")):
        for name in ("id", "title", "updated"):
            [element] = parent.findall(f"{{{ATOM}}}{name}")
            assert element.text
        moment = datetime.fromisoformat(parent.findtext(f"{{{ATOM}}}updated") or "")
        assert moment.tzinfo is not None
    ids = [element.text for element in root.iter(f"{{{ATOM}}}id")]
    assert len(ids) == len(set(ids)) == 4
    assert root.find(f"{{{ATOM}}}author/{{{ATOM}}}name") is not None


def test_an_entry_keeps_its_id_when_the_newsletter_is_renamed(
    browser: TestClient, three_sent: Newsroom
) -> None:
    plans = three_sent.schedule.newsletters
    plan = plans["hebdo-sahel"].model_copy(update={"title": "Autre titre"})
    schedule = three_sent.schedule.model_copy(update={"newsletters": {"hebdo-sahel": plan}})
    renamed = TestClient(create_app(replace(three_sent, schedule=schedule)))
    assert parsed(renamed).feed.title == "Autre titre"
    before, after = ([entry.id for entry in parsed(one).entries] for one in (browser, renamed))
    assert before == after


def test_the_end_of_a_sending_is_no_news_in_a_feed(browser: TestClient, newsroom: Newsroom) -> None:
    going = put(newsroom.database, IssueState.SENDING)
    before = browser.get(FEED).content
    with newsroom.database.write() as connection:
        later = newsroom.clock() + timedelta(hours=1)
        issues.change(connection, going, state=IssueState.SENT, now=later)
    assert browser.get(FEED).content == before


def test_a_feed_without_issues_is_a_feed_and_stays_the_same(browser: TestClient) -> None:
    feed = parsed(browser)
    assert (feed.bozo, feed.entries) == (False, [])
    assert feed.feed.updated_parsed[:3] == (1970, 1, 1)
    assert browser.get(FEED).headers["etag"] == browser.get(FEED).headers["etag"]


def test_a_feed_holds_the_latest_issues(browser: TestClient, newsroom: Newsroom) -> None:
    for number in range(1, LATEST + 3):
        put(newsroom.database, IssueState.SENT, number)
    titles = [entry.title for entry in parsed(browser).entries]
    assert titles == [f"Sujet {number}" for number in range(LATEST + 2, 2, -1)]


def test_what_xml_cannot_hold_is_left_out(browser: TestClient, newsroom: Newsroom) -> None:
    put(newsroom.database, IssueState.SENT, subject="Un \ufffe deux \uffff \x0b & <trois>")
    [entry] = tree(browser, FEED).findall(f"{{{ATOM}}}entry")
    assert (entry.findtext(f"{{{ATOM}}}title") or "").split() == ["Un", "deux", "&", "<trois>"]


def test_the_sitemap_names_every_public_page(browser: TestClient, three_sent: Newsroom) -> None:
    put(three_sent.database, IssueState.DRAFT, 4)
    root = tree(browser, "/sitemap.xml")
    urls = {
        url.findtext(f"{{{SITEMAP}}}loc"): url.findtext(f"{{{SITEMAP}}}lastmod") for url in root
    }
    issues = [f"/archive/hebdo-sahel/{number}" for number in (3, 2, 1)]
    places = ["/", "/subscribe", "/archive/hebdo-sahel", *issues]
    assert list(urls) == [SITE + place for place in places]
    changed = datetime(2026, 11, 25, 12, 3, tzinfo=UTC)
    assert urls[f"{SITE}/archive/hebdo-sahel/3"] == changed.isoformat()


def test_robots_are_kept_from_readers_links_and_shown_the_sitemap(browser: TestClient) -> None:
    answer = browser.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    for path in ("/u/", "/p/", "/c/", "/d/", "/events"):
        assert f"Disallow: {path}" in lines
    assert "Disallow: /" not in lines
    assert lines[-1] == f"Sitemap: {SITE}/sitemap.xml"
