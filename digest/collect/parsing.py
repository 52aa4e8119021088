"""What do feedparser, trafilatura, email and Pillow read? Runs in the worker's process only."""

import gc
import io
import os
import sys
from base64 import b64decode
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from itertools import count
from typing import Any, TypeAlias

import orjson

from digest.collect.links import links_of
from digest.collect.mails import read_mail
from digest.collect.news import parted, read_news
from digest.collect.repair import mended, page_of
from digest.collect.sitemap_parts import sitemap_of
from digest.collect.swift import read_swiftly
from digest.collect.wordpress import read_posts
from digest.collect.worker import OUTLIVED, limit_memory, limit_time, read_frame, write_frame

Values: TypeAlias = dict[str, Any]

_RARELY = 50_000
"""Objects more than there were before those that hold each other are looked for: they are few."""
_REMEMBERED = 32
"""Texts after which libraries are made to forget them."""


def parse_feed(text: str, base: str) -> Values:
    """Read RSS, Atom, RDF: `{"language", "items": [{guid, url, …}], "notes"}` or `{"no_feed"}`."""
    return _parsed(text, base, lambda mended: read_swiftly(mended) or read_carefully(mended))


def parse_news(text: str, base: str) -> Values:
    """Read a feed as parse_feed does, but for its entries that are known: see news.

    Before the feed stands a line with an imprint of what else counts, of the known entries' head,
    or `-`, and of each.
    """
    told, _, feed = text.partition("\n")
    under, head, *known = told.split()
    parts = parted(feed)
    if parts is None:
        return parse_feed(feed, base)
    read = read_news(parts, under=under, head=head, known=frozenset(known))
    return read or _parsed(feed, base, read_carefully)


def _parsed(text: str, base: str, read: Callable[[str], Values]) -> Values:
    feed = mended(text)
    if feed is None:
        return {"no_feed": str(page_of(text, base=base) or "the answer is no feed")}
    return read(feed.text) | {"notes": list(feed.notes)}


def read_carefully(text: str) -> Values:
    """Read a mended feed as feedparser does: `{"language", "items"}`."""
    import feedparser

    parsed = feedparser.parse(
        io.BytesIO(text.encode()),
        # Without a base: it would make an address even of the guid 12345.
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,  # both walk all markup; we keep none of it
        sanitize_html=False,
    )
    language = parsed.feed.get("language", "")
    items = [_item(entry) for entry in parsed.entries]
    return {"language": language, "items": items}


def parse_page(text: str, base: str) -> Values:
    """Read an article's page: `{title, author, date, body, url, publisher, language, …}`."""
    from digest.collect.extracting import extract

    return extract(text, base)


def parse_mail(text: str, _base: str) -> Values:
    """Read a saved mail, its bytes given as Latin-1: the fields of Item, or `{"no_mail"}`."""
    try:
        values = asdict(read_mail(text.encode("latin-1")))
    except ValueError as error:
        return {"no_mail": str(error)}
    return {name: values[name] for name in values if name != "marks"}


def parse_picture(text: str, _base: str) -> Values:
    """Copy a picture, its bytes given in Base64, in the sizes that mails show: see shrinking."""
    from digest.collect.shrinking import shrink

    return shrink(b64decode(text))


def clean_entries(text: str, base: str) -> Values:
    """Clean the items of a feed: see cleaning."""
    from digest.collect.cleaning import clean_here

    return clean_here(text, base)


def _item(entry: Any) -> Values:  # noqa: ANN401 - feedparser's values have no types
    # What a malformed element says may be None.
    contents = [part.get("value") or "" for part in entry.get("content", [])]
    summary = entry.get("summary") or ""
    content = max(contents, key=len, default="")
    image, alt = _image(entry)
    return {
        "guid": entry.get("id") or "",
        "url": _link(entry) or _enclosed(entry),
        "title": entry.get("title") or "",
        "author": _author(entry),
        "publisher": entry.get("source", {}).get("title") or "",
        "published": list(_dates(entry)),
        "summary": "" if summary == content else summary,
        "content": content,
        "image_url": image,
        "image_alt": alt,
    }


def _link(entry: Any) -> str:  # noqa: ANN401
    """Give the address; feedparser takes a guid for one that nobody called a permalink."""
    link = str(entry.get("link", ""))
    return "" if link == entry.get("id") and "/" not in link else link


def _author(entry: Any) -> str:  # noqa: ANN401
    if "@" in entry.get("author", ""):  # feedparser cuts names out of addresses of long domains
        return str(entry["author"])
    names = [person.get("name", "") for person in entry.get("authors", [])]
    return ", ".join(dict.fromkeys(filter(None, names))) or entry.get("author", "")


def _dates(entry: Any) -> Iterable[str]:  # noqa: ANN401
    """Give dates as received, then as feedparser understood them."""
    for name in ("published", "updated", "created"):
        if entry.get(name):
            yield entry[name]
        if moment := entry.get(f"{name}_parsed"):
            yield "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*moment[:6])


def _image(entry: Any) -> tuple[str, str]:  # noqa: ANN401
    for media in [*entry.get("media_content", []), *entry.get("media_thumbnail", [])]:
        named = f"{media.get('medium', '')} {media.get('type', 'image')}"
        if media.get("url") and "image" in named:
            return media["url"], ""
    for link in entry.get("links", []):
        if link.get("rel") == "enclosure" and str(link.get("type", "")).startswith("image/"):
            return link.get("href", ""), link.get("title", "")
    return "", ""


def _enclosed(entry: Any) -> str:  # noqa: ANN401
    hrefs = [link.get("href", "") for link in entry.get("links", [])]
    return next((href for href in hrefs if href), "")


_PARSERS: dict[str, Callable[[str, str], Values]] = {
    "feed": parse_feed,
    "news": parse_news,
    "page": parse_page,
    "mail": parse_mail,
    "picture": parse_picture,
    "links": links_of,
    "posts": read_posts,
    "sitemap": sitemap_of,
    "entries": clean_entries,
}


def _answer(frame: bytes) -> bytes:
    """Parse one frame; whatever a parser trips over becomes an answer."""
    asked = orjson.loads(frame)
    try:
        parsed = _PARSERS[asked["what"]](asked["text"], asked["base"])
        return orjson.dumps(parsed, default=str)
    except Exception as error:  # parsers of hostile text raise anything
        return orjson.dumps({"error": f"its parser gave up ({type(error).__name__})"})


def main() -> None:
    """Answer frames on the pipes until the other end closes them."""
    limit_memory()
    gc.set_threshold(_RARELY)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break a frame
    with suppress(BrokenPipeError, KeyboardInterrupt):
        for turn in count(1):
            frame = read_frame(sys.stdin.buffer)
            if frame is None:
                break
            limit_time(OUTLIVED)
            write_frame(answers, _answer(frame))
            if turn % _REMEMBERED == 0:
                _forget()
            limit_time(0)


def _forget() -> None:
    """Let go of strangers' texts: the extractor remembers a thousand strings of any size."""
    if "trafilatura" in sys.modules:
        from trafilatura.meta import reset_caches

        reset_caches()


if __name__ == "__main__":
    main()
