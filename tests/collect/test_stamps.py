"""Dates that are read at a glance are read as every other reader reads them."""

from datetime import UTC, datetime

import pytest
from feedparser.datetimes import _parse_date
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.stamps import read_iso, read_mail_date, stamp
from tests.conftest import NOW

moments = st.datetimes(datetime(1981, 1, 1), datetime(2098, 12, 31))  # noqa: DTZ001 - the zone follows
forms = st.sampled_from(("%a, %d %b %Y %H:%M:%S ", "%Y-%m-%dT%H:%M:%S"))
zones = st.one_of(
    st.sampled_from(("GMT", "Z", "+0000", "-0000", "+00:00", "UTC", "EST", "")),
    st.from_regex(r"[+-](?:0[0-9]|1[0-5]):?(?:[0-6]0|15)", fullmatch=True),
)


@pytest.mark.parametrize(
    "words",
    ["Wed, 25 Nov 2026 11:00:00 +0100", "2026-11-25T10:00:00Z", "Wed, 25 Nov 2026 10:00:00 GMT"],
)
def test_what_nearly_all_feeds_write_is_read_at_a_glance(words: str) -> None:
    assert stamp(words) == datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "Tue, 31 Feb 2026 10:00:00 GMT",
        "2026-02-31T10:00:00Z",
        "2026-11-25T10:00:00",
        "hier",
        "",
        "1",
    ],
)
def test_any_other_is_left_to_others(words: str) -> None:
    assert stamp(words) is None


@given(moments, forms, zones)
def test_others_read_the_same(moment: datetime, form: str, zone: str) -> None:
    words = f"{moment.strftime(form)}{zone}"
    at = stamp(words)
    if at:
        found = read_iso(words, NOW) or read_mail_date(words, NOW)
        assert found is not None
        assert found[0] == at
        assert found[1] == "second"
        assert _parse_date(words)[:6] == at.timetuple()[:6]
