"""Threads take short turns as long as anybody collects, and their usual ones again afterwards."""

import sys
from typing import Any

import pytest

from digest.pipeline.turns import short_turns
from digest.pipeline.web_sources import Read, WebSources
from tests.pipeline.rooms import Room
from tests.servers.feeds import serving_feeds


def test_turns_are_short_until_the_last_who_wants_them_is_done() -> None:
    usual = sys.getswitchinterval()
    first, second = short_turns(), short_turns()
    with first:
        short = sys.getswitchinterval()
        second.__enter__()
    assert sys.getswitchinterval() == short < usual
    second.__exit__(None, None, None)
    assert sys.getswitchinterval() == usual


def test_turns_are_as_before_after_a_failure() -> None:
    usual = sys.getswitchinterval()
    with pytest.raises(RuntimeError), short_turns():
        raise RuntimeError
    assert sys.getswitchinterval() == usual


def test_feeds_are_read_in_short_turns(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, read, seen = sys.getswitchinterval(), WebSources.read, list[float]()

    def noting(*what: Any) -> Read:
        seen.append(sys.getswitchinterval())
        return read(*what)

    monkeypatch.setattr(WebSources, "read", noting)
    with serving_feeds() as server:
        room.feed(server.gives("/feed", b"<rss/>"))
        room.collect()
    assert seen[0] < usual == sys.getswitchinterval()
