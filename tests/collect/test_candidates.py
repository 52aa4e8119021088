"""Where a page's feed may be, and what a feed calls itself."""

import time

import pytest

from digest.collect.candidates import feed_title, named_feeds, usual_places
from digest.collect.links import links_of

BASE = "https://fleuve.example/afrique/"


def found(page: str) -> tuple[str, ...]:
    return named_feeds(links_of(page, BASE), BASE)


def test_what_a_page_names_comes_before_what_it_links_to() -> None:
    page = (
        "<html><head><title>x</title>"
        "<link rel='alternate' type='application/rss+xml' href='/comments/feed/'>"
        "<link rel='alternate' type='application/atom+xml' href='/a.atom'></head>"
        "<a class=x href='/backend.php?id=1&amp;b=2'>RSS</a><a href='/rss'>RSS</a>"
        "<a href='/a.atom#x'>again</a><a href='https://other.example/rss'>a friend</a>"
        "<a href='/feedback'>write to us</a>"
    )
    assert found(page) == (
        "https://fleuve.example/a.atom",
        "https://fleuve.example/backend.php?id=1&b=2",
        "https://fleuve.example/rss",
    )


def test_a_page_without_any_gives_none() -> None:
    assert found("<html><title>x</title><p>nothing") == ()


def test_the_usual_places_begin_below_the_page() -> None:
    assert usual_places(BASE)[:2] == (
        "https://fleuve.example/afrique/feed/",
        "https://fleuve.example/feed/",
    )
    assert "https://fleuve.example/spip.php?page=backend" in usual_places("https://fleuve.example")
    assert usual_places("https://fleuve.example/")[0] == "https://fleuve.example/feed/"


@pytest.mark.parametrize(
    ("feed", "title"),
    [
        ("<rss><channel><title>L&#39;Été &amp; nous</title><item><title>a", "L'Été & nous"),
        ("<rss><channel><title><![CDATA[Le <b>Fleuve</b>]]></title>", "Le Fleuve"),
        ("<feed><title type='html'>Le\n Fleuve</title><entry><title>a", "Le Fleuve"),
        ("<rss><channel><item><title>an entry's own", ""),
        ('{"version": "x", "title": "Le \\u0046leuve", "items": []}', "Le Fleuve"),
        ('{"title": 5}', ""),
        ("{", ""),
        ("", ""),
    ],
)
def test_a_feed_s_title_is_its_own_and_clean(feed: str, title: str) -> None:
    assert feed_title(feed.encode(), charset="") == title


@pytest.mark.parametrize(
    "piece", ["<a href", "<a ", "<title ", "<title><![CDATA[", "<a href='/rss"]
)
def test_hostile_pages_hold_nothing_up(piece: str) -> None:
    page = piece * 300_000
    began = time.monotonic()
    found(page)
    feed_title(page.encode(), charset="")
    assert time.monotonic() - began < 10
