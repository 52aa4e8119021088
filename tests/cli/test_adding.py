"""`digest sources add` and `remove`, as they are typed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.cli import adding, sources
from digest.collect import addresses
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline
from tests.pipeline.rooms import rss
from tests.schedule.texts import SMALL
from tests.servers.feeds import FeedServer, serving_feeds

FEED = rss(("a", "Le blocus de la ville se poursuit"), ("b", "La crue du fleuve menace"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    monkeypatch.setattr(addresses, "_BLOCKED", ())  # the command permits no net of ours
    with serving_feeds() as server:
        server.gives("/rss", FEED)
        yield server


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.yaml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def digest(
    tmp_path: Path, database: Database, schedule: Path, monkeypatch: pytest.MonkeyPatch
) -> Digest:
    run = commandline(tmp_path, database, monkeypatch, sources.register, adding.register)
    monkeypatch.setenv("DIGEST_SCHEDULE", str(schedule))
    return run


def test_a_source_is_shown_written_known_and_taken_out(
    digest: Digest, server: FeedServer, schedule: Path
) -> None:
    code, output = digest("sources", "add", f"{server.url}/rss", "--weight", "1.5", "--yes")
    assert code == 0
    assert "25 Nov 2026 10:00  excerpt    La crue du fleuve menace" in output
    assert "- name: le-fleuve\n    title: Le Fleuve\n" in schedule.read_text()
    assert "weight: 1.5" in schedule.read_text()
    assert "le-fleuve" in digest("sources")[1]
    again = digest("sources", "add", f"{server.url}/rss#top", "--yes")
    assert again[0] == 0
    assert "already, as le-fleuve" in again[1]
    assert "would be" in digest("sources", "remove", "le-fleuve", "--dry-run")[1]
    assert digest("sources", "remove", "le-fleuve")[0] == 0
    assert schedule.read_text() == SMALL


def test_nothing_is_written_without_a_yes(
    digest: Digest, server: FeedServer, schedule: Path
) -> None:
    assert "dry run" in digest("sources", "add", f"{server.url}/rss", "--dry-run", "--yes")[1]
    shown = json.loads(digest("sources", "add", f"{server.url}/rss", "--json")[1])
    assert (shown["written"], shown["entry"]["name"]) == (False, "le-fleuve")
    assert schedule.read_text() == SMALL
    named = json.loads(
        digest("sources", "add", f"{server.url}/rss", "--json", "--yes", "--name", "fleuve")[1]
    )
    assert named["written"]
    assert "name: fleuve" in schedule.read_text()


def test_where_there_is_no_feed_is_said(digest: Digest, server: FeedServer) -> None:
    server.pages.clear()
    server.gives("/", "<html><title>Accueil</title>")
    code, output = digest("sources", "add", server.url)
    assert code == 4
    assert "a web page ('Accueil')" in output
    assert f"{server.url}/rss.xml" in output
    assert digest("sources", "add", "https://user:pw@x.example")[0] == 3
    assert digest("sources", "remove", "rfl") == (4, "unknown source 'rfl' (did you mean 'rfi'?)")
