"""What stands in a feed as it stood before is not read; all else is read as ever."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.collecting_changed import feed_before
from digest.collect.news import parted
from digest.collect.parsing import parse_feed, parse_news
from tests.pipeline.presses import Press
from tests.pipeline.rooms import rss

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # feedparser's own

ONE, TWO, THREE = ("a", "Un"), ("b", "Deux"), ("c", "Trois")


def news(feed: str, before: dict[str, Any] | None = None, *, under: str = "u") -> dict[str, Any]:
    """Read a feed; entries of what was read `before` are known."""
    known = [*before.get("read", ()), *before.get("kept", ())] if before else []
    head = (before or {}).get("head", "-")
    return parse_news(f"{' '.join([under, head, *known])}\n{feed}", "https://x.example/")


def titles(read: dict[str, Any]) -> list[str]:
    return [item["title"] for item in read["items"]]


def test_only_what_is_new_is_read() -> None:
    before = news(rss(ONE, TWO))
    assert titles(before) == ["Un", "Deux"]
    assert before["kept"] == []
    after = news(rss(THREE, ONE, TWO), before)
    assert titles(after) == ["Trois"]
    assert set(after["kept"]) == set(before["read"])
    assert titles(news(rss(ONE, TWO, THREE) + " ", after)) == ["Un"]


def test_a_feed_as_most_sites_write_it_is_parted() -> None:
    parts = parted(feed_before(1).decode())
    assert parts is not None
    assert len(parts.entries) == 40


def test_an_entry_that_changed_in_one_letter_is_read() -> None:
    before = news(rss(ONE, TWO))
    assert titles(news(rss(ONE, TWO).replace("sur Deux", "sur deux"), before)) == ["Deux"]


@pytest.mark.parametrize(
    "head",
    [
        "<channel xmlns:dc='http://purl.org/dc/elements/1.1/'>",
        "<channel xmlns='urn:x'>",
        "<channel><language>en</language>",
    ],
)
def test_under_another_head_all_is_read(head: str) -> None:
    feed = rss(ONE, TWO)
    other = feed.replace("<channel>", head)
    read = news(other, news(feed))
    assert not read.get("kept")
    assert read["items"] == parse_feed(other, "")["items"]


def test_when_something_else_counts_all_is_read() -> None:
    before = news(rss(ONE, TWO))
    assert titles(news(rss(ONE, TWO), before, under="v")) == ["Un", "Deux"]


def test_a_title_of_the_feed_does_not_matter() -> None:
    before = news(rss(ONE, TWO))
    assert titles(news(rss(THREE, TWO).replace("Le Fleuve", "La Rive"), before)) == ["Trois"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<title>Deux", "<!-- <item> --><title>Deux"),
        ("</item><item>", "</item><link>x</link><item>"),
        ("</item><item>", "</item ><item>"),
        ("<item><title>Deux", "<item ><title>Deux"),
        ("<item><title>Deux", "<item/><item><title>Deux"),
        ("</channel></rss>", ""),
        ("<rss version='2.0'>", "abcdef<item><rss>"),
        ("</item></channel>", "<item></channel>"),
        ("<rss", "<!DOCTYPE rss><rss"),
        ("Un texte sur Deux", "<![CDATA[<!doctype html>]]>"),
        ("<rss", " " * 60_000 + "<rss"),
        ("<rss", "<RDF"),
    ],
)
def test_what_can_not_be_parted_for_sure_is_read_whole(old: str, new: str) -> None:
    feed = rss(ONE, TWO)
    odd = feed.replace(old, new, 1)
    assert odd != feed
    assert parted(odd) is None
    read = news(odd, news(feed))
    assert read == parse_feed(odd, "https://x.example/")


@pytest.mark.parametrize(
    ("before", "after"), [("<!--", "-->"), ("<docs><![CDATA[", "]]></docs>"), ("</channel>", "")]
)
def test_known_entries_do_not_count_where_entries_would_not(before: str, after: str) -> None:
    feed = rss(ONE, TWO)
    odd = feed.replace("<item>", f"{before}<item>", 1).replace("</channel>", f"{after}</channel>")
    if not after:
        odd = odd.replace("</item></channel>", "</item>")
    assert parted(odd) or "CDATA" in before
    read = news(odd, news(feed))
    assert read["items"] == parse_feed(odd, "")["items"]
    assert not read.get("kept")


@pytest.mark.parametrize(
    ("old", "odd"),
    [
        ("sur Un", "<!-- <![CDATA[ -->"),
        ("sur Un", "<![CDATA[</item> <item>]]>"),
        ("<title>Le Fleuve", "<title><![CDATA[Le Fleuve"),
        ("<title>Le Fleuve", "<it\x01em><title>x</title></it\x01em><title>Le Fleuve"),
    ],
)
def test_a_tag_that_is_quoted_or_hidden_parts_nothing(old: str, odd: str) -> None:
    feed = rss(ONE, TWO)
    odd = feed.replace(old, odd)
    assert parted(odd)
    read = news(odd, news(feed))
    assert not read.get("kept")
    assert "head" not in read
    assert read["items"] == parse_feed(odd, "")["items"]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_all_that_is_left_out_would_be_read_as_before(seed: int) -> None:
    press = Press(Random(seed), atom=seed % 3 == 0)
    before: dict[str, Any] = {}
    stored: dict[str, Any] = {}
    for _ in range(6):
        press.turn()
        read = news(press.text(), before)
        whole = parse_feed(press.text(), "https://x.example/")
        if "kept" in read:
            stored |= dict(zip(read["read"], read["items"], strict=True))
            there = read["items"] + [stored[one] for one in read["kept"]]
            assert told(there) == told(whole["items"])
            assert (read["language"], read["notes"]) == (whole["language"], whole["notes"])
            before = read
        else:
            assert read == whole


def told(items: list[dict[str, Any]]) -> Counter[str]:
    """Give items whatever their order; one that stands twice counts once."""
    return Counter(set(map(repr, items)))
