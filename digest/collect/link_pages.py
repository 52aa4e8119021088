"""Which articles does a web page lead to? Through its feed, or else by its links.

A feed that the page itself proposes is read instead. Without one, the links are told apart by the
shape of their addresses and by where they stand; the page's order is taken for newest first.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from digest.collect.answers import Answer
from digest.collect.charset import decode
from digest.collect.feeds import read_feed
from digest.collect.items import Item
from digest.collect.json_feed import is_json
from digest.collect.links import Link
from digest.collect.readings import Parser, Reading
from digest.collect.shapes import Shape, date_in, same_site, shape_of
from digest.collect.urls import canonical
from digest.collect.worker import ParseError

MOST = 100
"""Articles taken from one page."""
_SHORTEST = 3  # characters of a title
_ENOUGH = 3  # articles that show how the page marks them
_FEED_TYPES = re.compile(r"(?:application|text)/(?:(?:rss|atom|rdf)\+xml|feed\+json|xml)")
_JSON = "application/json"  # of old JSON Feeds, and of WordPress' REST interface
_NO_NEWS = re.compile(r"comment|replies|reponses|oembed", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|main|title|div|p|a)\b", re.IGNORECASE)
FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
HEAD = 5_000
"""Characters in which a text shows what it is."""
_GO_ON = re.compile(
    r"(?:lire|voir|en savoir|read|learn|see|continue|continuer|plus|more|suite|la suite|l'article"
    r"|article|tout|all|ici|here|cliquez|click)\b.{0,25}",
    re.IGNORECASE,
)


def read_page(answer: Answer, parser: Parser) -> Reading:
    """Read a page: its feed to follow, and the articles it links to."""
    text = decode(answer.body, charset=answer.charset)
    if not text.strip():
        return Reading(error="the answer is empty")
    if not is_page(text):
        return read_feed(answer, parser)
    try:
        told = parser.run("links", text, base=answer.url)
    except ParseError as error:
        return Reading(error=f"the page can't be read: {error}")
    return reading_of(told, answer)


def is_page(text: str) -> bool:
    """Tell a web page from a feed."""
    page, feed = _PAGE.search(text[:HEAD]), FEED.search(text[:HEAD])
    if is_json(text) or page is None:
        return False
    return feed is None or page.start() < feed.start()


def best_feed(told: dict[str, Any], base: str) -> str:
    """Choose among the feeds a page proposes: the one that lies nearest to it, no comments."""
    proposed = proposed_feeds(told, base)
    path = urlsplit(base).path.rstrip("/") + "/"
    near = [feed for feed in proposed if path != "/" and urlsplit(feed).path.startswith(path)]
    return next(iter(near or proposed), "")


def proposed_feeds(told: dict[str, Any], base: str) -> list[str]:
    """Give the feeds that a page proposes (rel=alternate), no comments, in its order."""
    return [str(feed["url"]) for feed in told["feeds"] if _is_feed(feed) and feed["url"] != base]


def _is_feed(feed: dict[str, str]) -> bool:
    if _NO_NEWS.search(f"{feed['url']} {feed['title']}"):
        return False
    rest = "wp-json" in feed["url"] or "rest_route" in feed["url"]
    return bool(_FEED_TYPES.fullmatch(feed["type"])) or (feed["type"] == _JSON and not rest)


def reading_of(told: dict[str, Any], answer: Answer) -> Reading:
    """Give what a page leads to, of which the worker told its links and feeds."""
    links = [Link(**link) for link in told["links"]]
    found = articles(links, answer.url)[:MOST]
    items = tuple(_item(link, told["language"]) for link in found)
    notes = (f"the answer is {answer.cut}",) if answer.cut else ()
    if feed := best_feed(told, answer.url):
        return Reading(items=items, notes=notes, follow=feed, lasting=True)
    if not items:
        return Reading(error=_nothing(told, len(links)))
    return Reading(items=items, notes=notes)


def _nothing(told: dict[str, Any], links: int) -> str:
    named = f" ({told['title'][:120]!r})" if told["title"] else ""
    scripted = links < 10 and told["scripts"] > 0
    why = (
        "a script fills it"
        if scripted
        else f"none of its links ({links:,}) looks like an article's"
    )
    return (
        f"the page{named} leads to no articles: {why}; "
        "name its list of articles, its feed or its sitemap instead"
    )


def _item(link: Link, language: str) -> Item:
    dates = (link.date, date_in(link.url))
    return Item(
        url=link.url,
        title=link.text,
        published=tuple(date for date in dates if date),
        language=language.partition("-")[0].lower(),
    )


def articles(links: Iterable[Link], base: str) -> Sequence[Link]:
    """Choose the links that lead to articles of the page's own site, one an article."""
    ours = [link for link in links if shape_of(link.url) and same_site(link.url, base)]
    merged = [link for link in _merged(ours) if _is_candidate(link, base)]
    loose = Shape.SURE if sum(map(_is_placed, merged)) >= _ENOUGH else Shape.LONG
    return [link for link in merged if _is_placed(link) or shape_of(link.url) >= loose]


def _merged(links: Iterable[Link]) -> list[Link]:
    """Make one of all links to one address: the picture, the title, "read more"."""
    first: dict[str, Link] = {}
    for link in links:
        known = first.setdefault(canonical(link.url), link)
        if known is link:
            continue
        known.text = max(known.text, link.text, key=lambda text: _worth(text, known, link))
        known.heading |= link.heading
        known.article |= link.article
        known.main |= link.main
        known.frame &= link.frame
        known.date = known.date or link.date
    return list(first.values())


def _worth(text: str, *links: Link) -> tuple[bool, bool, int]:
    headed = any(link.heading and link.text == text for link in links)
    return not _GO_ON.fullmatch(text), headed, min(len(text), 200)


def _is_candidate(link: Link, base: str) -> bool:
    if link.frame or canonical(link.url) == canonical(base):
        return False
    words = sum(any(map(str.isalpha, word)) for word in link.text.split())
    enough = words >= (1 if _is_placed(link) else 3) and len(link.text) >= _SHORTEST
    return enough and not _GO_ON.fullmatch(link.text)


def _is_placed(link: Link) -> bool:
    """Tell whether the page's structure sets a link off as an article's."""
    return link.heading or link.article or bool(link.date)
