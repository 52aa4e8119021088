"""Past issues on the site: what went to a whole list, and nothing else; for people and programs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from digest.model.issue import IssueState, Section
from digest.pipeline import archive
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Schedule
from digest.storage import issues
from digest.web.main import create_app
from tests.builders import NOON, a_brief, an_issue
from tests.web.conftest import TestClient

KEY = "hebdo-sahel"
PATH = f"/archive/{KEY}"
STEPS = (IssueState.APPROVED, IssueState.SENDING, IssueState.SENT)
Publish = Callable[..., int]


@pytest.fixture
def publish(newsroom: Newsroom) -> Publish:
    """Make an issue that was sent, or as far as it is said; give its number."""

    def make(
        subject: str = "Une semaine", *, until: IssueState = IssueState.SENT, **how: Any
    ) -> int:
        hours = len(archived(newsroom)) + how.pop("hours", 0)
        brief = a_brief(headline="<b>Gao & Kidal", language="en", **how.pop("brief", {}))
        section = Section(theme="sahel", title="Sahel", briefs=(brief,))
        content = replace(an_issue().content, subject=subject, sections=(section,))
        with newsroom.database.write() as connection:
            issue = issues.insert(
                connection,
                newsletter=KEY,
                slot=NOON + timedelta(hours=hours),
                content=content,
                now=NOON,
            )
            issue = issues.change(connection, issue, now=NOON, **how) if how else issue
            for step in STEPS[: STEPS.index(until) + 1] if until in STEPS else ():
                issue = issues.change(connection, issue, state=step, approved_by="Awa", now=NOON)
        return issue.number

    return make


def archived(newsroom: Newsroom) -> list[Any]:
    with newsroom.database.read() as connection:
        return issues.issues(connection)


def test_a_sent_issue_can_be_read_with_all_its_stories(
    browser: TestClient, publish: Publish
) -> None:
    publish("Tout <script> sur le Sahel")
    page = browser.get(f"{PATH}/1")
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "all"
    assert "<h1>Tout &lt;script&gt; sur le Sahel</h1>" in page.text
    assert '<h3 lang="en" dir="ltr">' in page.text
    assert "&lt;b&gt;Gao &amp; Kidal" in page.text
    assert '<meta property="og:type" content="article">' in page.text
    assert f'<link rel="canonical" href="https://digest.example.org{PATH}/1">' in page.text
    assert "%%" not in page.text
    assert "noindex" not in page.text


@pytest.mark.parametrize("state", [IssueState.DRAFT, IssueState.APPROVED])
def test_what_was_not_sent_is_nobodys_business(
    browser: TestClient, publish: Publish, state: IssueState
) -> None:
    publish("Secret", until=state)
    assert browser.get(f"{PATH}/1").status_code == 404
    for path in ("/", PATH, f"{PATH}/feed.xml", "/sitemap.xml"):
        answer = browser.get(path)
        assert (answer.status_code, "Secret" in answer.text, f"{PATH}/1" in answer.text) == (
            200,
            False,
            False,
        )


def test_an_issue_for_some_readers_is_not_for_everybody(
    browser: TestClient, publish: Publish
) -> None:
    publish("Pour quelques-uns", segment="mali-fr")
    assert browser.get(f"{PATH}/1").status_code == 404
    assert "quelques-uns" not in browser.get(PATH).text


def test_a_newsletter_can_keep_its_issues_to_its_readers(
    newsroom: Newsroom, publish: Publish
) -> None:
    publish()
    values = newsroom.schedule.model_dump(mode="json", exclude_unset=True)
    values["newsletters"][KEY]["archive"] = False
    closed = replace(newsroom, schedule=Schedule.model_validate(values))
    client = TestClient(create_app(closed))
    for path in (PATH, f"{PATH}/1", f"{PATH}/feed.xml"):
        assert client.get(path).status_code == 404
    assert KEY not in client.get("/").text + client.get("/sitemap.xml").text


def test_the_latest_come_first_a_shelf_at_a_time(
    browser: TestClient, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "SHELF", 2)
    for number in range(1, 6):
        publish(f"Semaine {number}")
    first, last = browser.get(PATH).text, browser.get(f"{PATH}?page=3").text
    assert first.index("Semaine 5") < first.index("Semaine 4")
    assert ("Semaine 3" in first, f'href="{PATH}?page=2"' in first) == (False, True)
    assert ("Semaine 1" in last, f'href="{PATH}?page=2"' in last) == (True, True)
    assert browser.get(f"{PATH}?page=4").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/archive/",
        "/archive/..%2f..%2fetc",
        "/archive/nothing",
        "/archive/%00",
        f"{PATH}/0",
        f"{PATH}/01",
        f"{PATH}/-1",
        f"{PATH}/%31%30%00",
        f"{PATH}/{10**30}",
        f"{PATH}/٣",
        f"{PATH}?page=-1",
        f"{PATH}?page={10**30}",
        f"{PATH}?page=1e3",
    ],
)
def test_what_is_not_there_is_not_found(browser: TestClient, publish: Publish, path: str) -> None:
    publish()
    assert browser.get(path).status_code == 404


def test_nobody_is_sent_what_they_have(browser: TestClient, publish: Publish) -> None:
    publish()
    for path in ("/", PATH, f"{PATH}/1", f"{PATH}/feed.xml", "/sitemap.xml"):
        whole = browser.get(path)
        assert whole.headers["cache-control"] == "public, max-age=300"
        again = browser.get(path, headers={"If-None-Match": f'"x", W/{whole.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert browser.head(path).headers["etag"] == whole.headers["etag"]
    publish("Nouveau", hours=5)
    changed = browser.get(PATH, headers={"If-None-Match": browser.get(f"{PATH}/1").headers["etag"]})
    assert changed.status_code == 200


def test_a_feed_tells_the_latest_issues_to_programs(browser: TestClient, publish: Publish) -> None:
    publish("Un \x0b« mot »")
    publish("Deux")
    answer = browser.get(f"{PATH}/feed.xml")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - ours
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert (feed.version, feed.feed.language) == ("atom10", "fr")
    assert [entry.title for entry in feed.entries] == ["Deux", "Un «\u202fmot\u202f»"]
    entry = feed.entries[0]
    assert entry.link == f"https://digest.example.org{PATH}/2"
    assert "Gao &amp; Kidal" in entry.content[0].value
    assert len({entry.id for entry in feed.entries}) == 2
    assert entry.id.startswith("urn:uuid:")
    assert feed.feed.author == "Les Amis du Sahel"
    assert f'href="{PATH}/feed.xml"' in browser.get(PATH).text


def test_robots_learn_what_there_is_and_what_is_not_theirs(
    browser: TestClient, publish: Publish
) -> None:
    publish()
    robots = browser.get("/robots.txt").text
    for path in ("/u/", "/p/", "/c/", "/d/"):
        assert f"Disallow: {path}\n" in robots
    assert "Sitemap: https://digest.example.org/sitemap.xml" in robots
    sitemap = ElementTree.fromstring(browser.get("/sitemap.xml").content)  # noqa: S314 - ours
    listed = [
        place.text for place in sitemap.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    for url in listed:
        assert url is not None
        assert browser.get(url).status_code == 200
    assert f"https://digest.example.org{PATH}/1" in listed
