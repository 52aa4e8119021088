"""Links and pictures are asked once, politely, for a bounded time; answers are kept for hours."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from digest.collect.answers import LOOPBACK
from digest.collect.fetch import fetch
from digest.compose.preflight.pictures import HEAVY
from digest.compose.preflight.reach import Addresses, Look, Place, answers
from digest.pipeline.outside import Outside
from digest.pipeline.reaching import looks_at
from tests.compose.test_preflight_reach import PNG
from tests.conftest import NOW
from tests.servers.feeds import FeedServer, serving_feeds

PLACE = Place(where="story 1", story_id=1, width=600)
HOUR = timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving_feeds() as running:
        yield running


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(memory=tmp_path / "var" / "preflight.json", permitted=LOOPBACK)


def look(
    outside: Outside,
    *links: str,
    images: tuple[str, ...] = (),
    now: datetime = NOW,
    seconds: float = 9,
    **how: Any,
) -> dict[str, Look]:
    asked = Addresses(links=dict.fromkeys(links, PLACE), images=dict.fromkeys(images, PLACE))
    return dict(looks_at(outside, asked, now=now, agent="digest", seconds=seconds, **how))


def codes(looks: dict[str, Look], *, images: bool = False) -> list[str]:
    places = dict.fromkeys(looks, PLACE)
    asked = Addresses(images=places) if images else Addresses(links=places)
    return [one.code for one in answers(asked, looks) if one.severity != "note"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (200, None),
        (404, "link-dead"),
        (410, "link-dead"),
        (401, "link-unchecked"),
        (403, "link-unchecked"),
        (429, "link-unchecked"),
        (503, "link-unchecked"),
    ],
)
def test_what_a_server_answers(
    server: FeedServer, outside: Outside, status: int, code: str | None
) -> None:
    looks = look(outside, server.gives("/a", b"x", status=status))
    assert codes(looks) == ([code] if code else [])
    assert [one.status for one in looks.values()] == [status]


def test_a_redirect_is_followed_to_where_it_ends(server: FeedServer, outside: Outside) -> None:
    server.gives("/", b"home")
    server.gives("/b", b"b")
    assert codes(look(outside, server.redirects("/a", "/b"))) == []
    assert codes(look(outside, server.redirects("/gone", "/", status=302))) == ["link-moved-home"]
    assert codes(look(outside, server.redirects("/dead", "/nowhere"))) == ["link-dead"]
    assert codes(look(outside, server.redirects("/round", "/round"))) == ["link-unchecked"]


def test_a_huge_page_is_cut_and_answers(server: FeedServer, outside: Outside) -> None:
    began = time.monotonic()
    assert codes(look(outside, server.gives("/huge", floods=True))) == []
    assert time.monotonic() - began < 5


def test_time_is_bounded_however_many_are_slow(server: FeedServer, outside: Outside) -> None:
    slow = [server.gives(f"/{n}", drips=True) for n in range(12)]
    began = time.monotonic()
    looks = look(outside, *slow, seconds=1)
    assert time.monotonic() - began < 6
    assert {one.error for one in looks.values()} == {"there was no time left to ask"}


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (PNG, "image/png", None),
        (b"<html>", "text/html", "image-type"),
        (b"<svg/>", "image/svg+xml", "image-type"),
        (PNG[:16] + b"\0\0\0\x10" * 2 + PNG[24:], "image/png", "image-narrow"),
        (PNG + b"x" * HEAVY, "image/png", "image-heavy"),
    ],
)
def test_what_a_pictures_address_gives(
    server: FeedServer, outside: Outside, body: bytes, kind: str, code: str | None
) -> None:
    url = server.gives("/i", body, headers={"Content-Type": kind})
    assert codes(look(outside, images=(url,)), images=True) == ([code] if code else [])


def test_an_answer_is_kept_for_hours_and_asked_again_then(
    server: FeedServer, outside: Outside
) -> None:
    well, dead = server.gives("/well", b"x"), server.gives("/dead", status=404)
    first = look(outside, well, dead)
    assert look(outside, well, dead, now=NOW + HOUR / 2) == first
    assert len(server.asked) == 2
    look(outside, well, dead, now=NOW + 2 * HOUR)
    assert [one.path for one in server.asked[2:]] == ["/dead"]
    look(outside, well, now=NOW + 7 * HOUR)
    look(outside, well, now=NOW + 7 * HOUR, again=True)
    assert [one.path for one in server.asked[3:]] == ["/well"] * 2


def test_nobodys_silence_is_remembered(server: FeedServer, outside: Outside) -> None:
    deaf = replace(outside, permitted=())
    url = server.gives("/a", b"x")
    slow = server.gives("/slow", drips=True)
    assert not look(outside, slow, seconds=0.3)[slow].heard
    assert look(deaf, url)[url].inside
    assert "/slow" not in outside.memory.read_text()


@pytest.mark.parametrize("damage", ["", "[", '{"x": 1}', "\ufffd"])
def test_a_damaged_memory_remembers_nothing(
    server: FeedServer, outside: Outside, damage: str
) -> None:
    outside.memory.parent.mkdir()
    outside.memory.write_text(damage)
    url = server.gives("/a", b"x")
    assert look(outside, url) == look(outside, url)
    assert len(server.asked) == 1


def test_a_memory_that_cant_be_written_keeps_nothing_from_being_asked(
    server: FeedServer, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    outside = Outside(memory=tmp_path / "file" / "x.json", permitted=LOOPBACK)
    assert codes(look(outside, server.gives("/a", b"x"))) == []


@pytest.mark.parametrize("url", ["http://10.0.0.1/x", "http://[fd00::1]/", "http://0x7f.1/"])
def test_an_address_inside_is_never_dialled(tmp_path: Path, url: str) -> None:
    dialled: list[Any] = []

    def refusing(info: Any) -> Any:
        dialled.append(info)
        raise OSError("this test dials nothing")

    outside = Outside(memory=tmp_path / "x.json", ask=partial(fetch, dial=refusing))
    looks = look(outside, url)
    assert looks[url].inside
    assert codes(looks) == ["link-unchecked"]
    assert look(outside, images=(f"{url}.png",))[f"{url}.png"].inside
    assert dialled == []


def test_a_redirect_inside_is_never_dialled(server: FeedServer, outside: Outside) -> None:
    url = server.redirects("/a", "http://10.0.0.1/secret")
    assert look(outside, url)[url].inside
