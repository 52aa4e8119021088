"""What is kept is what readers and editors see, and nobody else's server is asked on the way."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from digest.compose.anatomy import dissect
from digest.model.issue import IssueState
from digest.model.picture import PATH, Size
from digest.pipeline import composing
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.pictures import pictures_of
from digest.pipeline.preflight import check, look_over
from digest.pipeline.previewing import preview
from digest.pipeline.running import draft_next
from digest.pipeline.sharing import full_editions
from digest.pipeline.showing import picture_maker, public_dressing
from digest.schedule.values import Licence
from digest.storage import tables
from subscribers.database import Database
from tests.darkroom import a_picture
from tests.pipeline.editorial import FIVE, SLOT, tell_of
from tests.pipeline.gallery import Gallery, kept_newsroom
from tests.servers.feeds import FeedServer

OURS = f"http://localhost:8000{PATH}"


@pytest.fixture
def gallery(database: Database, server: FeedServer, tmp_path: Path) -> Gallery:
    return Gallery(database, server, tmp_path)


def html_of(gallery: Gallery, key: str = "fr") -> str:
    newsroom = gallery.newsroom()
    plan = newsroom.newsletter("hebdo-sahel")
    found = full_editions(newsroom, gallery.issue, plan)
    return next(edition.html for one, (_, edition) in found.items() if one.key == key)


def test_mails_show_our_copies_with_their_size(gallery: Gallery) -> None:
    assert dissect(html_of(gallery)).images == ()
    gallery.keep()
    for key in ("fr", "en", "fr.monthly"):
        shown = dissect(html_of(gallery, key))
        assert all(url.startswith(OURS) for url in shown.images)
        assert shown.widths[0] == 600
        assert set(shown.widths[1:]) == {160}
    html = html_of(gallery)
    assert len(dissect(html).images) == 3
    assert 'height="338"' in html  # of 1200 × 675, shown 600 wide
    assert gallery.server.url not in html


def test_a_linked_picture_still_comes_from_its_publisher(gallery: Gallery) -> None:
    linked = gallery.newsroom(pictures="linked")
    show = picture_maker(linked, linked.newsletter("hebdo-sahel"), [gallery.issue])
    there = show("https://presse.example/i.jpg", Size.LEAD)
    assert there is not None
    assert there.url == "https://presse.example/i.jpg"
    assert show("http://presse.example/i.jpg", Size.LEAD) is None


def test_a_months_best_shows_the_pictures_of_its_issues(gallery: Gallery) -> None:
    gallery.keep()
    later = gallery.drafted(number=2)
    newsroom = gallery.newsroom()
    plan = newsroom.newsletter("hebdo-sahel")
    show = picture_maker(newsroom, plan, [gallery.issue, later])
    assert all(show(url, Size.CARD) for url in gallery.urls.values())
    assert picture_maker(newsroom, plan, [later])(gallery.urls["a"], Size.CARD) is None


@pytest.mark.parametrize("how", ["kept", "linked"])
def test_what_a_licence_forbids_by_now_is_shown_nowhere(
    gallery: Gallery, database: Database, tmp_path: Path, how: str
) -> None:
    tell_of(database, *FIVE)
    newsroom = kept_newsroom(database, tmp_path, draft="0 17 * * thu", pictures=how)
    url = gallery.urls["a"] if how == "kept" else "https://presse.example/i.jpg"
    with database.write() as connection:
        connection.execute(update(tables.articles).values(image_url=url))
    issue = draft_next(newsroom, "hebdo-sahel")
    assert issue is not None
    plan = newsroom.newsletter("hebdo-sahel")
    assert picture_maker(newsroom, plan, [issue])(url, Size.LEAD)
    closed = without_pictures(newsroom)
    assert picture_maker(closed, plan, [issue])(url, Size.LEAD) is None
    assert public_dressing(closed, issue).picture(url, Size.LEAD) is None
    assert pictures_of(closed, issue, plan) == []


def without_pictures(newsroom: Newsroom) -> Newsroom:
    schedule = newsroom.schedule
    licence = Licence(pictures=False)
    sources = [one.model_copy(update={"licence": licence}) for one in schedule.sources]
    return replace(newsroom, schedule=schedule.model_copy(update={"sources": tuple(sources)}))


def test_a_preview_holds_the_pictures_itself(gallery: Gallery, tmp_path: Path) -> None:
    gallery.keep()
    made = preview(gallery.newsroom(), gallery.issue, tmp_path / "out")
    mail = made.files[0].read_text()
    assert all(url.startswith("data:image/jpeg;base64,") for url in dissect(mail).images)
    page = made.page.read_text()
    assert page.count("data-copy=") == 5
    assert page.count(";base64,") == 5  # once each, however many editions show it


def test_the_preflight_finds_nothing_wrong_and_asks_nobody_for_our_own(gallery: Gallery) -> None:
    gallery.keep()
    asked = len(gallery.server.asked)
    found = look_over(gallery.newsroom(), gallery.issue).findings
    assert [one for one in found if "image" in one.code] == []
    assert [one for one in found if OURS in one.what] == []
    assert len(gallery.server.asked) == asked


def test_a_small_picture_is_told_of_where_it_is_shown_large(gallery: Gallery) -> None:
    gallery.server.gives("/c", a_picture(300, 200))
    gallery.keep()
    found = [one for one in check(gallery.newsroom(), gallery.issue) if "image" in one.code]
    assert [(one.code, one.story_id) for one in found] == [("image-narrow", 3)]
    assert "300 pixels wide and shown at 600" in found[0].what


def test_a_draft_keeps_its_pictures_and_a_second_one_what_was_missing(
    gallery: Gallery, database: Database, tmp_path: Path
) -> None:
    tell_of(database, *FIVE)
    newsroom = kept_newsroom(database, tmp_path, draft="0 17 * * thu")
    missing = gallery.server.gives("/draft", status=503)
    with database.write() as connection:
        connection.execute(update(tables.articles).values(image_url=missing))
    issue = draft_next(newsroom, "hebdo-sahel")
    assert [one.path for one in gallery.server.asked] == ["/draft"]  # once for all five
    gallery.server.gives("/draft", gallery.server.pages["/a"].body)
    again = draft_next(newsroom, "hebdo-sahel")
    assert again == issue
    gallery.issue = again
    assert {size for size, _ in gallery.sizes} == {Size.LEAD, Size.CARD}
    assert draft_next(newsroom, "hebdo-sahel") == issue
    assert [one.path for one in gallery.server.asked] == ["/draft"] * 2


def test_an_automatic_issue_is_approved_with_or_without_its_pictures(
    gallery: Gallery, database: Database, tmp_path: Path
) -> None:
    tell_of(database, *FIVE)
    newsroom = kept_newsroom(database, tmp_path, approval="automatic")
    with database.write() as connection:
        gone = gallery.server.gives("/gone", status=410)
        connection.execute(update(tables.articles).values(image_url=gone))
    made = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    assert made.state is IssueState.APPROVED
