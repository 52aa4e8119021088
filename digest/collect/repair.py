"""What must be mended or removed before a feed's text may reach a parser?

Removed: DOCTYPE (entities, remote DTDs), control characters, junk before the document, tags with
thousands of attributes. Mended: bare `&`, HTML's named entities. Cut: all but the newest entries,
and an entry that the answer breaks off in. Runs in the worker's process: hostile text can make a
pattern slow too.
"""

import html
import re
from dataclasses import dataclass

from digest.collect.clean import without_giant_tags
from digest.collect.urls import absolute

NEWEST = 5_000
"""Entries kept of one feed."""

ROOT = re.compile(r"<(?:\w+:)?(rss|feed|RDF|channel)\b[^<>]*>", re.IGNORECASE)
DOCTYPE_BEGINS = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b(?:[^\[>]*\[.*?\]\s*>|[^\[>]*>)", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CONTROL_BYTES = bytes({*range(32), 0x7F, 0xED, 0xEF} - {*b"\t\n\r"})
"""One is in the UTF-8 of each of them; of other characters only in that of few."""
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));", re.IGNORECASE
)
_CDATA = "<![CDATA["
_REFERENCE = re.compile(r"&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));|&")
_XML_NAMES = {"lt", "gt", "amp", "quot", "apos"}
_ITEM = re.compile(r"<((?:\w+:)?(?:item|entry))(?=[\s>]).*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_DATE = re.compile(
    r"<(?:\w+:)?(?:pubDate|published|updated|date)\b[^<>]*>([^<]{6,60})<", re.IGNORECASE
)
LOOKED_AT = 50_000
"""Characters in which a document must begin, and at its end those in which it must end."""


@dataclass(frozen=True, kw_only=True)
class FeedText:
    """A feed's text that is fit for a parser."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WebPage:
    """What stands where a feed should be."""

    title: str
    feeds: tuple[str, ...]
    """Addresses the page proposes by rel=alternate."""

    def __str__(self) -> str:
        """Say what was found, and what may be meant."""
        named = f"a web page ({self.title!r})" if self.title else "a web page without a title"
        proposed = f"; it proposes {' and '.join(self.feeds)}" if self.feeds else ""
        return f"{named} stands where a feed should be{proposed}"


def mended(text: str) -> FeedText | None:
    """Make an XML feed's text fit for parsing; None when it is no feed."""
    bare = _without_doctype(text)
    root = ROOT.search(bare[:LOOKED_AT])
    if root is None:
        return None
    body = _without_controls(without_giant_tags(bare[root.start() :]))
    whole, notes = _whole_items(body, root[1])
    newest, more = _newest(whole)
    return FeedText(text=_mended_around_cdata(newest), notes=notes + more)


def _without_controls(text: str) -> str:
    """Search for control characters only where there may be one: bytes are counted far faster."""
    raw = text.encode("utf-8", "surrogatepass")
    none = len(raw.translate(None, _CONTROL_BYTES)) == len(raw)
    return text if none else _CONTROL.sub("", text)


def _mended_around_cdata(text: str) -> str:
    parts, done = [], 0
    while (begin := text.find(_CDATA, done)) >= 0 and (end := text.find("]]>", begin)) >= 0:
        parts += [_mended_markup(text[done:begin]), text[begin:end]]
        done = end
    return "".join([*parts, _mended_markup(text[done:])])


def _without_doctype(text: str) -> str:
    """Leave out the first DOCTYPE; XML has one at most, and to try each of many is quadratic."""
    begun = DOCTYPE_BEGINS.search(text)
    found = _DOCTYPE.match(text, begun.start()) if begun else None
    return text[: found.start()] + text[found.end() :] if found else text


def page_of(text: str, *, base: str) -> WebPage | None:
    """Recognise an HTML page; give its title and the feeds it proposes."""
    start = text[: 4 * LOOKED_AT]
    if not re.search(r"<(?:!doctype\s+html|html|head|body|title|meta)\b", start, re.IGNORECASE):
        return None
    title = re.search(r"<title[^<>]*>([^<]{0,500})", start, re.IGNORECASE)
    links = re.findall(r"<link\b[^<>]{0,1000}>", start, re.IGNORECASE)
    proposed = [_href(link) for link in links if _is_alternate(link)]
    feeds = dict.fromkeys(filter(None, (absolute(href, base) for href in proposed)))
    name = " ".join(html.unescape(title[1]).split())[:120] if title else ""
    return WebPage(title=name, feeds=tuple(feeds)[:3])


def _is_alternate(link: str) -> bool:
    feed = re.search(r"""type\s*=\s*["']?application/(?:rss|atom|feed|json)\b""", link, re.I)
    return bool(feed) and re.search(r"""rel\s*=\s*["']?[^"'>]*alternate""", link, re.I) is not None


def _href(link: str) -> str:
    found = re.search(r"""href\s*=\s*["']?([^"'\s>]+)""", link, re.IGNORECASE)
    return html.unescape(found[1]) if found else ""


def _whole_items(text: str, root: str) -> tuple[str, tuple[str, ...]]:
    """Leave out what follows the last whole entry of a text that breaks off."""
    tail = text[-LOOKED_AT:]
    if f"</{root}>" in tail or re.search(rf"</(?:\w+:)?{root}\s*>", tail, re.IGNORECASE):
        return text, ()
    ends = [match.end() for match in re.finditer(r"</(?:\w+:)?(?:item|entry)\s*>", text, re.I)]
    begun = re.search(r"<(?:\w+:)?(?:item|entry)[\s>]", text, re.IGNORECASE)
    end = ends[-1] if ends else begun.start() if begun else len(text)
    return text[:end], ("the feed breaks off: only its whole entries were taken",)


def _newest(text: str) -> tuple[str, tuple[str, ...]]:
    """Keep the newest entries; a feed is in order of time, one way or the other."""
    if has_few(text):
        return text, ()
    spans = [match.span() for match in _ITEM.finditer(text)]
    if len(spans) <= NEWEST:
        return text, ()
    first, last = (_moment(text[slice(*spans[end])]) for end in (0, -1))
    kept = spans[-NEWEST:] if first < last else spans[:NEWEST]
    items = "\n".join(text[slice(*span)] for span in kept)
    whole = text[: spans[0][0]] + items + text[spans[-1][1] :]
    return whole, (newest_note(len(spans)),)


def has_few(text: str) -> bool:
    """Tell at a glance that a feed has no more entries than are kept of one."""
    if text.count("<") + text.count(">") <= NEWEST:
        return True
    return text.count("</item") + text.count("</entry") + text.count(":item>") <= NEWEST


def newest_note(total: int) -> str:
    """Say how many entries there were."""
    return f"the feed has {total:,} entries: the newest {NEWEST:,} were taken"


def _moment(item: str) -> str:
    """Give an entry's date in a form that sorts."""
    from datetime import UTC, datetime

    from digest.collect.dates import read

    found = _DATE.search(item)
    moment = read(found[1], seen_at=datetime.max.replace(tzinfo=UTC)) if found else None
    return moment[0].isoformat() if moment else ""


def _mended_markup(text: str) -> str:
    if "&" not in text:
        return text
    return _REFERENCE.sub(_mended_reference, _CONTROL_REFERENCE.sub("", text))


def _mended_reference(match: re.Match[str]) -> str:
    number, name = match[1], match[2]
    if number or name in _XML_NAMES:
        return match[0].replace("X", "x", 1) if number else match[0]
    known = html.unescape(f"&{name};") if name else ""
    return known if known and not known.startswith("&") else f"&amp;{match[0][1:]}"
