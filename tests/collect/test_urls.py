"""Canonical addresses: what merges, what stays apart, and that once is enough."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.urls import KEY_LENGTH, absolute, canonical, key_of, twin_key

CASES = Path(__file__).parents[1] / "data" / "collect" / "urls"


def blocks(name: str) -> list[list[str]]:
    """Give the addresses of each block of a file, without what is said of them."""
    text = (CASES / name).read_text(encoding="utf-8")
    parts = [part.split("\n") for part in text.strip().split("\n\n")]
    found = [[line for line in part if line and not line.startswith("#")] for part in parts]
    return [block for block in found if block]


@pytest.mark.parametrize(
    ("key", "url"), [(key, url) for key, *urls in blocks("twins.txt") for url in (key, *urls)]
)
def test_twins_of_one_page_have_one_key(key: str, url: str) -> None:
    assert canonical(url) == canonical(f"  {url}\n") == key


@pytest.mark.parametrize(
    ("one", "other"), [pair for block in blocks("apart.txt") for pair in combinations(block, 2)]
)
def test_different_pages_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "url", [url for name in ("twins.txt", "apart.txt") for b in blocks(name) for url in b]
)
def test_every_known_address_has_a_key_that_is_its_own(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


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


segments = st.text("abcdefghij0123456789-", min_size=1, max_size=8)
plain_paths = st.lists(segments, min_size=1, max_size=4).map("/".join)
tracks = st.sampled_from(["", "?utm_source=rss", "?fbclid=1#top", "#a", "?amp=1", "/?print=1", "/"])
twins = st.sampled_from(["https://", "http://", "https://www.", "http://m.", "https://amp."])


@given(plain_paths, plain_paths, twins, tracks)
def test_two_paths_never_merge_and_one_always_does(
    one: str, other: str, twin: str, track: str
) -> None:
    dressed = f"{twin}presse.example/{one}{track}"
    assert canonical(dressed) == f"https://presse.example/{one}"
    assert (canonical(dressed) == canonical(f"https://presse.example/{other}")) == (one == other)


@pytest.mark.parametrize(
    ("named", "key"),
    [
        (
            "http://www.presse.example/mali/accord-2?utm_source=x",
            "https://presse.example/mali/accord-2",
        ),
        ("https://autre.example/accord", "https://autre.example/accord"),
        ("https://presse.example/mali/accord/amp", ""),
        ("https://presse.example/", ""),
        ("https://www.presse.example", ""),
        ("/mali/accord-2", ""),
        ("", ""),
    ],
)
def test_a_page_may_name_another_address_than_its_own_but_no_home_page(
    named: str, key: str
) -> None:
    assert twin_key("https://presse.example/mali/accord", named) == key


usual = st.from_regex(
    r"https?://(www\.|m\.|xn--)?[a-z0-9-]{1,6}\.(example|xn--p1ai|org|12|0x1|com\.ml)"
    r"(/[A-Za-z0-9._~;@:+,!$*()-]{0,6}){1,3}(\?[a-z0-9=&._/?-]{0,12})?",
    fullmatch=True,
)


@given(usual)
def test_an_address_that_is_read_at_a_glance_is_read_as_any_other(url: str) -> None:
    scheme, rest = url.split(":", 1)
    loud = f"{scheme.upper()}:{rest}"  # which is never read at a glance
    base = "https://x.example/feed"
    assert canonical(url) == canonical(loud).replace(scheme.upper(), scheme, 1)
    assert absolute(url, base) == absolute(loud, base).replace(scheme.upper(), scheme, 1)
