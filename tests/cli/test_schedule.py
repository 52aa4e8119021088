import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import typer
from starlette.types import ASGIApp
from typer.testing import CliRunner

from digest.app import open_database
from digest.cli import schedule as commands
from digest.cli.failures import explain
from digest.cli.serving import current_app, listen
from digest.cli.upcoming import in_words, upcoming, without_own_draft
from digest.config import read_settings
from digest.errors import ConfigError
from digest.schedule.reading import read_schedule
from subscribers.database import Database
from tests.pipeline.clockwork import Mailbag, Office, enlist, furnish
from tests.schedule.texts import SMALL, small

WEDNESDAY = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
Digest = Callable[..., tuple[int, str]]
VERIFICATION_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEiHZ0U1GkaXSV17RYfsIgMShG"
    "dbydsyvM/N2Ds6FjUmvivS40kr4WDnyp0KvdlJHM9MAUrvt6a5+gY1Byo5+PEQ=="
)


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Digest:
    """Run a command in an empty folder; give exit code and output."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)
    app = typer.Typer()
    commands.register(app)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words))
        if result.exception is None or isinstance(result.exception, SystemExit):
            return result.exit_code, result.output
        explained = explain(result.exception)
        assert explained is not None, result.exception
        return explained[1], explained[0]

    return run


# --- init ---


def test_init_writes_a_schedule_that_checks_and_drops_to_collect(
    digest: Digest, tmp_path: Path
) -> None:
    code, output = digest("init")
    assert code == 0
    assert "digest check" in output
    assert len(list((tmp_path / "inbox").iterdir())) >= 7
    assert digest("check")[0] == 0


def test_init_makes_the_folder_it_is_given(digest: Digest, tmp_path: Path) -> None:
    _, output = digest("init", "letters/sahel", "--json")
    assert json.loads(output)["kept"] == []
    assert read_schedule(tmp_path / "letters" / "sahel" / "schedule.yaml")


def test_init_never_writes_over_a_file(digest: Digest, tmp_path: Path) -> None:
    (tmp_path / "schedule.yaml").write_text("mine")
    _, output = digest("init", "--json")
    assert json.loads(output)["kept"] == ["schedule.yaml"]
    assert (tmp_path / "schedule.yaml").read_text() == "mine"
    _, output = digest("init", "--json")
    assert json.loads(output)["written"] == []


def test_init_says_where_it_may_not_write(digest: Digest, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, output = digest("init", "file/inside")
    assert code == 3
    assert "can't be written" in output


# --- check ---


def levels(output: str) -> dict[str, str]:
    """Give the worst level of each thing looked at."""
    worst: dict[str, str] = {}
    for finding in json.loads(output):
        about = finding["about"]
        worst[about] = max(
            worst.get(about, "ok"), finding["level"], key=["ok", "warn", "error"].index
        )
    return worst


def test_check_without_a_schedule_says_how_to_get_one(digest: Digest) -> None:
    code, output = digest("check")
    assert code == 3
    assert "`digest init`" in output


def test_check_tells_every_problem_on_its_line(digest: Digest, tmp_path: Path) -> None:
    text = SMALL.replace("[sahel-security, dip", "[sahell, dip").replace("53 6", "53 26")
    (tmp_path / "schedule.yaml").write_text(text)
    code, output = digest("check")
    assert code == 3
    assert [line[:32] for line in output.splitlines()[:2]] == [
        "error  schedule  schedule.yaml:2",
        "error  schedule  schedule.yaml:2",
    ]
    assert "ok     database" in output, "one broken thing hides the others"


@pytest.mark.parametrize(
    ("setting", "about", "level"),
    [
        ("DIGEST_PROVIDER_URL=outbox://var/outbox", "provider", "ok"),
        ("DIGEST_PROVIDER_URL=pigeon://roof", "provider", "error"),
        ("DIGEST_DATABASE_URL=sqlite:////proc/no/such.db", "database", "error"),
        ("DIGEST_SITE_URL=https://lettre.example.org", "site", "ok"),
        ("DIGEST_SITE_URL=http://127.0.0.1:8000", "site", "ok"),
        ("SENDGRID_WEBHOOK_KEY=SG.no-such-key", "events", "error"),
        (f"SENDGRID_WEBHOOK_KEY={VERIFICATION_KEY}", "events", "ok"),
    ],
)
def test_check_judges_each_setting(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, setting: str, about: str, level: str
) -> None:
    Path("schedule.yaml").write_text(SMALL)
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    code, output = digest("check", "--json")
    assert levels(output)[about] == level
    assert code == (3 if level == "error" else 0)


def test_check_refuses_to_mail_people_links_to_this_machine(
    digest: Digest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schedule.yaml").write_text(SMALL)
    monkeypatch.setenv("DIGEST_PROVIDER_URL", "sendgrid://")
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.secret-key")
    monkeypatch.setenv("DIGEST_SITE_URL", "http://127.0.0.1:8000")
    code, output = digest("check", "--json")
    assert (code, levels(output)["site"], levels(output)["events"]) == (3, "error", "warn")
    assert "secret" not in output


def test_check_warns_of_lists_folders_editors_and_a_draft_that_comes_too_late(
    digest: Digest, tmp_path: Path
) -> None:
    text = SMALL.replace("0 18 * * thu", "0 18 * * sat").replace("53 6 * * fri", "53 6 * * mon,fri")
    text = text.replace("[JNIM, GSIM]", "[ONU, UN]")
    (tmp_path / "schedule.yaml").write_text(text)
    code, output = digest("check")
    assert code == 0
    for words in ("list 'hebdo'", "no folder inbox", "tells nobody", "'UN' is", "no draft is made"):
        assert words.removeprefix("list ") in output


@pytest.mark.parametrize(("address", "level"), [("a@example.org", "warn"), ("a@lettre.ml", "ok")])
def test_check_warns_of_made_up_readers(digest: Digest, address: str, level: str) -> None:
    Path("schedule.yaml").write_text(SMALL)
    enlist(open_database(read_settings()), [address])
    assert levels(digest("check", "--json")[1])["list"] == level


@pytest.mark.parametrize(
    ("draft", "send", "warned"),
    [
        ("0 18 * * thu", "53 6 * * fri", False),
        ("0 18 * * fri", "53 6 * * fri", False),  # six and a half days to shape it
        ("0 18 * * sun,wed", "53 6 * * mon,thu", False),
        ("0 18 * * thu", "53 6 * * mon,fri", True),
        ("0 18 * * thu", "53 6 * * *", True),
        ("53 6 * * fri", "53 6 * * fri", False),
    ],
)
def test_every_sending_should_have_a_draft_of_its_own(draft: str, send: str, warned: bool) -> None:
    plan = small(draft=f'"{draft}"', send=f'"{send}"').newsletters["hebdo"]
    assert bool(without_own_draft("hebdo", plan, WEDNESDAY)) is warned


# --- schedule ---


def words(now: datetime, count: int, **changes: str) -> list[str]:
    return [in_words(strike, now) for strike in upcoming(small(**changes), now, count)]


def test_the_next_runs_are_told_in_words() -> None:
    assert words(WEDNESDAY, 3) == [
        "Thursday 26 November 2026 at 18:00 (Europe/Paris), in 35 hours: the draft of hebdo is"
        " made",
        "Friday 27 November 2026 at 06:53 (Europe/Paris), in 2 days: hebdo is sent",
        "Thursday 3 December 2026 at 18:00 (Europe/Paris), in 8 days: the draft of hebdo is made",
    ]


def test_a_change_of_time_is_marked_where_it_falls() -> None:
    told = words(datetime(2026, 10, 20, tzinfo=UTC), 4)
    assert [one.partition(" [")[2] for one in told] == [
        "",
        "",
        "the clocks went back since the last time: now UTC+01:00]",
        "the clocks went back since the last time: now UTC+01:00]",
    ]
    told = words(datetime(2027, 3, 27, tzinfo=UTC), 2, draft='"0 0 1 1 *"', send='"30 2 * * *"')
    assert told[0].endswith("hebdo is sent")
    assert "Sunday 28 March 2027 at 03:00" in told[1]
    assert "strikes right after" in told[1]


def test_a_zone_without_summer_time_has_no_change_to_mark() -> None:
    told = words(datetime(2026, 10, 20, tzinfo=UTC), 4, timezone="Africa/Bamako")
    assert not any("[" in one for one in told)


def test_schedule_prints_as_many_as_asked_for(digest: Digest, tmp_path: Path) -> None:
    (tmp_path / "schedule.yaml").write_text(SMALL)
    assert len(digest("schedule", "--count", "5")[1].splitlines()) == 5
    assert [one["clock"] for one in json.loads(digest("schedule", "--count", "2", "--json")[1])]
    assert digest("schedule", "--count", "0")[0] == 2


# --- serve ---


@pytest.mark.slow
def test_serve_answers_and_stops_when_told(tmp_path: Path) -> None:
    (tmp_path / "schedule.yaml").write_text(SMALL)
    program = (
        "import typer; from digest.cli import schedule; app = typer.Typer();"
        "schedule.register(app); app()"
    )
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", "0", "--json"],
        cwd=tmp_path,
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            port = json.loads(process.stderr.readline())["port"]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                assert answer.status == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
        assert json.loads(process.stderr.read().splitlines()[-1])["event"] == "stopped"


def test_serve_says_so_when_the_port_is_taken() -> None:
    with (
        listen("127.0.0.1", 0) as taken,
        pytest.raises(ConfigError, match="choose another --host or --port"),
    ):
        listen("127.0.0.1", taken.getsockname()[1])


def test_the_pages_follow_an_edited_schedule(tmp_path: Path, database: Database) -> None:
    furnish(tmp_path, database)
    office = Office(tmp_path, database, WEDNESDAY, Mailbag())
    app = current_app(office.desk)
    assert "strict-transport-security" in headers(app)
    office.rewrite(("https://lettre.example", "http://lettre.example"))
    office.at(WEDNESDAY)
    assert "strict-transport-security" not in headers(app)


def headers(app: ASGIApp) -> httpx.Headers:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get("/healthz")

    answer = asyncio.run(ask())
    assert answer.status_code == 200
    return answer.headers


def test_what_is_due_at_once_is_told_in_seconds() -> None:
    now = WEDNESDAY + timedelta(hours=34, minutes=59, seconds=30)
    assert "in 30 seconds" in words(now, 1)[0]
