"""Counted links: they lead on, whatever happens; what is counted is a number; no link is forged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import structlog
from sqlalchemy import event, select

from digest.compose.followed import link_name
from digest.model.issue import Issue, IssueState, Mention
from digest.pipeline.newsroom import Newsroom
from digest.storage.click_tables import clicks
from digest.web.main import create_app
from subscribers.database import Database
from subscribers.tokens import link_token, unsubscribe_token
from tests.builders import a_brief
from tests.pipeline.shelves import a_content, put
from tests.web.conftest import KEY, TestClient

ARTICLE = "https://presse.example/bamako"
HOSTILE = "javascript:alert(document.domain)"


@pytest.fixture(name="database")
def _database(both_databases: Database) -> Database:
    return both_databases


@pytest.fixture(name="newsroom")
def _newsroom(newsroom: Newsroom) -> Newsroom:
    return allowing(newsroom)


@pytest.fixture
def issue(newsroom: Newsroom) -> Issue:
    return put(newsroom.database, IssueState.SENT)


def allowing(newsroom: Newsroom, *, tracking: bool = True, **plan: Any) -> Newsroom:
    """Give the newsroom with a site that counts, and its newsletter changed."""
    told = newsroom.schedule.model_dump(mode="json", exclude_unset=True)
    told["site"]["tracking"] = tracking
    told["newsletters"]["hebdo-sahel"] |= plan
    return replace(newsroom, schedule=type(newsroom.schedule).model_validate(told))


def visitor(newsroom: Newsroom) -> TestClient:
    return TestClient(
        create_app(newsroom), base_url="https://digest.example.org", follow_redirects=False
    )


def path(issue: Issue, url: str = ARTICLE, key: bytes = KEY) -> str:
    return f"/l/{link_token(key, issue.id, link_name(url))}"


def counted(newsroom: Newsroom) -> list[tuple[Any, ...]]:
    with newsroom.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(clicks).order_by(clicks.c.link))]


def test_a_link_leads_on_and_is_counted_as_a_number(
    newsroom: Newsroom, browser: TestClient, issue: Issue, now: datetime
) -> None:
    for _ in range(3):
        answer = browser.get(path(issue))
        assert (answer.status_code, answer.headers["location"]) == (302, ARTICLE)
    browser.get(path(issue, "https://rfi.example/1"))
    told = {link_name(ARTICLE): 3, link_name("https://rfi.example/1"): 1}
    day = now.date()
    assert counted(newsroom) == [(issue.id, name, day, told[name]) for name in sorted(told)]


def test_the_answer_keeps_the_reader_private(browser: TestClient, issue: Issue) -> None:
    headers = browser.get(path(issue)).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in headers


def test_a_day_is_the_newsletters_own(newsroom: Newsroom, issue: Issue) -> None:
    late = datetime.fromisoformat("2026-11-29T23:30:00+00:00")
    visitor(replace(newsroom, clock=lambda: late)).get(path(issue))
    assert [str(row[2]) for row in counted(newsroom)] == ["2026-11-30"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
        {"Sec-Fetch-Dest": "image"},
        {"User-Agent": ""},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0"},
        {"User-Agent": "Mozilla/5.0 BarracudaCentral/1.0"},
        {"User-Agent": "python-requests/2.32"},
        {"User-Agent": "Microsoft Office Existence Discovery"},
    ],
)
def test_machines_and_fetches_in_advance_are_led_on_and_not_counted(
    newsroom: Newsroom, browser: TestClient, issue: Issue, headers: dict[str, str]
) -> None:
    assert browser.get(path(issue), headers=headers).headers["location"] == ARTICLE
    assert counted(newsroom) == []


@pytest.mark.parametrize(
    "name",
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
        "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 50) AppleWebKit/537.36 Chrome/142.0 Mobile",
    ],
)
def test_browsers_count(newsroom: Newsroom, browser: TestClient, issue: Issue, name: str) -> None:
    browser.get(path(issue), headers={"User-Agent": name, "Sec-Fetch-Dest": "document"})
    assert len(counted(newsroom)) == 1


def test_a_look_without_a_body_does_not_count(
    newsroom: Newsroom, browser: TestClient, issue: Issue
) -> None:
    answer = browser.head(path(issue))
    assert (answer.status_code, answer.headers["location"]) == (302, ARTICLE)
    assert counted(newsroom) == []
    assert browser.post(path(issue)).status_code == 405


def test_a_link_of_a_site_that_counts_no_more_still_leads_on(
    newsroom: Newsroom, issue: Issue
) -> None:
    answer = visitor(allowing(newsroom, tracking=False)).get(path(issue))
    assert answer.headers["location"] == ARTICLE
    assert counted(newsroom) == []


@pytest.mark.parametrize("state", [IssueState.SENDING, IssueState.CANCELLED])
def test_old_mails_links_live_whatever_became_of_the_issue_and_its_newsletter(
    newsroom: Newsroom, state: IssueState
) -> None:
    gone = put(newsroom.database, state, 2, newsletter="former")
    assert visitor(newsroom).get(path(gone)).headers["location"] == ARTICLE
    assert len(counted(newsroom)) == 1


def test_what_is_no_link_of_ours_leads_nowhere(
    newsroom: Newsroom, browser: TestClient, issue: Issue
) -> None:
    token = path(issue).removeprefix("/l/")
    bad = [
        "x",
        token[:-1],
        f"{token}A",
        f"{token}=",
        ("B" if token[0] == "A" else "A") + token[1:],
        "A" * 5000,
        "%00",
        "%C3%A9%F0%9F%92%A5",
        "https:%2F%2Fevil.example",
        link_token(b"another site's key, long enough", issue.id, link_name(ARTICLE)),
        link_token(KEY, issue.id + 1, link_name(ARTICLE)),
        link_token(KEY, issue.id, link_name("https://evil.example/")),
        unsubscribe_token(KEY, issue.id, link_name(ARTICLE)),
    ]
    for one in bad:
        for query in ("", "?url=https://evil.example", "?next=//evil.example"):
            answer = browser.get(f"/l/{one}{query}", headers={"Accept-Language": "en"})
            assert answer.status_code == 404, one
            assert "location" not in answer.headers
            assert "evil" not in answer.text
    assert counted(newsroom) == []


def test_a_dead_link_says_so_in_the_readers_language(browser: TestClient) -> None:
    for language, words in (
        ("fr", "Ouvrez-le de nouveau depuis le courriel"),
        ("en", "Open it again"),
    ):
        answer = browser.get("/l/x", headers={"Accept-Language": language})
        assert answer.headers["content-language"] == language
        assert words in answer.text
        assert 'href="/"' in answer.text


def test_a_query_changes_nothing(browser: TestClient, issue: Issue) -> None:
    answer = browser.get(f"{path(issue)}?url=https://evil.example/&to=//evil.example")
    assert answer.headers["location"] == ARTICLE


def test_an_address_that_is_no_link_is_never_led_to(newsroom: Newsroom) -> None:
    also = (
        Mention(source="X", title="", url="https://a.example/\r\nSet-Cookie: x=1", language="fr"),
    )
    section = replace(a_content("T").sections[0], briefs=(a_brief(url=HOSTILE, also=also),))
    hostile = put(newsroom.database, IssueState.SENT, sections=(section,))
    browser = visitor(newsroom)
    for url in (HOSTILE, "", also[0].url):
        assert browser.get(path(hostile, url)).status_code == 404
    safe = "https://a.example/%0D%0ASet-Cookie:%20x=1"
    answer = browser.get(path(hostile, safe))
    assert answer.headers["location"] == safe
    assert "set-cookie" not in answer.headers


def test_parameters_are_added_to_where_the_link_leads(newsroom: Newsroom, issue: Issue) -> None:
    utm = {"source": "sahel", "except": ["rfi.example"]}
    browser = visitor(allowing(newsroom, utm=utm))
    added = "utm_source=sahel&utm_medium=email&utm_campaign=hebdo-sahel-1"
    assert browser.get(path(issue)).headers["location"] == f"{ARTICLE}?{added}"
    rfi = "https://rfi.example/1"
    assert browser.get(path(issue, rfi)).headers["location"] == rfi


@contextmanager
def refusing(database: Database, kind: str = "OperationalError") -> Iterator[None]:
    """Let the database take nothing that counts; unless told otherwise because it is busy."""

    def refuse(_c: object, _u: object, statement: str, *_rest: object) -> None:
        if "INSERT INTO clicks" in statement:
            raise getattr(database.engine.dialect.loaded_dbapi, kind)("database is locked")

    event.listen(database.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", refuse)


def test_a_busy_database_keeps_nobody_from_the_article_and_is_counted_in_later(
    newsroom: Newsroom, browser: TestClient, issue: Issue
) -> None:
    with structlog.testing.capture_logs() as logs, refusing(newsroom.database):
        answers = [browser.get(path(issue)) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [ARTICLE] * 2
    assert [(one["event"], one["clicks"]) for one in logs] == [
        ("clicks not counted", 1),
        ("clicks not counted", 2),
    ]
    browser.get(path(issue))
    assert [row[3] for row in counted(newsroom)] == [3]


def test_what_a_database_refuses_for_good_is_not_tried_again(
    newsroom: Newsroom, browser: TestClient, issue: Issue
) -> None:
    with refusing(newsroom.database, "IntegrityError"):
        assert browser.get(path(issue)).headers["location"] == ARTICLE
    browser.get(path(issue))
    assert [row[3] for row in counted(newsroom)] == [1]
