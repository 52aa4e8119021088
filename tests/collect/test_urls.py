"""Canonical addresses: what merges, what stays apart, and that once is enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.urls import KEY_LENGTH, absolute, canonical, key_of

PAGE = "https://presse.example/mali/accord"


@pytest.mark.parametrize(
    "url",
    [
        "http://presse.example/mali/accord",
        "https://www.presse.example/mali/accord",
        "https://PRESSE.example/mali/accord/",
        "https://presse.example:443/mali/accord",
        "https://presse.example./mali/accord",
        "https://m.presse.example/mali/accord",
        "https://mobile.presse.example/mali/accord",
        "https://amp.presse.example/mali/accord",
        "https://presse.example/mali/accord/amp",
        "https://presse.example/mali/accord/amp/",
        "https://presse.example/mali/accord?amp",
        "https://presse.example/mali/accord?amp=1",
        "https://presse.example/mali/accord?outputType=amp",
        "https://www.google.com/amp/s/presse.example/mali/accord",
        "https://presse-example.cdn.ampproject.org/c/s/presse.example/mali/accord",
        "https://presse.example/mali/accord#commentaires",
        "https://presse.example/mali/accord?utm_source=rss&utm_medium=feed",
        "https://presse.example/mali/accord?fbclid=IwAR0",
        "https://presse.example/mali/accord?xtor=RSS-1&at_medium=x",
        "https://presse.example/mali/accord?gclid=a&mc_cid=b&_ga=c",
        "https://presse.example/mali/./dakar/../accord",
        "https://presse.example//mali/accord",
        "https://presse.example/mali/acc%6Frd",
        "https://presse.example/mali/accord;jsessionid=1A2B",
        "https://user:pw@presse.example/mali/accord",
        "  https://presse.example/mali/accord\n",
        "https://presse.example/mali/accord/index.html",
    ],
)
def test_twins_of_one_page_have_one_key(url: str) -> None:
    assert canonical(url) == PAGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.example/spip.php?article12", "https://x.example/spip.php?article13"),
        ("https://x.example/?p=12", "https://x.example/?p=13"),
        ("https://x.example/index.php?id=1", "https://x.example/index.php?id=2"),
        ("https://x.example/a", "https://x.example/A"),
        ("https://x.example/a", "https://y.example/a"),
        ("https://x.example/article.php?sid=1", "https://x.example/article.php?sid=2"),
        ("https://x.example/a?page=1", "https://x.example/a?page=2"),
        ("https://x.example/a%2Fb", "https://x.example/a/b"),
        ("https://x.example/#!a", "https://x.example/#!b"),
        ("https://x.example:8080/a", "https://x.example/a"),
        ("https://blog.x.example/a", "https://x.example/a"),
        ("https://x.example/amp", "https://x.example/"),
    ],
)
def test_different_pages_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_the_order_of_parameters_means_nothing() -> None:
    assert canonical("https://x.example/?b=2&a=1") == canonical("https://x.example/?a=1&b=2")


@pytest.mark.parametrize("url", ["", "Bamako", "mailto:a@b.example", "javascript:alert(1)"])
def test_what_is_no_web_address_is_left_alone(url: str) -> None:
    assert canonical(url) == url


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "data:text/html,x", "http://[bad"])
def test_only_web_addresses_are_linked_to(url: str) -> None:
    assert absolute(url, "https://x.example/feed") == ""


hosts = st.from_regex(r"(www\.|m\.|amp\.)?[a-z]{1,8}\.(example|org|com\.ml)", fullmatch=True)
paths = st.text("abcAé %2F4~/.;-_", max_size=20)
queries = st.text("abc=&?%7e_utm1é ", max_size=30)


@given(hosts, paths, queries, st.sampled_from(["", "#x", "#!x"]))
def test_a_canonical_address_is_its_own(host: str, path: str, query: str, end: str) -> None:
    once = canonical(f"https://{host}/{path}?{query}{end}")
    assert canonical(once) == once


@given(st.text(max_size=200))
def test_no_text_breaks_the_rules(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    assert len(key_of(text * 20)) <= KEY_LENGTH


def test_long_addresses_keep_different_keys() -> None:
    long = "https://x.example/" + "a" * 600
    assert key_of(long + "1") != key_of(long + "2")
