"""Which article stands on a web page? Metadata first (JSON-LD, OpenGraph), then the text.

Runs in the worker's process only.
"""

import re
from typing import Any

import orjson

ENOUGH = 400
"""Characters below which a precise extraction is not trusted to be the whole (trafilatura)."""

_LOCKED = re.compile(
    r"(?:réservé|accessible) (?:uniquement )?aux abonnés|abonnez-vous pour lire|article réservé"
    r"|il vous reste \d+ ?% de cet article|subscribers only|subscribe to (?:continue|read)"
    r"|to continue reading|this content is for (?:members|subscribers)",
    re.IGNORECASE,
)
_SCRIPTED = re.compile(
    r"(?:enable|activer|requires?|need to enable|activez) (?:le )?javascript|javascript (?:is )?"
    r"(?:required|disabled|désactivé)|you need to enable javascript",
    re.IGNORECASE,
)
_LD = re.compile(
    r"<script[^<>]{0,300}application/ld\+json[^<>]{0,300}>(.{1,200000}?)</script>", re.I | re.S
)
_TIME_AGO = re.compile(
    r"""<\w{1,10}\b[^<>]{0,500}data-hook=["']time-ago["'][^<>]{0,500}>([^<>]{1,60})<"""
)
_META = re.compile(r"<meta\b([^<>]{1,3000})>", re.IGNORECASE)
_ARTICLES = ("article", "posting", "report", "webpage")


def extract(html: str, base: str) -> dict[str, Any]:
    """Give what a page says of its article: the fields of Item (items.py), and `partial`."""
    ld, meta = _json_ld(html), _metas(html)
    found = _extracted(html, base)
    body = str(found.get("text") or "")
    summaries = ((ld, "description"), (meta, "og:description"), (meta, "description"))
    return {
        "title": _first(ld.get("headline"), meta.get("og:title"), found.get("title")),
        "author": _first(_names(ld.get("author")), meta.get("author"), found.get("author")),
        "publisher": _first(_names(ld.get("publisher")), meta.get("og:site_name")),
        "published": [*_dates(ld, meta, found), *_shown_date(html)],
        "summary": _first(*(said.get(name) for said, name in summaries)),
        "content": body,
        "url": _first(_canonical_link(html), meta.get("og:url"), found.get("url")),
        "language": _first(_html_language(html), found.get("language")),
        "image_url": _first(meta.get("og:image")),
        "image_alt": _first(meta.get("og:image:alt")),
        "partial": _why_partial(html, ld, body),
    }


def _extracted(html: str, base: str) -> dict[str, Any]:
    """Extract precisely; below ENOUGH characters take the longest of precise and default."""
    ready = _opened(html)
    precise = _bare(ready, base, precisely=True)
    if len(str(precise.get("text") or "")) >= ENOUGH:
        return precise
    usual = _bare(ready, base, precisely=False)
    return max(precise, usual, key=lambda values: len(str(values.get("text") or "")))


def _bare(html: str, base: str, *, precisely: bool) -> dict[str, Any]:
    from trafilatura import bare_extraction

    found = bare_extraction(
        html, url=base, favor_precision=precisely, include_comments=False, with_metadata=True
    )
    return found if isinstance(found, dict) else found.as_dict() if found else {}


def _opened(html: str) -> str:
    """Keep a Wix page's post alone, with a space between the spans it glues."""
    spaced = html.replace("</span><span", "</span> <span")
    if 'data-hook="post-description"' not in spaced:
        return spaced
    from lxml import html as lxml_html

    posts = lxml_html.fromstring(spaced).xpath("//*[@data-hook='post-description']")
    post = lxml_html.tostring(posts[0], encoding="unicode") if posts else ""
    return f"<html><body><article>{post}</article></body></html>"


def _json_ld(html: str) -> dict[str, Any]:
    for match in _LD.finditer(html):
        try:
            said = orjson.loads(match[1].strip())
        except orjson.JSONDecodeError:
            continue
        for thing in _things(said):
            if any(word in str(thing.get("@type", "")).lower() for word in _ARTICLES):
                return thing
    return {}


def _things(said: object) -> list[dict[str, Any]]:
    match said:
        case list():
            return [thing for part in said[:50] for thing in _things(part)]
        case {"@graph": list(graph)}:
            return [thing for thing in graph[:50] if isinstance(thing, dict)]
        case dict():
            return [said]
        case _:
            return []


def _metas(html: str) -> dict[str, str]:
    from html import unescape

    found: dict[str, str] = {}
    for match in _META.finditer(html[:500_000]):
        name = re.search(
            r"""(?:property|name|itemprop)\s*=\s*["']([^"']{1,60})["']""", match[1], re.I
        )
        content = re.search(r"""content\s*=\s*(?:"([^"]*)"|'([^']*)')""", match[1], re.IGNORECASE)
        if name and content:
            found.setdefault(name[1].lower(), unescape(content[1] or content[2] or "").strip())
    return found


def _dates(ld: dict[str, Any], meta: dict[str, str], found: dict[str, Any]) -> list[str]:
    said = (
        ld.get("datePublished"),
        meta.get("article:published_time"),
        meta.get("datepublished"),
        meta.get("date"),
        found.get("date"),
    )
    return [str(date) for date in said if date]


def _shown_date(html: str) -> list[str]:
    """Give the words under a Wix post's title, `il y a 2 jours`, where nothing exact is said."""
    return [shown.strip() for shown in _TIME_AGO.findall(html[:500_000])[:1]]


def _names(thing: object) -> str:
    match thing:
        case str():
            return thing
        case {"name": str(name)}:
            return name
        case list():
            return ", ".join(filter(None, map(_names, thing[:10])))
        case _:
            return ""


def _first(*values: object) -> str:
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def _canonical_link(html: str) -> str:
    tag = re.search(r"""<link\b[^<>]*rel\s*=\s*["']?canonical[^<>]*>""", html, re.IGNORECASE)
    href = re.search(r"""href\s*=\s*["']?([^"'\s>]+)""", tag[0], re.IGNORECASE) if tag else None
    return href[1] if href else ""


def _html_language(html: str) -> str:
    found = re.search(r"""<html\b[^<>]*\blang\s*=\s*["']?([A-Za-z-]{2,10})""", html[:5000], re.I)
    return found[1] if found else ""


def _why_partial(html: str, ld: dict[str, Any], body: str) -> str:
    free = str(ld.get("isAccessibleForFree", "true")).lower()
    if free == "false" or (len(body) < 5 * ENOUGH and _LOCKED.search(html)):
        return "behind a paywall: only an excerpt"
    if len(body) < ENOUGH and _SCRIPTED.search(html):
        return "the page needs JavaScript: only an excerpt"
    return ""
