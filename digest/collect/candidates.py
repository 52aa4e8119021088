"""Where may the feed of a web page be? Addresses to ask, the likeliest first."""

import html
import json
import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import urljoin

from digest.collect.charset import decode
from digest.collect.clean import line
from digest.collect.json_feed import is_json
from digest.collect.repair import page_of
from digest.collect.urls import absolute, canonical, host_of

_LOOKED_AT = 400_000  # characters of a page
_MOST = 4
_LINKS = 20  # of a page, that are called like feeds
_LONGEST_TITLE = 120
_FEED_LINK = re.compile(r"""<a\b[^<>]{0,500}?\bhref\s*=\s*["']?([^"'\s<>]{1,500})""", re.IGNORECASE)
_FEED_NAME = re.compile(
    r"(?:^|[/.?=&_-])(?:rss|atom|feeds?|backend|syndication)(?:[/.?=&_-]|xml|$)", re.IGNORECASE
)
_USUAL = ("feed/", "rss.xml", "spip.php?page=backend", "?feed=rss2", "atom.xml", "feed.xml", "rss")
"""WordPress, many, SPIP, WordPress without pretty links, many, Jekyll and Hugo, many."""
_HEAD = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_TITLE = re.compile(
    r"<title[^<>]{0,200}>\s*(?:<!\[CDATA\[(.{0,1000}?)\]\]>|([^<]{0,1000}))", re.I | re.S
)


def named_feeds(body: bytes, *, charset: str, base: str) -> tuple[str, ...]:
    """Give the feeds that a page names (rel=alternate), then what it links to that is called so.

    Feeds of comments are no articles: they are left out.
    """
    text = decode(body[: 4 * _LOOKED_AT], charset=charset)[:_LOOKED_AT]
    page = page_of(text, base=base)
    linked = (absolute(href, base) for href in _called_feeds(text))
    own = [url for url in linked if host_of(url) == host_of(base)]
    feeds = [*(page.feeds if page else ()), *own]
    distinct = {canonical(url): url for url in reversed(feeds) if "comment" not in url.lower()}
    return tuple(reversed(distinct.values()))[:_MOST]


def usual_places(url: str) -> tuple[str, ...]:
    """Give where software usually puts the feed of a page, and of its site."""
    site = urljoin(url, "/")
    below = url if url.endswith("/") else f"{url}/"
    own = [urljoin(below, "feed/")] if canonical(url) != canonical(site) and "?" not in url else []
    return tuple(own + [urljoin(site, place) for place in _USUAL])


def feed_title(body: bytes, *, charset: str) -> str:
    """Give what a feed calls itself; nothing where it has no name."""
    text = decode(body[:_LOOKED_AT], charset=charset)
    if is_json(text):
        return _named(_json_title(body, charset))
    head = _HEAD.split(text, maxsplit=1)[0]
    title = _TITLE.search(head)
    return _named(title[1] or title[2] or "") if title else ""


def _json_title(body: bytes, charset: str) -> str:
    try:
        title = json.loads(decode(body, charset=charset)).get("title")
    except (ValueError, RecursionError, AttributeError):
        return ""
    return title if isinstance(title, str) else ""


def _named(title: str) -> str:
    cleaned = "".join(one if one.isprintable() else " " for one in line(title))
    return " ".join(cleaned.split())[:_LONGEST_TITLE]


def _called_feeds(text: str) -> Iterable[str]:
    hrefs = (html.unescape(found[1]) for found in _FEED_LINK.finditer(text))
    return islice(dict.fromkeys(href for href in hrefs if _FEED_NAME.search(href)), _LINKS)
