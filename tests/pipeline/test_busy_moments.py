"""What a busy moment leaves out is collected at the next."""

from datetime import timedelta
from typing import Any

import pytest

from digest.collect.worker import ParseError, Workers
from tests.pipeline.rooms import Room, counts, rss
from tests.servers.feeds import FeedServer


def no_time_for_entries(patch: pytest.MonkeyPatch) -> None:
    """Let each worker take too long over the entries of a source."""
    run = Workers.run

    def busy(self: Workers, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        if what == "entries":
            raise ParseError("its parser took longer than 10 seconds")
        return run(self, what, text, base=base)

    patch.setattr(Workers, "run", busy)


def test_entries_that_no_worker_had_time_for_are_asked_for_again(
    room: Room, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    five = rss(*((f"busy{number}", f"Titre {number}") for number in range(5)))
    room.feed(server.gives("/busy", five, headers={"ETag": '"1"'}))
    with monkeypatch.context() as patch:
        no_time_for_entries(patch)
        report = room.collect()["fleuve"]
    assert (report.new, report.left_out) == (0, 5)
    assert report.notes[-1] == "2 entries more were left for the next time"
    room.now += timedelta(hours=2)
    assert counts(room.collect()["fleuve"]) == (5, 5, 0, 0)
