"""Links and pictures: how they answered is judged for readers, and told with the story."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.anatomy import dissect
from digest.compose.preflight.pictures import HEAVY, Picture, measured
from digest.compose.preflight.reach import Addresses, Look, Place, addresses_of, answers, inside
from digest.model.issue import Mention
from tests.builders import NOON, a_brief
from tests.compose.desk import an_issue_of, rendered

URL = "https://presse.example/1"
ASKED = Addresses(links={URL: Place(where="story 7", story_id=7)})
PICTURED = Addresses(images={URL: Place(where="story 7", story_id=7, width=600)})


def a_look(**changes: Any) -> Look:
    values: dict[str, Any] = {"url": URL, "at": NOON, "status": 200, "final": URL}
    return Look(**values | changes)


def a_picture(**changes: Any) -> Picture:
    values: dict[str, Any] = {"kind": "image/png", "size": 9, "width": 800, "height": 9}
    return Picture(**values | changes)


def said(asked: Addresses, **changes: Any) -> list[tuple[str, str, int | None]]:
    found = answers(asked, {URL: a_look(**changes)})
    return [(f.code, f.severity.value, f.story_id) for f in found if f.code != "links-answer"]


@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({}, None, ""),
        ({"final": "https://presse.example/1-un-titre"}, None, ""),
        ({"status": 404, "error": "404"}, "link-dead", "error"),
        ({"status": 410, "error": "410"}, "link-dead", "error"),
        ({"status": 403, "error": "403"}, "link-unchecked", "warning"),
        ({"status": 429, "error": "429"}, "link-unchecked", "warning"),
        ({"status": 503, "error": "503"}, "link-unchecked", "warning"),
        ({"status": 0, "error": "late", "heard": False}, "link-unchecked", "warning"),
        ({"status": 0, "error": "refused", "inside": True}, "link-unchecked", "warning"),
        ({"final": "https://presse.example/"}, "link-moved-home", "warning"),
        ({"final": "https://presse.example/?p=1"}, None, ""),
    ],
)
def test_how_a_link_answered(changes: dict[str, Any], code: str | None, severity: str) -> None:
    assert said(ASKED, **changes) == ([(code, severity, 7)] if code else [])


def test_a_link_to_a_home_page_may_end_there() -> None:
    home = "https://presse.example"
    asked = Addresses(links={home: Place(where="links")})
    found = answers(asked, {home: a_look(url=home, final="https://presse.example/")})
    assert [one.code for one in found] == ["links-answer"]


@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({"picture": a_picture()}, None, ""),
        ({"picture": a_picture(width=600)}, None, ""),
        ({"status": 404, "error": "404"}, "image-dead", "error"),
        ({"status": 500, "error": "500"}, "link-unchecked", "warning"),
        ({"picture": a_picture(kind="text/html", width=0)}, "image-type", "error"),
        ({"picture": a_picture(kind="image/svg+xml", width=0)}, "image-type", "warning"),
        ({"picture": a_picture(width=599)}, "image-narrow", "warning"),
        ({"picture": a_picture(size=HEAVY + 1)}, "image-heavy", "warning"),
    ],
)
def test_how_a_picture_answered(changes: dict[str, Any], code: str | None, severity: str) -> None:
    assert said(PICTURED, **changes) == ([(code, severity, 7)] if code else [])


def test_without_a_network_there_is_one_note() -> None:
    urls = [f"{URL}{n}" for n in range(19)]
    asked = Addresses(links={url: Place(where="links") for url in urls})
    looks = {url: a_look(url=url, status=0, error="no such host", heard=False) for url in urls}
    (one,) = answers(asked, looks)
    assert (one.code, one.severity) == ("links-offline", "note")
    assert "none of 19" in one.what


def test_what_answers_is_counted() -> None:
    (one,) = answers(ASKED, {URL: a_look()})
    assert (one.code, one.what) == ("links-answer", "1 of 1 links and pictures answer")
    assert list(answers(ASKED, {})) == []


def test_all_that_leads_out_is_gathered_once_with_its_story() -> None:
    brief = a_brief(
        url="https://presse.example/é à",
        image_url="https://presse.example/i.png",
        also=(Mention(source="RFI", title="", url="https://rfi.example/1", language="fr"),),
    )
    issue = an_issue_of(brief)
    pages = [dissect(rendered(issue).html)] * 2
    asked = addresses_of(issue.content, pages, "https://lettre.example/")
    assert {url: place.story_id for url, place in asked.links.items()} == {
        "https://presse.example/%C3%A9%20%C3%A0": 1,
        "https://rfi.example/1": 1,
    }
    assert {url: (at.story_id, at.width) for url, at in asked.images.items()} == {
        "https://presse.example/i.png": (1, 600)
    }
    assert not addresses_of(issue.content, pages, "https://").links


@pytest.mark.parametrize(
    ("url", "is_inside"),
    [
        ("http://192.168.1.4/x", True),
        ("http://127.0.0.1:8000/", True),
        ("http://localhost/x", True),
        ("http://[::1]/", True),
        ("https://8.8.8.8/", False),
        ("https://presse.example/192.168.1.4", False),
        ("http://[damaged/", False),
    ],
)
def test_a_house_s_own_network_is_known_without_asking(url: str, is_inside: bool) -> None:
    assert inside(url) is is_inside


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0"
SEGMENT = b"\xff\xe1" + struct.pack(">H", 300) + b"\0" * 298
COLOURS = b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"
FRAME = b"\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640) + COLOURS
JPEG = b"\xff\xd8" + SEGMENT + FRAME
RIFF = b"RIFF\0\0\0\0WEBP"
VP8X = RIFF + b"VP8X" + b"\0" * 8 + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
VP8L = RIFF + b"VP8L" + b"\0" * 4 + b"\x2f" + struct.pack("<I", 639 | 479 << 14)
VP8 = RIFF + b"VP8 " + b"\0" * 10 + struct.pack("<HH", 640, 480)


@pytest.mark.parametrize(
    "data",
    [PNG, JPEG, b"GIF89a" + struct.pack("<HH", 640, 480), VP8X, VP8L, VP8],
    ids=["png", "jpeg", "gif", "webp", "webp-lossless", "webp-lossy"],
)
def test_a_pictures_size_is_read_from_its_header(data: bytes) -> None:
    picture = measured(data, "image/x")
    assert (picture.width, picture.height) == (640, 480)
    for length in range(len(data)):
        assert measured(data[:length], "image/x").size == length


STARTS = st.sampled_from([b"", PNG[:8], b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff", RIFF + b"VP8X"])


@given(STARTS, st.binary(max_size=200))
def test_no_bytes_break_the_measure(start: bytes, rest: bytes) -> None:
    assert measured(start + rest, "image/x").width >= 0
