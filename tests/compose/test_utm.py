"""What is added to an article's address, and that all else of it stays as it was."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.links import safe_link
from digest.compose.utm import spared_by, tagged, tags_of
from digest.schedule.values import Newsletter
from tests.builders import an_issue
from tests.schedule.texts import small

TAGS = {"utm_source": "sahel", "utm_medium": "email"}
BOTH = "utm_source=sahel&utm_medium=email"


def a_newsletter(utm: str) -> Newsletter:
    return small(utm=utm).newsletters["hebdo"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x", f"https://a.example/x?{BOTH}"),
        ("https://a.example", f"https://a.example?{BOTH}"),
        ("https://a.example/x?", f"https://a.example/x?{BOTH}"),
        ("https://a.example/x?id=7&b", f"https://a.example/x?id=7&b&{BOTH}"),
        ("https://a.example/x?id=7&", f"https://a.example/x?id=7&{BOTH}"),
        ("https://a.example/x#part", f"https://a.example/x?{BOTH}#part"),
        ("https://a.example/x?a=1#!/b?c#d", f"https://a.example/x?a=1&{BOTH}#!/b?c#d"),
        ("https://a.example/x?utm_source=rss", "https://a.example/x?utm_source=rss&utm_medium="),
        ("https://a.example/x?UTM_Source=rss", "https://a.example/x?UTM_Source=rss&utm_medium="),
        ("https://a.example/x?utm%5Fsource=r", "https://a.example/x?utm%5Fsource=r&utm_medium="),
        ("https://a.example/x?a=1;utm_source=", "https://a.example/x?a=1;utm_source=&utm_medium="),
    ],
)
def test_parameters_are_added_and_none_is_overwritten(url: str, expected: str) -> None:
    ending = "email" if expected.endswith("utm_medium=") else ""
    assert tagged(url, TAGS) == expected + ending


@pytest.mark.parametrize(
    ("host", "stays"),
    [
        ("lemonde.example", True),
        ("www.lemonde.example", True),
        ("lemonde.example:8443", True),
        ("lemonde.example.", True),
        ("autrelemonde.example", False),
        ("lemonde.example.org", False),
    ],
)
def test_hosts_that_are_excepted_are_told_nothing(host: str, stays: bool) -> None:
    url = f"https://{host}/article"
    assert (tagged(url, TAGS, ("lemonde.example",)) == url) is stays


_CHARACTERS = st.characters(codec="utf-8")
_TEXT = st.text(_CHARACTERS, max_size=30)


@given(_TEXT, st.dictionaries(st.sampled_from(["utm_source", "utm_term"]), st.text(min_size=1)))
def test_host_path_query_and_fragment_stay_and_once_is_enough(
    rest: str, tags: dict[str, str]
) -> None:
    url = safe_link(f"https://a.example/{rest}")
    made = tagged(url, tags)
    before, after = urlsplit(url), urlsplit(made)
    assert (after.scheme, after.netloc, after.path) == (before.scheme, before.netloc, before.path)
    assert after.fragment == before.fragment
    assert after.query.startswith(before.query)
    assert tagged(made, tags) == made


@given(st.text(_CHARACTERS, min_size=1, max_size=30))
def test_a_value_arrives_as_it_was_written_and_the_link_stays_safe(value: str) -> None:
    made = tagged("https://a.example/?q=1", {"utm_campaign": value})
    assert safe_link(made) == made
    assert dict(parse_qsl(urlsplit(made).query, keep_blank_values=True)) == {
        "q": "1",
        "utm_campaign": value,
    }


def test_a_newsletter_tells_nothing_unless_it_is_asked_to() -> None:
    plan = small().newsletters["hebdo"]
    assert (tags_of(an_issue(), plan), spared_by(plan)) == ({}, ())


def test_values_name_the_issue() -> None:
    plan = a_newsletter('{source: "lettre {date}", term: "{number}/{number}"}')
    issue = an_issue(number=12, slot=datetime(2026, 11, 26, 23, 30, tzinfo=UTC))
    assert tags_of(issue, plan) == {
        "utm_source": "lettre 2026-11-27",  # in the newsletter's own zone
        "utm_medium": "email",
        "utm_campaign": "hebdo-sahel-12",
        "utm_term": "12/12",
    }


def test_an_empty_value_is_left_out() -> None:
    plan = a_newsletter('{source: a, medium: "", campaign: "", except: [Élysée.fr, b.example.]}')
    assert tags_of(an_issue(), plan) == {"utm_source": "a"}
    assert spared_by(plan) == ("xn--lyse-9oad.fr", "b.example")
