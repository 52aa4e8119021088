"""Where may the feed of a web page be? Addresses to ask, the likeliest first."""

import json
import re
from typing import Any
from urllib.parse import urljoin

from digest.collect.charset import decode
from digest.collect.clean import line
from digest.collect.json_feed import is_json
from digest.collect.link_pages import proposed_feeds
from digest.collect.urls import canonical, host_of

_LOOKED_AT = 400_000  # characters of a page
_MOST = 4
_LONGEST_TITLE = 120
_FEED_NAME = re.compile(
    r"(?:^|[/.?=&_-])(?:rss|atom|feeds?|backend|syndication)(?:[/.?=&_-]|xml|$)", re.IGNORECASE
)
_USUAL = ("feed/", "rss.xml", "spip.php?page=backend", "?feed=rss2", "atom.xml", "feed.xml", "rss")
"""WordPress, many, SPIP, WordPress without pretty links, many, Jekyll and Hugo, many."""
_HEAD = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_TITLE = re.compile(
    r"<title[^<>]{0,200}>\s*(?:<!\[CDATA\[(.{0,1000}?)\]\]>|([^<]{0,1000}))", re.I | re.S
)


def named_feeds(told: dict[str, Any], base: str) -> tuple[str, ...]:
    """Give the feeds that a page proposes, then what it links to on its own site that is called so.

    `told` is what was read in the page (links.links_of).
    """
    links = (str(link["url"]) for link in told["links"])
    called = (url for url in links if _FEED_NAME.search(url) and host_of(url) == host_of(base))
    own = [url for url in called if "comment" not in url.lower()]
    distinct = {canonical(url): url for url in reversed([*proposed_feeds(told, base), *own])}
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
