"""What fuzzing found, in small: each of these once took a second or did not end at all."""

from collections.abc import Iterator

import orjson
import pytest

from digest.collect.worker import ParseError, Worker
from tests.collect.fuzzing import processor

MARKS: dict[str, list[str]] = {"marks": []}
FOUND = {
    "many DOCTYPEs that never end": ("feed", "<!DOCTYPE x [" * 20_000),
    "many scripts that never end": ("page", '<script type="application/ld+json">' * 8_000),
    "an address of one long word": ("mail", f"From: a@b.c\x95{'e' * 100_000}\n\ntexte"),
    "a header with many parameters": ("mail", f"Content-Type: a/b; {'&#0;' * 30_000}\n\ntexte"),
    "a tag's name without an end": (
        "entries",
        orjson.dumps(
            {
                "origin": {"source": "x", "zone": "UTC", "shared": []},
                "waiting": [
                    {
                        "item": {"content": "<p>a" * 300 + "<" + "b" * 100_000, "published": []}
                        | MARKS,
                        "key": "k",
                        "seen_at": "2026-11-26T17:00:00Z",
                    }
                ],
            }
        ).decode(),
    ),
    "a page of line breaks": ("page", "<p>Bonjour</p>" + "<br/>" * 25_000),
    "a page of paragraphs": ("page", "<p>a" * 30_000),
    "many CDATA sections that never end": (
        "feed",
        "<rss><channel>"
        + "<a><![CDATA[" * 20_000
        + "<item><title>a</title></item></channel></rss>",
    ),
    "a mail of many parts": (
        "mail",
        "Content-Type: multipart/mixed; boundary=m\n\n" + "--m\nCon\n" * 18_000,
    ),
    "a mail of many parts, its lines ended as on old Macs": (
        "mail",
        "Content-Type: multipart/mixed; boundary=m\r\r" + "--m\rCon\r" * 40_000,
    ),
    "containers within containers": (
        "page",
        "<div data-hook='post-description'><ul>" * 60 + "<li><span>a</span></li>" * 2_000,
    ),
    "an attribute full of comments": ("page", f'<p title="{"<!--" * 40_000}">Bonjour</p>'),
}


@pytest.fixture(scope="module")
def parser() -> Iterator[Worker]:
    with Worker(limit=6) as worker:
        worker.run("page", "<p>a</p>")  # the worker is up, its libraries imported
        yield worker


@pytest.mark.parametrize(("what", "text"), FOUND.values(), ids=FOUND)
def test_it_is_read_or_refused_in_good_time(parser: Worker, what: str, text: str) -> None:
    begun = processor(parser)
    try:
        parser.run(what, text)
    except ParseError as error:
        assert "gave up" in str(error)  # noqa: PT017 - either is fine
    assert processor(parser) - begun < 3  # one on a quiet machine
