"""`digest run` ends as `digest send` would: a timer that calls it must hear of doubts."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from digest import app
from digest.cli import running
from digest.errors import ConfigError, DoubtError
from digest.pipeline.demo import _invite
from digest.pipeline.newsroom import Newsroom
from digest.resources import shipped
from digest.schedule.reading import read_schedule
from subscribers.database import Database
from tests.conftest import NOW
from tests.deliver.courier import Courier, lost


@pytest.fixture
def courier() -> Courier:
    return Courier(lost(), capacity=100)


@pytest.fixture
def commands(
    tmp_path: Path, database: Database, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> typer.Typer:
    schedule = read_schedule(shipped("schedule.yaml"))
    folders = tuple(source for source in schedule.sources if source.folder)
    newsroom = Newsroom(
        schedule=schedule.model_copy(update={"sources": folders}),
        root=shipped("schedule.yaml").parent,
        database=database,
        clock=lambda: NOW,
        secret_key=b"0123456789abcdef",
        site_url="https://digest.example",
        templates=shipped("templates"),
        provider=lambda: courier,
    )
    _invite(newsroom, "hebdo", "Hebdo")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(app, "open_newsroom", lambda: newsroom)
    commands = typer.Typer()
    running.register(commands)
    return commands


def test_a_run_that_leaves_doubts_says_so_by_its_exit_code(commands: typer.Typer) -> None:
    done = CliRunner().invoke(commands, ["run", "hebdo-sahel", "--approved-by", "Awa"])
    assert isinstance(done.exception, DoubtError)  # of the French edition; the English one went
    assert "of 8 recipients nobody knows" in str(done.exception)


def test_a_run_of_an_unknown_newsletter_collects_nothing(
    commands: typer.Typer, database: Database
) -> None:
    done = CliRunner().invoke(commands, ["run", "hebdo-sahell"])
    assert isinstance(done.exception, ConfigError)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM articles").scalar() == 0
