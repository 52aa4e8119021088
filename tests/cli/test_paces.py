"""What `digest check` and `digest schedule` say of quiet hours, spreads and the warm-up."""

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from digest.cli import schedule as commands
from digest.cli.paces import allowance_words, allowances, period, plan_words, struck_in_quiet
from digest.cli.upcoming import in_words, upcoming
from digest.schedule.values import Schedule, WarmUp
from tests.schedule.texts import SMALL, read, small

WEDNESDAY = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
PLAN = WarmUp(since=date(2026, 11, 25), first_day=500, growth=1.5)
Digest = Callable[..., tuple[int, str]]


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Digest:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)
    app = typer.Typer()
    commands.register(app)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words))
        return result.exit_code, result.output

    return run


def with_plan(text: str = SMALL) -> str:
    plan = "  warm_up: {since: 2026-11-25, first_day: 500, growth: 1.5}\n"
    return text.replace("  sender:", f"{plan}  sender:")


def strikes(schedule: Schedule) -> list[str]:
    return [in_words(strike, WEDNESDAY) for strike in upcoming(schedule, WEDNESDAY, 2)]


def test_a_sending_that_strikes_in_quiet_hours_says_when_mail_goes() -> None:
    draft, sent = strikes(small(quiet="22:00-07:00", spread="90 minutes"))
    assert sent.endswith(
        "hebdo is sent [quiet hours 22:00-07:00: the first call begins on Fri 27 Nov 2026 07:00;"
        " spread over 90 minutes]"
    )
    assert "[" not in draft
    assert "quiet" not in strikes(small(quiet="22:00-06:53"))[1]


def test_a_young_domains_sending_says_how_many_it_mails() -> None:
    _, sent = strikes(read(with_plan()))
    assert sent.endswith("hebdo is sent [warm-up: 1,125 recipients that day]")


def test_a_send_clock_in_quiet_hours_is_found() -> None:
    plan = small(quiet="22:00-07:00").newsletters["hebdo"]
    words = struck_in_quiet("hebdo", plan, WEDNESDAY)
    assert words.startswith("hebdo: `send` strikes on Friday 27 November 2026 at 06:53")
    assert not struck_in_quiet("hebdo", small(quiet="22:00-06:00").newsletters["hebdo"], WEDNESDAY)
    assert not struck_in_quiet("hebdo", small().newsletters["hebdo"], WEDNESDAY)


def test_the_warm_up_is_told_day_by_day() -> None:
    told = [allowance_words(one) for one in allowances(PLAN, WEDNESDAY, 3)]
    assert told == [
        "Wednesday 25 November 2026: 500 recipients",
        "Thursday 26 November 2026: 750 recipients",
        "Friday 27 November 2026: 1,125 recipients",
    ]


@pytest.mark.parametrize(
    ("readers", "words"),
    [
        (0, "500 are allowed today (Europe/Paris)"),
        (1_100, "room for all 1,100 readers on 27 November 2026"),
        (500, "over: 500 recipients are allowed today, 500 are there"),
    ],
)
def test_the_plan_says_when_it_has_room_for_everyone(readers: int, words: str) -> None:
    assert plan_words(read(with_plan()), WEDNESDAY, readers).endswith(words)
    assert plan_words(read(SMALL), WEDNESDAY, readers) == ""


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (90, "90 minutes"), (120, "2 hours"), (1_440, "1 day"), (2_880, "2 days")],
)
def test_a_period_is_told_in_its_largest_whole_unit(minutes: int, words: str) -> None:
    assert period(timedelta(minutes=minutes)) == words


def test_schedule_tells_the_warm_up_when_asked(digest: Digest) -> None:
    Path("schedule.yaml").write_text(SMALL)
    assert "No warm-up" in digest("schedule", "--warm-up")[1]
    Path("schedule.yaml").write_text(with_plan())
    assert len(digest("schedule", "--warm-up", "--count", "4")[1].splitlines()) == 4
    found = json.loads(digest("schedule", "--warm-up", "--count", "2", "--json")[1])
    assert [set(one) for one in found] == [{"day", "recipients"}] * 2


def test_check_shows_how_newsletters_are_sent(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    paced = "    list: hebdo\n    quiet: 22:00-07:00\n    spread: 2 hours"
    Path("schedule.yaml").write_text(with_plan(SMALL.replace("    list: hebdo", paced)))
    monkeypatch.setenv("DIGEST_PROVIDER_URL", "null://?rate=50")
    code, output = digest("check")
    assert code == 0
    assert "hebdo: no call begins in its quiet hours, 22:00-07:00 (Europe/Paris)" in output
    assert "hebdo: a sending is spread over 2 hours" in output
    assert "warn   schedule  hebdo: `send` strikes on" in output
    assert "null: nobody is mailed, 50 recipients/s for all machines together" in output
    assert "ok     warm-up   since 25 November 2026" in output
