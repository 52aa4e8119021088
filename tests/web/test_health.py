"""What a watcher is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from digest.pipeline.newsroom import Newsroom
from digest.storage.migrating import HEAD
from digest.web.main import create_app
from subscribers.database import Database
from tests.web.conftest import TestClient


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_sound_process_says_so(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 200
    assert browser.head(path).status_code == 200


def test_ready_names_the_revision(browser: TestClient) -> None:
    assert browser.get("/readyz").json() == {"ready": True, "revision": HEAD}


def test_an_empty_database_is_not_ready_but_up(newsroom: Newsroom, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'other.db'}")
    with TestClient(create_app(replace(newsroom, database=database))) as client:
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    database.close()
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "why": f"the database is at revision None, not {HEAD}",
    }


def test_an_unreachable_database_is_not_ready_and_not_named(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a folder' / 'digest.db'}")
    (tmp_path / "a folder").rmdir()
    with TestClient(create_app(replace(newsroom, database=database))) as client:
        answer = client.get("/readyz")
    database.close()
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "why": "the database does not answer"}
