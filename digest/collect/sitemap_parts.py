"""What does a sitemap list? Runs in the worker's process only. (sitemaps.org)"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

Values: TypeAlias = dict[str, Any]

MOST = 200_000
"""Addresses looked at; the protocol allows 50,000."""
_ROOT = re.compile(r"<(?:[\w-]+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_LOOKED_AT = 50_000  # characters in which the document must begin
_NAMES = {"loc": "url", "lastmod": "changed", "publication_date": "published", "title": "title"}
_NAMES |= {"name": "publisher", "language": "language"}
_LONGEST = 4_000  # characters of one value
_BARE = re.compile(r"&(?!#?\w{1,32};)")
_LISTED = {"url", "sitemap"}


def sitemap_of(text: str, _base: str) -> Values:
    """Read a sitemap: `{"entries": [{url, changed, published, title, publisher, language}]}`, or
    `{"parts": [{url, changed}]}` of an index, or `{"no_sitemap"}`; `whole` tells if it ends.
    """
    from lxml import etree

    root = _ROOT.search(text[:_LOOKED_AT])
    if root is None:
        return {"no_sitemap": True}
    parser = etree.XMLPullParser(  # without its DOCTYPE, which stands before the root
        events=("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    parser.feed(_mended(text[root.start() :]).encode("utf-8", "replace"))
    name = "parts" if root[1].lower() == "sitemapindex" else "entries"
    listed = list(_listed(parser))
    whole = f"{root[1]}>" in text[-1_000:]
    return {name: listed, "whole": whole}


def _mended(text: str) -> str:
    """Write `&amp;` for a bare `&`, but not in CDATA, where it is right."""
    head, *others = text.split("<![CDATA[")
    parts = [_BARE.sub("&amp;", head)]
    for other in others:
        inside, end, after = other.partition("]]>")
        parts += ["<![CDATA[", inside, end, _BARE.sub("&amp;", after)]
    return "".join(parts)


def _listed(parser: Any) -> Iterator[Values]:  # noqa: ANN401 - lxml has no types
    entry: Values = {}
    count = 0
    for _, element in parser.read_events():
        name = _local(element.tag)
        if name in _LISTED:
            count += 1
            if entry.get("url") and count <= MOST:
                yield entry
            entry = {}
        elif name in _NAMES and element.text and not _of_picture(element):
            entry.setdefault(_NAMES[name], " ".join(element.text.split())[:_LONGEST])
        element.clear()


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _of_picture(element: Any) -> bool:  # noqa: ANN401
    """Tell a picture's or video's own address and title from the entry's."""
    tag = str(element.tag)
    return any(word in tag.lower() for word in ("image", "video"))
