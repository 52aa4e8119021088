"""Which articles does a sitemap list? News sitemaps, plain ones, gzipped ones, and an index.

Of an index its newest part is followed, and the one before it while all in the newest is new: what
that got last would be lost when the parts turn over. A plain sitemap tells neither titles nor,
often, dates: the words of an address stand in for a title, and without any date nobody can tell
what is new.
"""

import re
import zlib
from dataclasses import replace
from typing import Any

from digest.collect.answers import Answer, Limits
from digest.collect.charset import decode
from digest.collect.items import Item
from digest.collect.link_pages import FEED, HEAD, is_page
from digest.collect.readings import Parser, Reading
from digest.collect.repair import NEWEST, page_of
from digest.collect.shapes import Shape, date_in, same_site, shape_of, words_in
from digest.collect.worker import ParseError

_GZIP = b"\x1f\x8b"
_LARGEST = Limits().size
_OF_NEWS = re.compile(r"news|actu", re.IGNORECASE)
_OF_ARTICLES = re.compile(r"article|post|story|stories|node|depeche|content", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"categor|tag|author|auteur|image|video|user|page|rubrique|taxonom|product|attachment|mots",
    re.IGNORECASE,
)
_ALIKE = 50  # addresses of one moment that show that a machine dated them all


def read_sitemap(answer: Answer, parser: Parser) -> Reading:
    """Read a sitemap's articles, or which part of an index to follow."""
    body, cut = _unpacked(answer.body)
    text = decode(body, charset=answer.charset)
    cut = answer.cut or cut
    if not text.strip():
        return Reading(error="the answer is empty")
    try:
        told = parser.run("sitemap", text, base=answer.url)
    except ParseError as error:
        return Reading(error=f"the sitemap can't be read: {error}")
    if "no_sitemap" in told:
        return Reading(error=_no_sitemap(text, answer.url))
    reading = _index(told, answer.url) if "parts" in told else _entries(told["entries"])
    notes = (f"the answer is {cut}",) if cut else ()
    if not told["whole"] and not cut:
        notes = ("the sitemap breaks off: only its whole entries were taken",)
    return replace(reading, notes=notes + reading.notes)


def _unpacked(body: bytes) -> tuple[bytes, str]:
    """Unpack a `.xml.gz` up to the size that any answer may have."""
    if not body.startswith(_GZIP):
        return body, ""
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(body, _LARGEST)
    except zlib.error:
        return b"", "no gzip that can be unpacked"
    if stream.unconsumed_tail:
        return text, f"larger than {_LARGEST / 1024 / 1024:g} MB"
    return text, "" if stream.eof else "broken off"


def _no_sitemap(text: str, base: str) -> str:
    if FEED.search(text[:HEAD]) and not is_page(text):
        return "the answer is a feed, no sitemap: write its address as 'feed'"
    page = page_of(text, base=base)
    if page is None:
        return "the answer is no sitemap"
    named = f" ({page.title!r})" if page.title else ""
    feeds = f"; its feed is {page.feeds[0]}: write it as 'feed'" if page.feeds else ""
    return f"a web page{named} stands where a sitemap should be: /robots.txt often names it{feeds}"


def _index(told: dict[str, Any], base: str) -> Reading:
    parts = [part for part in told["parts"] if same_site(part["url"], base)]
    if not parts:
        return Reading(error="the sitemap lists no parts of its own site")
    place = {part["url"]: number for number, part in enumerate(parts)}
    ranked = sorted(parts, key=lambda part: _rank(part, place[part["url"]]), reverse=True)
    newest, *older = [part["url"] for part in ranked if _kind(part) == _kind(ranked[0])]
    return Reading(
        follow=newest,
        otherwise="it is the newest part of the sitemap",
        more=older[0] if older else "",
    )


def _rank(part: dict[str, str], place: int) -> tuple[int, str, list[int], int]:
    """Put news first, then articles, then others; of those the newest, by date, then by number."""
    return (
        _kind(part),
        part.get("changed", ""),
        [int(number) for number in re.findall(r"\d{1,9}", _name(part))],
        -place,
    )


def _kind(part: dict[str, str]) -> int:
    """Tell news (3) from articles, unknown ones and others (0), by name.

    A name may hold both: `post_tag-sitemap.xml`.
    """
    name = _name(part)
    if _OF_NEWS.search(name):
        return 3
    if _OF_OTHERS.search(name):
        return 0
    return 2 if _OF_ARTICLES.search(name) else 1


def _name(part: dict[str, str]) -> str:
    return part["url"].rpartition("/")[2]


def _entries(entries: list[dict[str, str]]) -> Reading:
    listed = [one for one in entries if one.get("published") or shape_of(one["url"]) > Shape.SHORT]
    dated = [one for one in map(_dated, _without_alike(listed)) if one["date"]]
    if not dated:
        return Reading(error=_undated(len(entries), len(listed)))
    newest = sorted(dated, key=lambda one: one["date"], reverse=True)[:NEWEST]
    notes = []
    if len(dated) > NEWEST:
        notes.append(f"the sitemap has {len(dated):,} articles: the newest {NEWEST:,} were taken")
    if len(dated) < len(listed):
        notes.append(f"addresses without a date, passed over: {len(listed) - len(dated):,}")
    return Reading(items=tuple(map(_item, newest)), notes=tuple(notes))


def _undated(entries: int, listed: int) -> str:
    if not entries:
        return "the sitemap is empty"
    if not listed:
        return f"none of the sitemap's {entries:,} addresses looks like an article's"
    return (
        f"the sitemap dates none of its {listed:,} articles: nobody can tell which are new; "
        "name the site's feed or the page that lists its articles instead"
    )


def _without_alike(entries: list[dict[str, str]]) -> list[dict[str, str]]:
    """Leave out a date that all have: it is the sitemap's own."""
    dates = {one.get("changed", "") for one in entries}
    if len(entries) < _ALIKE or len(dates) > 1:
        return entries
    return [{**one, "changed": ""} for one in entries]


def _dated(entry: dict[str, str]) -> dict[str, str]:
    """Date an entry: by its publication, by its address, or by its last change."""
    changed, day = entry.get("changed", ""), date_in(entry["url"])
    if day and not changed.startswith(day):
        changed = day
    return {**entry, "date": entry.get("published") or changed}


def _item(entry: dict[str, str]) -> Item:
    return Item(
        url=entry["url"],
        title=entry.get("title") or words_in(entry["url"]),
        published=(entry["date"],),
        publisher=entry.get("publisher", ""),
        language=entry.get("language", "")[:2].lower(),
    )
