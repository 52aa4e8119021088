"""What do programs that follow a newsletter read? Atom (RFC 4287) and a site map (sitemaps.org)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One issue, as a feed tells it."""

    key: str
    """Says which it is for good, wherever the site moves."""
    title: str
    url: str
    published: datetime
    updated: datetime
    summary: str
    html: str


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A newsletter's latest issues."""

    key: str
    title: str
    author: str
    language: str
    url: str
    """Of the page that people read instead."""
    entries: tuple[Entry, ...]


def feed_of(feed: Feed) -> bytes:
    """Write a feed."""
    root = Element("feed", {"xmlns": _ATOM, "xml:lang": feed.language})
    _texts(root, id=_urn(feed.key), title=feed.title)
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.url})
    own = {"rel": "self", "type": "application/atom+xml", "href": f"{feed.url}/feed.xml"}
    SubElement(root, "link", own)
    _texts(root, updated=_time(max((one.updated for one in feed.entries), default=_EPOCH)))
    SubElement(SubElement(root, "author"), "name").text = _clean(feed.author)
    for entry in feed.entries:
        _add(root, entry)
    return _written(root)


def sitemap_of(urls: Sequence[tuple[str, datetime | None]]) -> bytes:
    """Write a site map of addresses, each with the moment of its last change if that is known."""
    root = Element("urlset", {"xmlns": _SITEMAP})
    for url, changed in urls:
        place = SubElement(root, "url")
        _texts(place, loc=url)
        if changed is not None:
            _texts(place, lastmod=_time(changed))
    return _written(root)


def _written(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(root: Element, entry: Entry) -> None:
    element = SubElement(root, "entry")
    _texts(element, id=_urn(entry.key), title=entry.title)
    SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": entry.url})
    _texts(element, published=_time(entry.published), updated=_time(entry.updated))
    if entry.summary:
        _texts(element, summary=entry.summary)
    SubElement(element, "content", {"type": "html"}).text = _clean(entry.html)


def _texts(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    """Leave out what XML has no place for."""
    return "".join(
        sign for sign in text if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff")
    )


def _urn(key: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_OID, key)}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
