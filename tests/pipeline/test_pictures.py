"""Pictures come to stay with a draft: asked once, politely, for a bounded time."""

import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from digest.model.issue import IssueState
from digest.model.picture import Size
from digest.pipeline import composing, pictures
from digest.pipeline.preflight import check
from digest.pipeline.tidying import tidy
from digest.storage import issues, tables
from subscribers.database import Database
from tests.darkroom import SVG, a_picture
from tests.forks import ended
from tests.pipeline.gallery import Gallery
from tests.pipeline.killed_pictures import keep_and_die
from tests.servers.feeds import FeedServer

LEAD, CARD = (Size.LEAD, (1200, 675)), (Size.CARD, (400, 225))


@pytest.fixture
def gallery(database: Database, server: FeedServer, tmp_path: Path) -> Gallery:
    return Gallery(database, server, tmp_path)


def test_each_picture_is_asked_once_and_kept_as_large_as_it_is_shown(gallery: Gallery) -> None:
    assert gallery.keep() == ["/a", "/b", "/c"]
    assert gallery.sizes == [CARD] * 3 + [LEAD] * 2
    assert gallery.keep() == []


def test_a_newsletter_that_links_them_asks_nobody(gallery: Gallery) -> None:
    assert gallery.keep(pictures="linked") == []
    assert gallery.copies == []


def test_only_what_is_missing_is_asked_for_again(gallery: Gallery) -> None:
    gallery.server.gives("/b", status=404)
    assert gallery.keep() == ["/a", "/b", "/c"]
    assert gallery.reasons == {"the server answered 404 Not Found"}
    gallery.server.gives("/b", a_picture())
    assert gallery.keep() == ["/b"]
    assert gallery.sizes == [CARD] * 3 + [LEAD] * 2
    assert gallery.reasons == set()


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"body": a_picture(1, 1, "GIF")}, "too small to show anything"),
        ({"body": SVG, "headers": {"Content-Type": "image/svg+xml"}}, "calls it image/svg+xml"),
        ({"body": b"<html>", "headers": {"Content-Type": "image/jpeg"}}, "it is no JPEG"),
        ({"body": a_picture(), "promised": 10**6}, "it is broken off after"),
        ({"body": a_picture()[:2000]}, "it is broken: "),
        ({"body": a_picture() + bytes(30_000_000)}, "it is larger than 8 MB"),
        ({"floods": True}, "it is larger than 8 MB"),
        ({"status": 503}, "the server answered 503"),
    ],
)
def test_a_picture_that_cannot_be_had_costs_nothing_else_and_is_told(
    gallery: Gallery, how: dict[str, Any], why: str
) -> None:
    gallery.server.gives("/b", **how)
    gallery.keep()
    assert gallery.sizes == [CARD] * 2 + [LEAD] * 2
    (reason,) = gallery.reasons
    assert why in reason
    found = [one for one in check(gallery.newsroom(), gallery.issue) if "image" in one.code]
    assert [(one.code, one.severity, one.where) for one in found] == [
        ("image-absent", "warning", "story 2, picture")
    ]
    assert f"{gallery.urls['b']} could not be kept" in found[0].what
    assert why in found[0].what


def test_what_a_server_calls_a_picture_does_not_count(gallery: Gallery) -> None:
    gallery.server.gives("/b", a_picture(), headers={"Content-Type": "text/html"})
    gallery.keep()
    assert gallery.reasons == set()


def test_an_inside_address_is_never_dialled(
    database: Database, server: FeedServer, tmp_path: Path
) -> None:
    outsider = Gallery(database, server, tmp_path, permitted=())
    assert outsider.keep() == []
    assert outsider.reasons == {"refused to dial: 127.0.0.1 is not a public address"}


def test_a_draft_waits_a_bounded_time_for_slow_servers(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "ALTOGETHER", 6.0)
    gallery.server.gives("/b", drips=True)
    began = time.monotonic()
    gallery.keep()
    assert time.monotonic() - began < 6 + pictures.LOOKING
    assert gallery.reasons == {"there was no time left to ask"}
    assert gallery.sizes == [CARD] * 2 + [LEAD] * 2  # the quick ones


def test_what_was_approved_stays_as_it_was_looked_at(gallery: Gallery) -> None:
    gallery.issue = gallery.drafted(IssueState.APPROVED, 2)
    assert gallery.keep() == []


def test_a_picture_that_comes_after_the_approval_is_left_out(gallery: Gallery) -> None:
    as_it_was = gallery.issue
    with gallery.database.write() as connection:
        connection.execute(update(tables.issues).values(state=IssueState.APPROVED))
    pictures.keep_pictures(gallery.newsroom(), as_it_was)
    assert gallery.copies == []


def test_a_broken_brand_file_loses_no_draft(gallery: Gallery, tmp_path: Path) -> None:
    (tmp_path / "brand.yaml").write_text("light: [", encoding="utf-8")
    pictures.keep_pictures(replace(gallery.newsroom(), templates=tmp_path), gallery.issue)
    assert gallery.copies == []


def test_an_edit_asks_only_for_what_it_shows_larger(gallery: Gallery) -> None:
    gallery.keep()
    text = composing.editable(gallery.newsroom(), gallery.issue)
    marks = ("      # La Presse · 25 nov. · https://presse.example/", "\n  - theme: diplomacy")
    before, first, rest = text.split(marks[0])[:3]
    second, after = rest.split(marks[1])
    swapped = "".join((before, marks[0], second, marks[0], first, marks[1], after))
    assert gallery.edit(swapped + marks[0] + text.split(marks[0])[3]) == ["/b"]
    assert gallery.sizes == [CARD] * 3 + [LEAD] * 2
    assert gallery.keep() == []


def test_unshown_pictures_are_tidied_away_and_no_other(gallery: Gallery) -> None:
    gallery.keep()
    assert tidy(gallery.newsroom()) == 0
    dropped = gallery.sections("a", "c")
    with gallery.database.write() as connection:
        content = replace(gallery.issue.content, sections=dropped)
        issues.change(connection, gallery.issue, content=content, now=gallery.issue.changed_at)
    assert tidy(gallery.newsroom()) == 0
    assert gallery.keep() == []
    assert tidy(gallery.newsroom()) == 1
    assert gallery.sizes == [CARD] * 2 + [LEAD] * 2


def test_who_is_killed_between_two_pictures_goes_on_with_the_next(
    both_databases: Database, server: FeedServer, tmp_path: Path
) -> None:
    gallery = Gallery(both_databases, server, tmp_path)
    assert ended(keep_and_die, both_databases.url, tmp_path) == -signal.SIGKILL
    assert [one.picture is not None for one in gallery.copies] == [True]
    asked = gallery.keep()
    assert asked == ["/a", "/b", "/c"]  # of a, the other size
    assert gallery.sizes == [CARD] * 3 + [LEAD] * 2
