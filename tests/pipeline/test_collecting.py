"""A run over all sources: which are asked, when one fails, how they stand, a run that is killed."""

import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.fetch import fetch
from digest.errors import NotFoundError
from digest.pipeline.sources import standing
from tests.conftest import NOW
from tests.forks import ended
from tests.pipeline.killed import collect_and_die
from tests.pipeline.rooms import Room, rss
from tests.servers.feeds import FeedServer


def test_a_source_that_is_down_is_one_line_and_stops_nothing(
    room: Room, server: FeedServer
) -> None:
    room.feed("http://127.0.0.1:9/feed", name="panne")
    room.feed(server.gives("/up", rss(("a", "Un"))))
    reports = room.collect()
    assert reports["panne"].error == "no connection to 127.0.0.1:9"
    assert reports["fleuve"].new == 1


def test_a_failed_source_is_not_due_for_a_while(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/down", status=500))
    assert room.collect()["fleuve"].error == "the server answered 500 Internal Server Error"
    asked = len(server.asked)
    assert room.collect()["fleuve"].notes == ("not due before 2026-11-26 17:30 UTC",)
    assert len(server.asked) == asked
    room.now += timedelta(minutes=31)
    room.collect()
    assert len(server.asked) == asked + 1
    assert room.collect()["fleuve"].notes == ("not due before 2026-11-26 18:31 UTC",)


def test_being_offline_puts_no_source_off_for_long(room: Room, server: FeedServer) -> None:
    room.feed("http://127.0.0.1:9/a", name="a")
    room.feed("http://127.0.0.1:9/b", name="b")
    for _ in range(5):
        room.collect()
        room.now += timedelta(minutes=31)
    room.feed(server.gives("/heard", rss(("a", "Un"))))
    room.collect()  # heard: now it is the others that are down
    room.now += timedelta(minutes=31)
    assert room.collect()["a"].notes == ("not due before 2026-11-26 20:35 UTC",)


def test_what_a_server_says_can_always_be_stored(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/odd", status=500, reason="\x1b[31mPanne \xff"))
    assert room.collect()["fleuve"].error == "the server answered 500 [31mPanne"
    assert room.collect()["fleuve"].notes == ("not due before 2026-11-26 17:30 UTC",)


def test_a_source_asked_for_by_name_is_asked_even_before_it_is_due(
    room: Room, server: FeedServer
) -> None:
    room.feed(server.gives("/named", status=500))
    room.collect()
    server.gives("/named", rss(("a", "Un")))
    assert room.collect("fleuve")["fleuve"].new == 1


def test_an_unknown_source_is_not_found_and_the_nearest_is_named(room: Room) -> None:
    room.feed("https://fleuve.example/feed")
    with pytest.raises(NotFoundError, match=r"unknown source 'fleuv'.*did you mean 'fleuve'"):
        room.collect("fleuv")


def test_a_surprise_in_one_source_stops_no_other(room: Room, server: FeedServer) -> None:
    room.feed("https://fleuve.example/feed", name="surprise")
    room.feed(server.gives("/calm", rss(("a", "Un"))))
    reports = room.collect(fetch=spoiling)
    assert reports["surprise"].error == "unexpected AttributeError"
    assert reports["fleuve"].new == 1


def spoiling(requests: Sequence[Request], **how: Any) -> tuple[Answer, ...]:
    """A fetch whose first answer is nothing that code can expect."""
    first, *others = fetch(requests, **how)
    nothing: Any = None
    return (replace(first, verdict=Verdict.CONTENT, error="", body=nothing), *others)


def test_the_sources_stand_in_words(room: Room, inbox: Path, server: FeedServer) -> None:
    room.feed(server.gives("/stand", rss(("a", "Un"))))
    room.feed("http://127.0.0.1:9/feed", name="panne")
    before = standing(room.newsroom())
    assert {one.last_success for one in before} == {None}
    room.collect()
    bad, drops, good = standing(room.newsroom())
    assert (drops.kind, good.kind) == ("folder", "feed")
    assert (good.last_success, good.next_time) == (NOW, NOW + timedelta(hours=1))
    assert (bad.last_success, bad.next_time) == (None, NOW + timedelta(minutes=30))
    assert bad.error == "no connection to 127.0.0.1:9"


def test_a_killed_run_loses_nothing_and_the_next_one_goes_on(
    room: Room, server: FeedServer
) -> None:
    for number in range(6):
        items = [(f"{number}-{item}", f"Titre {number} {item}") for item in range(20)]
        room.feed(server.gives(f"/kill{number}", rss(*items)), name=f"s{number}")
    feeds = [source.feed for source in room.sources]
    for stored_before_death, stored in ((1, 2), (1, 4)):
        world = (room.root, room.database.url, stored_before_death)
        assert ended(collect_and_die, *world, *feeds) == -signal.SIGKILL
        assert len(room.articles()) == 20 * stored
    room.collect()
    titles = [article.title for article in room.articles()]
    assert len(titles) == len(set(titles)) == 6 * 20
