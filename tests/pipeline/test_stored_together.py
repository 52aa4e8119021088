"""Whether several feeds are stored in one transaction or each in its own, the same is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

import pytest
from sqlalchemy.exc import IntegrityError

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.changes import Change, decide
from digest.pipeline import collecting, polling, storing
from subscribers.database import Database
from tests import postgres
from tests.pipeline.newsstand import Inside
from tests.pipeline.presses import Press
from tests.pipeline.rooms import Room, counts, rss
from tests.pipeline.two_ways import Week, same_on_postgresql, same_on_sqlite
from tests.storage.everything import rows_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # feedparser's own

NAMES = ("a", "b", "c", "d", "e")


class Workers(Inside):
    """Parsers in this process."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is to be ended."""


class Server:
    """Gives what each source's feed says now."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def __call__(self, requests: Sequence[Request], **_: object) -> tuple[Answer, ...]:
        return tuple(self._answer(request) for request in requests)

    def _answer(self, request: Request) -> Answer:
        body = self.texts[request.url].encode()
        content = Verdict.CONTENT
        return Answer(request=request, verdict=content, url=request.url, status=200, body=body)


SURPRISE = ValueError("this entry is at fault")
TAKEN = IntegrityError("INSERT", {}, SURPRISE)


@dataclass
class Faulty:
    """Decides, but not about an entry that is at fault."""

    fault: Exception

    def __call__(self, entry: Any, stored: Any, *, speaks: bool) -> Change:
        if "FATAL" in entry.title + entry.description:
            raise self.fault
        return decide(entry, stored, speaks=speaks)


def week(database: Database, folder: Path, seed: int, *, together: int) -> dict[str, Any]:
    """Let a week pass, in which all sources are asked at once; give all rows and reports."""
    room, server, chance, told = Room(root=folder, database=database), Server(), Random(seed), []
    presses = {name: Press(chance, atom=not chance.randrange(3)) for name in NAMES}
    for name in NAMES:
        room.feed(f"https://{name}.example/", name=name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(polling, "_TOGETHER", together)
        patch.setattr(collecting, "Workers", Workers)
        patch.setattr(storing, "decide", Faulty(TAKEN))
        for _ in range(7):
            room.now += timedelta(hours=chance.choice((1, 30)))
            for name, press in presses.items():
                press.turn()
                server.texts[f"https://{name}.example/"] = press.text()
            told.append(room.collect(fetch=server))
    rows: dict[str, Any] = rows_of(database)
    for state in rows["sources"]:  # a rhythm may know what was stored together with it, or not yet
        del state["rhythm"], state["due_at"]
    return rows | {"reports": told}


def ways(folder: Path) -> tuple[Week, Week]:
    return (
        lambda database, seed: week(database, folder, seed, together=1),
        lambda database, seed: week(database, folder, seed, together=8),
    )


@pytest.mark.parametrize("weeks", [10, pytest.param(1_000, marks=pytest.mark.nightly)])
def test_the_same_is_stored(empty_database: Path, tmp_path: Path, weeks: int) -> None:
    same_on_sqlite(ways(tmp_path), empty=empty_database, folder=tmp_path, weeks=weeks)


@pytest.mark.parametrize(
    "seed", [7, *(pytest.param(n, marks=pytest.mark.nightly) for n in range(50))]
)
def test_the_same_is_stored_in_postgresql(
    postgresql: postgres.Server, on_wiped_postgresql: Database, tmp_path: Path, seed: int
) -> None:
    same_on_postgresql(ways(tmp_path), server=postgresql, database=on_wiped_postgresql, seed=seed)


@pytest.fixture
def given_by(room: Room, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Collect from feeds of these entries, all in one transaction."""

    def collected(*feeds: str) -> dict[str, tuple[int, int, int, int]]:
        server = Server()
        room.sources.clear()
        for number, text in enumerate(feeds):
            room.feed(f"https://{number}.example/", name=f"s{number}")
            server.texts[f"https://{number}.example/"] = text
        monkeypatch.setattr(collecting, "Workers", Workers)
        reports = room.collect(fetch=server)
        return {name: counts(report) for name, report in reports.items()}

    return collected


@pytest.mark.parametrize("fault", [SURPRISE, TAKEN])
def test_what_fails_costs_only_itself(
    room: Room,
    given_by: Any,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(storing, "decide", Faulty(fault))
    feeds = [rss(("a", "Un")), rss(("b", "FATAL")), rss(("c", "Trois"))]
    found = given_by(*feeds)
    assert found == {"s0": (1, 1, 0, 0), "s1": (0, 0, 0, 0), "s2": (1, 1, 0, 0)}
    assert [one.title for one in room.articles()] == ["Un", "Trois"]
    assert caplog.text.count("sources=3") == 1  # that they were stored one by one
    monkeypatch.setattr(storing, "decide", decide)
    assert given_by(*(feed + " " for feed in feeds))["s1"] == (1, 1, 0, 0)


def test_one_article_of_two_feeds_is_one(room: Room, given_by: Any) -> None:
    both = rss(("a", "Un"), ("b", "Deux"))
    assert given_by(both, both) == {"s0": (2, 2, 0, 0), "s1": (2, 0, 0, 2)}
    assert [one.source for one in room.articles()] == ["s0", "s0"]
