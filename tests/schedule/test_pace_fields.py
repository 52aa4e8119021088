"""What schedule.yaml says of pace: spread, quiet hours, warm-up; and what it may not say."""

from datetime import date, time, timedelta

import pytest

from digest.schedule.fields import QuietHours
from tests.schedule.texts import SHIPPED, SMALL, broken, read, small


def test_without_them_a_sending_goes_at_once_and_at_any_hour() -> None:
    schedule = small()
    plan = schedule.newsletters["hebdo"]
    assert (plan.spread, plan.quiet, schedule.site.warm_up) == (None, None, None)


def test_a_newsletter_may_be_spread_and_have_quiet_hours() -> None:
    plan = small(spread="2 hours", quiet='"22:00-07:00"').newsletters["hebdo"]
    assert plan.spread == timedelta(hours=2)
    assert plan.quiet == QuietHours(start=time(22), end=time(7))
    assert str(plan.quiet) == "22:00-07:00"


@pytest.mark.parametrize("text", ["22:00-07:00", "22:00 - 7:00", "'22:00-07:00'"])
def test_quiet_hours_need_no_quotes_and_no_zeros(text: str) -> None:
    assert small(quiet=text).newsletters["hebdo"].quiet == QuietHours(start=time(22), end=time(7))


def test_what_the_sample_shows_behind_a_hash_is_right() -> None:
    text = SHIPPED.read_text()
    for line in ("warm_up:", "bounces:", "spread:", "quiet:"):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    schedule = read(text)
    plan = schedule.newsletters["hebdo-sahel"]
    assert schedule.site.warm_up is not None
    assert plan.spread is not None
    assert plan.quiet is not None


def test_a_site_may_have_a_warm_up_plan() -> None:
    plan = "  warm_up: {since: 2026-11-01, first_day: 500, growth: 1.5}\n"
    warm_up = read(SMALL.replace("  sender:", f"{plan}  sender:")).site.warm_up
    assert warm_up is not None
    assert (warm_up.since, warm_up.first_day, warm_up.growth) == (date(2026, 11, 1), 500, 1.5)
    assert warm_up.timezone == "Europe/Paris"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("quiet: at night", "26: quiet: 'at night' are no quiet hours: write e.g. '22:00-07:00'"),
        ("quiet: 25:00-07:00", "26: quiet: '25:00-07:00' are no quiet hours"),
        ("quiet: 22:00", "26: quiet: '22:00' are no quiet hours"),
        ("quiet: 07:00-07:00", "26: quiet: '07:00-07:00' would be all day or never"),
        ("quiet: [22, 7]", "26: quiet: ['22', '7'] are no quiet hours"),
        ("spread: 2 hrs", "26: spread: '2 hrs' is not a period: write e.g. '7 days'"),
        ("spread: 8 days", "26: spread: '8 days': a sending is spread over 7 days at most"),
        ("qiet: 22:00-07:00", "26: unknown key 'qiet' (did you mean 'quiet'?)"),
    ],
)
def test_a_newsletters_mistake_is_named_with_its_line(line: str, complaint: str) -> None:
    [found] = broken("list: hebdo", f"list: hebdo\n    {line}")
    assert found.startswith(f"schedule.yaml:{complaint}")


@pytest.mark.parametrize(
    ("plan", "complaint"),
    [
        ("{first_day: 500, growth: 1.5}", "'site.warm_up' needs 'since'"),
        (
            "{since: 2026-11-01, first_day: 500, growht: 2}",
            "unknown key 'growht' (did you mean 'gr",
        ),
        (
            "{since: soon, first_day: 1, growth: 2}",
            "since: 'soon' is no day: write e.g. 2026-11-01",
        ),
        ("{since: 2026-02-30, first_day: 1, growth: 2}", "since: '2026-02-30' is no day"),
        ("{since: 2026-11-01, first_day: 0, growth: 2}", "first_day: must be at least 1"),
        ("{since: 2026-11-01, first_day: 1, growth: 1}", "growth: must be at least 1.01"),
        ("{since: 2026-11-01, first_day: 1, growth: fast}", "growth: must be a number"),
        ("slow", "warm_up: must be lines of 'key: value', not 'slow'"),
        (
            "{since: 2026-11-01, first_day: 1, growth: 2, timezone: Europe/Pari}",
            "timezone: unknown time zone 'Europe/Pari' (did you mean",
        ),
    ],
)
def test_a_warm_ups_mistake_is_named_with_its_line(plan: str, complaint: str) -> None:
    found = broken("  sender:", f"  warm_up: {plan}\n  sender:")
    assert any(one.startswith(f"schedule.yaml:5: {complaint}") for one in found), found
