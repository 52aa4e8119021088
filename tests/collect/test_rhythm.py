"""How often a source is asked: as it publishes, within bounds, and before each draft."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.collect.rhythm import LEAD, LONGEST, SHORTEST, UNKNOWN, interval, next_time, rhythm
from digest.model.source import SourceState

NOW = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))
CHANCES = st.floats(min_value=0, max_value=1, exclude_max=True)


def state(every: timedelta, silent: timedelta = timedelta(0)) -> SourceState:
    seconds = int(every.total_seconds())
    return SourceState(name="fleuve", rhythm=seconds, changed_at=NOW - silent)


def test_the_rhythm_is_the_mean_time_between_the_last_articles() -> None:
    daily = [NOW - timedelta(days=day) for day in range(10)]
    assert rhythm(daily, NOW) == timedelta(days=1)
    batches = [at - timedelta(minutes=minute) for at in daily for minute in (0, 1, 2, 3)]
    assert timedelta(hours=5) < (rhythm(batches, NOW) or timedelta()) < timedelta(hours=7)


def test_what_tells_no_rhythm() -> None:
    assert rhythm([], NOW) is None
    assert rhythm([NOW - HOUR, NOW - HOUR], NOW) is None
    assert rhythm([NOW - HOUR, NOW - timedelta(days=90), NOW + HOUR], NOW) is None


def test_a_source_is_asked_twice_as_often_as_it_publishes() -> None:
    assert interval(state(6 * HOUR), NOW) == 3 * HOUR
    assert interval(SourceState(name="new"), NOW) == UNKNOWN
    assert interval(state(timedelta(minutes=1)), NOW) == SHORTEST
    assert interval(state(timedelta(days=9)), NOW) == LONGEST
    assert interval(state(HOUR, silent=timedelta(days=5)), NOW) == 12 * HOUR


@given(SPANS, SPANS, SPANS, SPANS)
def test_who_publishes_less_or_is_silent_for_longer_is_never_asked_more_often(
    every: timedelta, more: timedelta, silent: timedelta, longer: timedelta
) -> None:
    every += timedelta(seconds=1)
    first = interval(state(every, silent), NOW)
    assert SHORTEST <= first <= LONGEST
    assert first <= interval(state(every + more, silent), NOW) <= LONGEST
    assert first <= interval(state(every, silent + longer), NOW) <= LONGEST


@given(SPANS, SPANS, CHANCES, st.lists(SPANS, max_size=3))
def test_the_next_time_is_near_the_interval_or_shortly_before_a_draft(
    every: timedelta, silent: timedelta, chance: float, ahead: list[timedelta]
) -> None:
    source, drafts = state(every, silent), [NOW + span for span in ahead]
    step = interval(source, NOW)
    found = next_time(source, NOW, drafts=drafts, chance=chance)
    assert NOW < found <= NOW + step * 1.1
    before_drafts = [draft for draft in drafts if LEAD / 2 <= draft - found <= LEAD]
    assert found >= NOW + step * 0.9 or before_drafts


@given(SPANS, CHANCES, SPANS)
def test_no_draft_is_made_of_what_was_asked_long_before(
    every: timedelta, chance: float, ahead: timedelta
) -> None:
    draft, now = NOW + ahead, NOW
    while (after := next_time(state(every), now, drafts=[draft], chance=chance)) < draft:
        now = after
    assert draft - now <= LEAD
