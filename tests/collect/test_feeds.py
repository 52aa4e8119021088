"""Feeds, good and bad: each case is a file in tests/data/collect/feeds."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.entries import Origin, entry_of
from digest.collect.feeds import read_feed
from digest.collect.items import named, shared_addresses
from digest.collect.readings import Reading
from digest.collect.repair import NEWEST
from digest.collect.worker import ParseError, Worker, write_frame
from digest.model.article import Entry
from tests.collect.cases import NOW, Case, cases, check

URL = "https://fleuve.example/feed"


@pytest.fixture(scope="module")
def parser() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


def read(raw: bytes, parser: Any, **how: Any) -> Reading:
    answer = Answer(request=Request(url=URL), verdict=Verdict.CONTENT, url=URL, body=raw, **how)
    return read_feed(answer, parser)


def entries_of(reading: Reading) -> list[Entry]:
    origin = Origin(source="fleuve", base=URL, shared=shared_addresses(reading.items))
    made = [
        entry_of(item, origin, key=key, seen_at=NOW) for key, item in named(reading.items).items()
    ]
    return [entry for entry in made if entry]


@pytest.mark.parametrize("case", cases("feeds"))
def test_a_feed_gives_what_its_case_says(case: Case, parser: Worker) -> None:
    reading = read(case.raw, parser, charset=case.expected.get("charset", ""))
    assert reading.error == case.expected.get("error", "")
    assert list(reading.notes) == case.expected.get("notes", [])
    entries = entries_of(reading)
    assert [entry.title for entry in entries] == [
        expected["title"] for expected in case.expected["entries"]
    ]
    assert len({entry.key for entry in entries}) == len(entries)
    for entry, expected in zip(entries, case.expected["entries"], strict=True):
        check(entry, expected)


def rss(items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode()


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_100_000_entries_the_newest_5_000_are_taken_and_said(
    parser: Worker, newest_first: bool
) -> None:
    numbers = range(100_000, 0, -1) if newest_first else range(1, 100_001)
    items = "".join(
        f"<item><title>{n}</title><pubDate>{2000 + n // 10_000}-11-26</pubDate></item>"
        for n in numbers
    )
    begun = time.monotonic()
    reading = read(rss(items), parser)
    assert time.monotonic() - begun < 8  # a third of it on a quiet machine
    assert len(reading.items) == NEWEST
    assert max(reading.items, key=lambda item: int(item.title)).title == "100000"
    assert min(reading.items, key=lambda item: int(item.title)).title == "95001"
    assert reading.notes == ("the feed has 100,000 entries: the newest 5,000 were taken",)


def test_of_a_json_feed_too_the_newest_5_000_are_taken(parser: Worker) -> None:
    items = ",".join(f'{{"id": "{n}", "title": "t{n}"}}' for n in range(6_000))
    reading = read(f'{{"items": [{items}]}}'.encode(), parser)
    assert len(reading.items) == NEWEST
    assert "6,000" in reading.notes[0]


ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(50_000))
DEEP = "<div>" * 20_000 + "x" + "</div>" * 20_000
MONSTERS = {
    "50,000 attributes": f"<item {ATTRIBUTES}><title>Calme</title></item>",
    "50,000 attributes in HTML": f"<item><title>Calme</title><description><![CDATA[<p {ATTRIBUTES}>"
    "x</p>]]></description></item>",
    "20,000 deep": "<item><title>Calme</title><description>"
    f"<![CDATA[{DEEP}]]></description></item>",
    "20,000 deep in XML": f"<item><title>Calme</title><description>{DEEP}</description></item>",
    "only <": f"<item><title>Calme</title><description>{'<' * 100_000}</description></item>",
}


@pytest.mark.parametrize("item", MONSTERS.values(), ids=MONSTERS)
def test_a_monstrous_element_costs_little_time(parser: Worker, item: str) -> None:
    parser.run("feed", "<rss/>")  # the worker is up
    begun = time.monotonic()
    entries = entries_of(read(rss(item), parser))
    assert time.monotonic() - begun < 3  # under one on a quiet machine
    assert [entry.title for entry in entries] == ["Calme"]


_MARKUP = "&lt;p class='a'&gt;b&lt;/p&gt;" * 200
SLOW = f"<rss><channel>{f'<item><x:y/><description>{_MARKUP}</description></item>' * 1_500}"
"""Of an element that the careful parser alone reads: some seconds."""


@pytest.mark.parametrize(
    "text", ["<rss><![CDATA[" * 20_000, "<rss>" + "<item>" * 300_000 + "</entry>" * 5_001]
)
def test_text_that_slows_a_pattern_down_is_stopped_in_the_worker(text: str) -> None:
    with Worker(limit=0.3) as worker:
        begun = time.monotonic()
        read(text.encode(), worker)
        assert time.monotonic() - begun < 3


def test_half_an_emoji_costs_a_json_feed_nothing(parser: Worker) -> None:
    (entry,) = entries_of(read(rb'{"items": [{"id": "1", "title": "Un \ud83d"}]}', parser))
    assert entry.title == "Un"


def test_a_picture_as_base64_hides_no_text(parser: Worker) -> None:
    picture = f"&lt;img src='data:image/png;base64,{'A' * 600_000}'&gt;"
    item = f"<item><title>Un</title><description>{picture}Le texte.</description></item>"
    (entry,) = entries_of(read(rss(item), parser))
    assert (entry.description, entry.body) == ("Le texte.", "")


def test_a_guid_that_is_no_address_is_no_link(parser: Worker) -> None:
    item = "<item><title>Un</title><link>javascript:alert(1)</link><guid>12345</guid></item>"
    (entry,) = entries_of(read(rss(item), parser))
    assert entry.url == ""


def test_a_cut_answer_gives_its_whole_entries_and_says_so(parser: Worker) -> None:
    whole = rss("<item><title>Un</title></item><item><title>Deux</title></item>")
    reading = read(whole[:-40], parser, cut="broken off after 99 bytes")
    assert [item.title for item in reading.items] == ["Un"]
    assert reading.notes[0] == "the answer is broken off after 99 bytes"


def test_a_cut_answer_that_can_not_be_read_says_why(parser: Worker) -> None:
    assert read(b"<rs", parser, cut="broken off after 3 bytes").error == (
        "the answer is broken off after 3 bytes"
    )


def test_a_parser_that_hangs_is_killed_and_replaced() -> None:
    with Worker(limit=0.01) as hasty:
        with pytest.raises(ParseError, match="took longer than"):
            hasty.run("feed", "<rss>" + "<item><title>x</title></item>" * 4_000)
        hasty._limit = 10
        assert hasty.run("feed", rss("<item><title>x</title></item>").decode())["items"]


def test_a_parser_is_killed_from_any_thread_and_leaves_no_zombie() -> None:
    def hang() -> int:
        with Worker() as hasty:
            hasty.run("feed", "<rss/>")
            assert hasty._process
            process, hasty._limit = hasty._process, 0.1
            with pytest.raises(ParseError, match="took longer than"):
                hasty.run("feed", SLOW)
            return process.pid

    with ThreadPoolExecutor(1) as threads:
        pid = threads.submit(hang).result(timeout=20)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no alarm in this system")
def test_a_parser_whose_caller_was_killed_ends_by_itself() -> None:
    frame = io.BytesIO()
    write_frame(frame, orjson.dumps({"what": "feed", "text": SLOW, "base": ""}))
    code = "from digest.collect import parsing; parsing.OUTLIVED = 1; parsing.main()"
    run = subprocess.run([sys.executable, "-c", code], input=frame.getvalue(), timeout=20)
    assert run.returncode == -signal.SIGALRM


def test_a_parser_has_a_limit_of_memory() -> None:
    code = "from digest.collect.worker import limit_memory; limit_memory(); bytes(1024**3)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MemoryError" in run.stderr


def test_a_parser_that_dies_is_replaced() -> None:
    with Worker() as worker:
        worker.run("feed", "<rss/>")
        assert worker._process
        worker._process.kill()
        worker._process.wait()
        with pytest.raises(ParseError, match="crashed"):
            worker.run("feed", "<rss/>")
        assert worker.run("feed", "<rss/>")["items"] == []


def test_a_worker_that_was_never_asked_starts_no_process() -> None:
    with Worker() as worker:
        assert worker._process is None


def test_deeply_nested_json_is_refused(parser: Worker) -> None:
    assert read(b'{"items": ' + b"[" * 50_000, parser).error == (
        "the answer is JSON, but no JSON Feed"
    )


def test_what_ends_without_a_beginning_says_nothing(parser: Worker) -> None:
    [item] = read(b"<channel><item<title</content:encoded/>", parser).items
    assert (item.summary, item.content) == ("", "")
