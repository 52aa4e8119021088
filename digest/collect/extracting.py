"""Which article stands on a web page? Metadata first (JSON-LD, OpenGraph), then the text.

Runs in the worker's process only.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from digest.collect.clean import plain, shallow
from digest.collect.page_heads import Head, head_of, without
from digest.collect.page_locks import ENOUGH, is_locked, is_wall_of_consent, why_partial
from digest.collect.page_pictures import lead_picture

_BREAKS = re.compile(r"(?:<br ?/?>\s*){3,}", re.IGNORECASE)
_TIME_AGO = re.compile(
    r"""<\w{1,10}\b[^<>]{0,500}data-hook=["']time-ago["'][^<>]{0,500}>([^<>]{1,60})<"""
)
_PARAGRAPHS = re.compile(r"<p\b[^<>]{0,2000}>((?:[^<]|<(?!/?p\b)){0,50000})</p>", re.IGNORECASE)
_PROSE = re.compile(r">([^<>]{70,})")
"""What other algorithms may take for text, in whatever element."""
_LINES = ("p", "h2", "h3", "li")
_TAGS = re.compile(r"<[^<>]*>")
_MOST_TAGS = 12_000
_MANY_TAGS, _MORE_TAGS = 5_000, 8_000
"""Few articles have more; what is slower than linear is tried once beyond the first, and not at all
beyond the second.
"""
_LOOKED_AT = 500_000  # characters of a page
_SHORTENED = 0.6
"""Share of the text that JSON-LD holds below which an extraction lost a part of it."""
_WIX = "//*[@data-hook='post-description'][not(ancestor::*[@data-hook='post-description'])]"
_PARTS = "//*[@itemprop='articleBody'][not(ancestor::*[@itemprop='articleBody'])]"
_NOT_THE_AUTHORS = (
    *("cookie", "consent", "didomi", "onetrust", "tarteaucitron", "newsletter", "lire-aussi"),
    *("lire_aussi", "read-also", "related", "paywall", "comment-", "respond", "sharedaddy"),
)
"""Parts of the names of what stands between an article's paragraphs."""
_SIGNED = re.compile(
    r"""<(?:a|span|p|div)\b[^<>]{0,300}?\b(?:rel|class|itemprop)=["']?"""
    r"""[^"'<>]{0,60}?\b(?:author|byline|auteur)\b[^<>]{0,500}+>\s*([^<>]{3,80}?)\s*<""",
    re.IGNORECASE,
)


def extract(html: str, base: str) -> dict[str, Any]:
    """Give what a page says of its article: the fields of Item (items.py), and `partial`."""
    html = shallow(html)
    head = head_of(html)
    ld, meta = head.article or head.medium, head.meta
    dates = _dates(head)
    known = bool(dates) and bool(_title(head))
    found = _extracted(html, base, with_metadata=not known)
    body = _whole(_text_of(found), html, head)
    publisher = _first(head.names(ld.get("publisher")), meta.get("og:site_name"))
    author = _first(head.names(ld.get("author")), _person(meta), found.get("author"))
    author = author or (_first(*_SIGNED.findall(html[:_LOOKED_AT])[:1]) if known else "")
    picture = lead_picture(html, head)
    return {
        "title": _title(head) or _first(found.get("title")),
        "author": "" if author.casefold() == publisher.casefold() else author,
        "publisher": publisher,
        "published": [*dates, *filter(None, [found.get("date")]), *_shown_date(html)],
        "summary": _first(
            ld.get("description"), meta.get("og:description"), meta.get("description")
        ),
        "content": body,
        "url": _first(head.links.get("canonical"), meta.get("og:url"), found.get("url")),
        "language": _first(head.language, found.get("language")),
        "image_url": picture.url,
        "image_alt": picture.alt,
        "image_width": picture.width,
        "image_height": picture.height,
        "partial": why_partial(html, head, body),
    }


def _bounded(html: str) -> str:
    """Cut a page of more tags than any article's has: extractors take seconds for it."""
    return "<".join(html.split("<", _MOST_TAGS)[:_MOST_TAGS])


def _title(head: Head) -> str:
    return _first(head.article.get("headline"), head.meta.get("og:title"))


def _extracted(html: str, base: str, *, with_metadata: bool) -> dict[str, Any]:
    """Extract precisely, by rules alone where these find the paragraphs, or where the page is huge;
    below ENOUGH characters take the longest of three ways to do it.
    """
    ready = _opened(_bounded(without(html, "script", "style", "svg")))
    how = {
        "url": base,
        # Not any date that the text speaks of: what that finds is often wrong, and slow to find.
        "date_extraction_params": {"original_date": True, "extensive_search": False},
        "include_comments": False,
        "prune_xpath": _pruned(ready) or None,
    }
    tags = ready.count("<")
    ruled = _bare(ready, favor_precision=True, fast=True, with_metadata=with_metadata, **how)
    if tags > _MORE_TAGS or _is_most_of(_text_of(ruled), ready):
        return ruled
    lacks = with_metadata and not ruled  # what names no text gives no metadata either
    precise = _bare(ready, favor_precision=True, with_metadata=lacks, **how)
    text, said = _text_of(precise), ruled or precise
    if tags <= _MANY_TAGS and len(text) < ENOUGH:
        lacks = with_metadata and not said
        usual = _bare(ready, with_metadata=lacks, **how)
        text, said = max(text, _text_of(usual), _readable(ready), key=len), said or usual
    return said | {"text": text}


