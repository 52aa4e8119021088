"""Which runs are due, and which are given up: values only."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.run import Run, RunClock, RunRecord
from digest.pipeline.clocks import due, lapsed
from tests.pipeline.clockwork import DRAFT_SLOT, HOUR, LONG_AGO, SECOND, SEND_SLOT, WEEK
from tests.schedule.texts import small

DRAFT = Run(newsletter="hebdo", clock=RunClock.DRAFT, slot=DRAFT_SLOT)

SEND = Run(newsletter="hebdo", clock=RunClock.SEND, slot=SEND_SLOT)

LONG_KNOWN = {("hebdo", clock): LONG_AGO for clock in RunClock}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (DRAFT_SLOT - SECOND, []),
        (DRAFT_SLOT, [DRAFT]),
        (DRAFT_SLOT + 11 * HOUR, [DRAFT]),
        (DRAFT_SLOT + 12 * HOUR, [DRAFT]),
        (SEND_SLOT - SECOND, []),
        (SEND_SLOT, [SEND]),  # sending makes the draft when it is not there
        (SEND_SLOT + 12 * HOUR, [SEND]),
        (SEND_SLOT + 12 * HOUR + SECOND, []),
    ],
)
def test_the_latest_strike_within_its_grace_is_due(now: datetime, expected: list[Run]) -> None:
    assert list(due(small(), LONG_KNOWN, now)) == expected


def test_a_machine_that_was_off_for_a_month_catches_up_one_strike() -> None:
    assert due(small(grace="30 days"), LONG_KNOWN, SEND_SLOT + 3 * WEEK + HOUR) == (
        Run(newsletter="hebdo", clock=RunClock.SEND, slot=SEND_SLOT + 3 * WEEK),
    )


def test_what_was_due_before_a_clock_was_set_is_not_missed() -> None:
    since = {("hebdo", clock): SEND_SLOT + SECOND for clock in RunClock}
    assert due(small(), since, SEND_SLOT + HOUR) == ()
    assert due(small(), {}, SEND_SLOT + HOUR) == ()


@given(st.integers(0, 20 * 86_400), st.sampled_from(["1 minute", "12 hours", "10 days"]))
def test_what_is_due_is_never_to_come_and_never_older_than_its_grace(
    seconds: int, grace: str
) -> None:
    schedule = small(grace=grace)
    now = DRAFT_SLOT + timedelta(seconds=seconds)
    for run in due(schedule, LONG_KNOWN, now):
        assert run.slot <= now <= run.slot + schedule.newsletters["hebdo"].grace


def test_only_runs_left_alone_past_their_grace_are_given_up() -> None:
    def left(slot: datetime, taken_at: datetime, newsletter: str = "hebdo") -> RunRecord:
        run = Run(newsletter=newsletter, clock=RunClock.SEND, slot=slot)
        return RunRecord(run=run, taken_at=taken_at, finished_at=None, result="")

    now = SEND_SLOT + 13 * HOUR
    given_up, worked_on, young = left(SEND_SLOT, SEND_SLOT), left(SEND_SLOT, now), left(now, now)
    unknown = left(now - HOUR, now - HOUR, newsletter="gone")
    assert lapsed(small(), [given_up, worked_on, young, unknown], now) == (given_up, unknown)
