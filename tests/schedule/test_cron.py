from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.schedule.cron import WEEKDAYS, parse_cron


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        ("53 6 * * fri", "weekdays", (4,)),
        ("53 6 * * FRI", "weekdays", (4,)),
        ("0 8 * * mon-fri", "weekdays", (0, 1, 2, 3, 4)),
        ("0 8 * * sat-mon", "weekdays", (0, 5, 6)),
        ("0 8 * * mon,thu", "weekdays", (0, 3)),
        ("*/20 8 * * *", "minutes", (0, 20, 40)),
        ("5-20/5 8 * * *", "minutes", (5, 10, 15, 20)),
        ("0 8 1 jan,jul *", "months", (1, 7)),
        ("0 8 29 2 *", "days", (29,)),
        ("0 8 31 feb-apr *", "months", (2, 3, 4)),
    ],
)
def test_every_field_lists_what_it_allows(text: str, field: str, values: tuple[int, ...]) -> None:
    assert getattr(parse_cron(text), field) == values


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("0 8 * * 1", "0 is Sunday to cron, Monday to others"),
        ("0 8 * * 0-6", "is a number"),
        ("0 8 * * vendredi", "write 'fri'"),
        ("0 8 * * Friday", "write 'fri'"),
        ("0 8 * * xyz", "write one of mon, tue"),
        ("@weekly", "write five fields"),
        ("", "has 0 fields"),
        ("0 0 8 * * fri", "has 6 fields"),
        ("60 8 * * *", "from 0 to 59"),
        ("0 24 * * *", "from 0 to 23"),
        ("0 8 0 * *", "from 1 to 31"),
        ("0 8 * 13 *", "from 1 to 12"),
        ("-1 8 * * *", "no minute"),
        ("0 8-6 * * *", "runs backwards"),
        ("*/0 8 * * *", "from 1 to 59"),
        ("5/10 8 * * *", "a range with a step"),
        ("0 ٨ * * *", "no hour"),
        ("0 8 30 2 *", "never comes"),
        ("0 8 31 4,6 *", "never comes"),
        ("0 8 13 * fri", "set one and write \\* for the other"),
    ],
)
def test_what_can_be_misread_or_never_comes_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_cron(text)


@given(st.text(alphabet="0123456789*/-, abcdefghijklmnopqrstuvwxyz", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        cron = parse_cron(text)
        assert cron.minutes
        assert all(0 <= day < len(WEEKDAYS) for day in cron.weekdays)