def _text_of(found: Mapping[str, Any]) -> str:
    return str(found.get("text") or "")


def _is_most_of(text: str, html: str) -> bool:
    """Tell whether a text is about what stands in a page's paragraphs.

    Then trafilatura would not prefer what its other algorithms find, which takes it as long as all
    the rest: it does so where that is twice as long, or where the text has no paragraphs.
    """
    there = sum(len(_TAGS.sub("", one)) for one in _PARAGRAPHS.findall(html))
    anywhere = sum(map(len, _PROSE.findall(html)))
    return len(text) >= ENOUGH and max(there, anywhere) / 2 <= len(text) <= there * 2


def _pruned(html: str) -> str:
    """Name what is to be left out, of that which is there: each name costs a look everywhere."""
    lowered = html.lower()
    words = [word for word in _NOT_THE_AUTHORS if word in lowered]
    named = " or ".join(f"contains(@class, '{word}') or contains(@id, '{word}')" for word in words)
    blocks = "self::div or self::section or self::aside or self::p or self::ul"
    return f"//*[{blocks}][{named}]" if named else ""


def _bare(html: str, **how: Any) -> dict[str, Any]:  # noqa: ANN401 - trafilatura's own options
    from trafilatura import bare_extraction

    found = bare_extraction(html, **how)
    return found if isinstance(found, dict) else found.as_dict() if found else {}


def _readable(html: str) -> str:
    """Extract as the readability algorithm does, by trafilatura's own copy of readability-lxml."""
    from trafilatura.readability_lxml import Document
    from trafilatura.utils import load_html

    tree = load_html(html)
    if tree is None:
        return ""
    from lxml import html as lxml_html

    shown = lxml_html.fromstring(Document(tree).summary() or "<p></p>")
    lines = (
        " ".join(one.text_content().split()) for one in shown.iter(*_LINES) if not _inside(one)
    )
    return "\n".join(filter(None, lines))


def _inside(element: Any) -> bool:  # noqa: ANN401 - lxml has no types
    """Tell whether an element's text was given already, with that of the line around it."""
    return next(element.iterancestors(*_LINES), None) is not None


def _opened(html: str) -> str:
    """Keep the article's own containers alone, where a page names them; spans never glued."""
    # A page of breaks alone costs the extractor tens of seconds.
    spaced = _BREAKS.sub("<br><br>", html.replace("</span><span", "</span> <span"))
    for mark, path, fewest in (("post-description", _WIX, 1), ("articleBody", _PARTS, 2)):
        if spaced.count(mark) >= fewest and (joined := _joined(spaced, path, fewest)):
            return joined
    return spaced


def _joined(html: str, path: str, fewest: int) -> str:
    from lxml import html as lxml_html

    tree = lxml_html.document_fromstring(
        html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8")
    )
    parts = tree.xpath(path)
    if len(parts) < fewest:
        return ""
    head, *texts = (
        lxml_html.tostring(part, encoding="unicode", with_tail=False)
        for part in (*tree.xpath("//head")[:1], *parts)
    )
    return f"<html>{head}<body><article>{''.join(texts)}</article></body></html>"


def _whole(body: str, html: str, head: Head) -> str:
    """Take the text that JSON-LD holds where the page's markup lost a part of it.

    Not where the publisher says that it is not free: what is behind a wall stays there.
    """
    if is_wall_of_consent(body):
        body = ""
    held = "\n".join(_held(head))
    longer = len(held) >= ENOUGH and len(body) < _SHORTENED * len(held)
    return held if longer and not is_locked(html, head, held) else body


def _held(head: Head) -> Iterator[str]:
    said = head.article.get("articleBody")
    updates = head.article.get("liveBlogUpdate")
    if isinstance(said, str):
        yield plain(said)
    for update in updates[:50] if isinstance(updates, list) else ():
        if isinstance(update, dict):
            yield from (plain(str(update.get(name) or "")) for name in ("headline", "articleBody"))


def _person(meta: dict[str, str]) -> str:
    """Give the author that meta tags name; an address of a profile is no name."""
    named = (meta.get(name, "") for name in ("author", "article:author", "dc.creator", "byl"))
    return next((name for name in named if name and "://" not in name), "")


def _dates(head: Head) -> list[str]:
    ld, meta = head.article or head.medium, head.meta
    said = (
        ld.get("datePublished"),
        ld.get("uploadDate"),
        meta.get("article:published_time"),
        meta.get("datepublished"),
        meta.get("date"),
    )
    return [str(date) for date in said if date]


def _shown_date(html: str) -> list[str]:
    """Give the words under a Wix post's title, `il y a 2 jours`, where nothing exact is said."""
    return [shown.strip() for shown in _TIME_AGO.findall(html[:_LOOKED_AT])[:1]]


def _first(*values: object) -> str:
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")
