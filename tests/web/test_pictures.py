"""Kept pictures: for anybody who has the name, for good; and public pages show no other ones."""

from dataclasses import replace

import pytest

from digest.compose.anatomy import dissect
from digest.compose.pictured import source_name
from digest.model.issue import IssueState, Section
from digest.model.picture import PATH, Copy, Picture, Size, name_of
from digest.pipeline.newsroom import Newsroom
from digest.storage import pictures
from digest.storage.picture_tables import pictures as kept_pictures
from tests.builders import a_brief
from tests.darkroom import a_picture
from tests.pipeline.shelves import put
from tests.web.conftest import TestClient

THEIRS = "https://presse.example/i.jpg"
DATA = a_picture(400, 225)
NAME = name_of(DATA, "image/jpeg")
KEPT = Picture(name=NAME, kind="image/jpeg", width=800, height=450, bytes=len(DATA))
ISSUE = "/archive/hebdo-sahel/1"


@pytest.fixture
def sent(newsroom: Newsroom) -> Newsroom:
    """An issue went out whose first story's picture is kept, and whose second one's is not."""
    other = a_brief(story_id=2, image_url="https://presse.example/other.jpg", url="https://x.org/2")
    briefs = (a_brief(image_url=THEIRS, image_alt='Un "convoi" <b>'), other)
    section = Section(theme="diplomacy", title="Diplomatie", briefs=briefs)
    issue = put(newsroom.database, IssueState.SENT, sections=(section,))
    copy = Copy(issue_id=issue.id, source=source_name(THEIRS), size=Size.LEAD, picture=KEPT)
    with newsroom.database.write() as connection:
        pictures.keep(connection, copy, DATA)
        pictures.keep(connection, replace(copy, size=Size.CARD), DATA)
    return newsroom


def test_a_kept_picture_is_given_for_good_and_as_what_it_is(
    sent: Newsroom, browser: TestClient
) -> None:
    answer = browser.get(PATH + NAME)
    assert (answer.status_code, answer.content) == (200, DATA)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    again = browser.get(PATH + NAME, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == answer.headers["cache-control"]
    head = browser.head(PATH + NAME)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(DATA)))


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "0" * 32 + ".jpg", NAME.upper(), NAME[:-4], f"{NAME}.jpg", f"{NAME}%00",
        f"{NAME}/", f"x/{NAME}", "..%2f..%2fschedule.yaml", "%2e%2e/%2e%2e/etc",
        NAME.replace(".jpg", ".svg"), NAME.replace(".jpg", ".png"), "%F0%9F%98%80", "a" * 5000,
    ],
)  # fmt: skip
def test_any_other_name_is_not_there(sent: Newsroom, browser: TestClient, name: str) -> None:
    answer = browser.get(PATH + name)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_public_page_shows_kept_pictures_and_no_publishers(
    sent: Newsroom, browser: TestClient, language: str
) -> None:
    page = browser.get(f"{ISSUE}?language={language}").text
    assert dissect(page).images == (PATH + NAME,)
    assert 'alt="Un ' in page
    assert "<b>" not in page.split("<img")[1].split(">")[0]
    assert 'width="600" height="338"' in page
    assert "presse.example/i.jpg" not in page
    assert "presse.example/other.jpg" not in page


def test_an_upright_picture_does_not_fill_the_page(sent: Newsroom, browser: TestClient) -> None:
    with sent.database.write() as connection:
        connection.execute(kept_pictures.update().values(width=400, height=800))
    page = browser.get(ISSUE).text
    assert 'class="card"' in page
    assert 'width="160" height="320"' in page


def test_a_feed_shows_them_at_their_whole_address(sent: Newsroom, browser: TestClient) -> None:
    feed = browser.get("/archive/hebdo-sahel/feed.xml").text
    assert f"https://digest.example.org{PATH}{NAME}" in feed
    assert feed.count("&lt;img") == 1
    assert "presse.example/other.jpg" not in feed


def test_an_issue_whose_pictures_are_linked_shows_none_in_public(
    newsroom: Newsroom, browser: TestClient
) -> None:
    section = Section(theme="diplomacy", title="Diplomatie", briefs=(a_brief(image_url=THEIRS),))
    put(newsroom.database, IssueState.SENT, sections=(section,))
    for path in (ISSUE, "/archive/hebdo-sahel/feed.xml"):
        assert THEIRS not in browser.get(path).text
    assert dissect(browser.get(ISSUE).text).images == ()
