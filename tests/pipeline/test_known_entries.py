"""Whether entries that are known by their text are read again or not, the same is stored."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from digest.pipeline import reading
from digest.storage.imprints import imprints_of
from subscribers.database import Database
from tests import postgres
from tests.pipeline.newsstand import Inside, Stand
from tests.pipeline.rooms import Room, counts, rss
from tests.pipeline.two_ways import Week, same_on_postgresql, same_on_sqlite
from tests.servers.feeds import FeedServer
from tests.storage.everything import rows_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # feedparser's own


def week(database: Database, folder: Path, seed: int, *, knows: bool) -> dict[str, Any]:
    """Let a week pass; give all rows and reports."""
    room = Room(root=folder, database=database)
    with pytest.MonkeyPatch.context() as patch:
        if not knows:
            patch.setattr(reading, "imprints_of", lambda *_: b"")
        told = Stand(room, Random(seed)).week(7)
    rows: dict[str, Any] = rows_of(database)
    del rows["imprints"]
    return rows | {"reports": told}


def ways(folder: Path) -> tuple[Week, Week]:
    return (
        lambda database, seed: week(database, folder, seed, knows=False),
        lambda database, seed: week(database, folder, seed, knows=True),
    )


@pytest.mark.parametrize("weeks", [15, pytest.param(1_000, marks=pytest.mark.nightly)])
def test_the_same_is_stored(empty_database: Path, tmp_path: Path, weeks: int) -> None:
    same_on_sqlite(ways(tmp_path), empty=empty_database, folder=tmp_path, weeks=weeks)


@pytest.mark.parametrize(
    "seed", [11, *(pytest.param(n, marks=pytest.mark.nightly) for n in range(50))]
)
def test_the_same_is_stored_in_postgresql(
    postgresql: postgres.Server, on_wiped_postgresql: Database, tmp_path: Path, seed: int
) -> None:
    same_on_postgresql(ways(tmp_path), server=postgresql, database=on_wiped_postgresql, seed=seed)


def test_weeks_leave_much_unread(database: Database, tmp_path: Path) -> None:
    asked: list[str] = []
    room = Room(root=tmp_path, database=database)
    stand = Stand(room, Random(3), parser=Counting(asked))
    stand.week(40)
    assert asked.count("kept") > 40


class Counting(Inside):
    """Tells of each feed what was kept of it."""

    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        read = super().run(what, text, base=base)
        self._told += ["kept" for _ in read.get("kept", ())]
        return read


def test_an_entry_that_was_left_out_is_not_remembered(database: Database, tmp_path: Path) -> None:
    room = Room(root=tmp_path, database=database)
    room.feed("https://fleuve.example/")
    stand = Stand(room, Random(1), parser=Inside(gives_up=True))
    assert stand.reading("fleuve", rss(("a", "FATAL")))().left_out == 1
    stand.parser.gives_up = False
    assert stand.reading("fleuve", rss(("a", "FATAL")))().new == 1


def test_entries_are_remembered_once_they_are_stored(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/f", rss(("a", "Un"), ("b", "Deux"))))
    room.collect()
    assert len(remembered(room)) == 12 + 2 * 20
    server.gives("/f", rss(("c", "Trois"), ("a", "Un"), ("b", "Deux")))
    assert counts(room.collect()["fleuve"]) == (3, 1, 0, 2)
    assert len(remembered(room)) == 12 + 3 * 20
    server.gives("/f", rss(("c", "Trois"), ("a", "Un")) + " ")
    assert counts(room.collect()["fleuve"]) == (2, 0, 0, 2)
    assert len(remembered(room)) == 12 + 2 * 20


def test_what_failed_to_be_stored_is_not_remembered(
    room: Room, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.feed(server.gives("/f", rss(("a", "Un"))))
    with monkeypatch.context() as patch:
        patch.setattr("digest.pipeline.web_sources.save_source_states", None)
        assert room.collect()["fleuve"].error
    assert len(remembered(room)) == 0
    assert room.collect()["fleuve"].new == 1


def test_another_release_reads_all_again(
    room: Room, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.feed(server.gives("/f", rss(("a", "Un"))))
    room.collect()
    before = remembered(room)
    server.gives("/f", rss(("a", "Un")) + " ")
    room.collect()
    assert remembered(room) == before
    monkeypatch.setattr(reading, "release", lambda: "a later one")
    server.gives("/f", rss(("a", "Un")) + "  ")
    assert counts(room.collect()["fleuve"]) == (1, 0, 0, 1)
    assert remembered(room) != before


def remembered(room: Room) -> bytes:
    with room.database.read() as connection:
        return imprints_of(connection, "fleuve")
