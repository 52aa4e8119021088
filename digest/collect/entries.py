"""How does an item as received become a clean entry?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, TypeAlias

from digest.collect.bylines import LONGEST, name_and_role
from digest.collect.clean import (
    excerpt,
    first_image,
    first_words,
    line,
    plain,
    without_giant_tags,
)
from digest.collect.dates import resolve_first
from digest.collect.items import Item
from digest.collect.language import detect
from digest.collect.urls import absolute, canonical, host_of, is_web, leads_home, short_key
from digest.model.article import Entry, Mark, Published

Received: TypeAlias = tuple[Item, str, datetime]
"""An item, what names it within its source, and when it was first seen."""

_AGGREGATOR = re.compile(r"(?:^|\.)news\.google\.[a-z.]+$")
_LONGEST = 500_000  # characters of one article's markup
_WHOLE = 1_200  # characters that no summary has


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where an item comes from."""

    source: str
    base: str = ""
    """The address that relative ones count from."""
    language: str = ""
    """ISO 639-1 when schedule.yaml says that all its articles share one."""
    zone: tzinfo = UTC
    """Of hours that say none."""
    shared: frozenset[str] = frozenset()
    """Canonical addresses that several different items use: no identity there."""


def entry_of(item: Item, origin: Origin, *, key: str, seen_at: datetime) -> Entry | None:
    """Clean and normalise one item; None when nothing of it can be read.

    `key` names the item within its source, `seen_at` is when it was first seen.
    """
    (entry,) = entries_of([(item, key, seen_at)], origin)
    return entry


def entries_of(received: Iterable[Received], origin: Origin) -> list[Entry | None]:
    """Clean and normalise items as entry_of does.

    Languages are told last, one after the other: between other work, what tells them has to fetch
    its model into the processor's cache each time, and takes three times as long.
    """
    read = [(item, _read(item, origin, key, seen_at)) for item, key, seen_at in received]
    return [_entry(item, origin, *told) if told else None for item, told in read]


def _entry(item: Item, origin: Origin, values: dict[str, Any], text: str) -> Entry:
    return Entry(**values, language=_language(item, origin, text))


def _read(
    item: Item, origin: Origin, key: str, seen_at: datetime
) -> tuple[dict[str, Any], str] | None:
    """Give what an entry says but for its language, and the text that tells this."""
    url = absolute(item.url, origin.base) or (item.guid if is_web(item.guid) else "")
    summary, content = _parts(item)
    description, more = excerpt(summary)
    body, cut = excerpt(content)
    title, publisher, marks = _aggregated(line(item.title), line(item.publisher), url)
    title = title or first_words(body or description)
    if not title:
        return None
    body = without_repeated(title, body)
    author, role = _byline(item.author)
    published = _dated(item, seen_at.astimezone(origin.zone), body or description)
    image_url, image_alt = _image(item, origin.base)
    own = absolute(item.image_url, origin.base) if item.image_url else ""
    incomplete = _completeness(body, description, cut=cut or (more and not body))
    values = {
        "key": _article_key(url, key, origin),
        "url": url,
        "source": origin.source,
        "publisher": publisher,
        "title": title,
        "author": author,
        "role": item.role or role,
        "published": published,
        "description": _without_title(description, title),
        "body": body,
        "image_url": image_url,
        "image_alt": image_alt,
        "image_width": item.image_width if image_url == own else 0,
        "image_height": item.image_height if image_url == own else 0,
        "marks": item.marks | marks | incomplete,
    }
    return values, f"{title}. {description} {body}"


def _byline(author: str) -> tuple[str, str]:
    return _remembered(author) if len(author) < LONGEST else _read_byline(author)


def _read_byline(author: str) -> tuple[str, str]:
    return name_and_role(line(author))


_remembered = lru_cache(maxsize=256)(_read_byline)
"""Few write most of what a source publishes."""


def _parts(item: Item) -> tuple[str, str]:
    """Give summary and content, capped; a long summary without a content is the content."""
    summary, content = _capped(item.summary), _capped(item.content)
    whole = not content and len(summary) >= _WHOLE and len(plain(summary)) >= _WHOLE
    return ("", summary) if whole else (summary, content)


def _capped(markup: str) -> str:
    """Cut what is too long, but not because of a picture that stands in it as base64."""
    return without_giant_tags(markup)[:_LONGEST]


def text_entry_of(item: Item, origin: Origin, *, key: str, seen_at: datetime) -> Entry | None:
    """Make an entry of an item whose content is finished text: a drop's."""
    finished = replace(item, content="")
    entry = entry_of(finished, origin, key=key, seen_at=seen_at)
    if entry is None:
        return None
    text = f"{entry.title}. {item.content}"
    return replace(
        entry,
        body=without_repeated(entry.title, item.content),
        published=_dated(item, seen_at.astimezone(origin.zone), item.content),
        language=_language(item, origin, text),
        marks=item.marks | (frozenset() if item.content else frozenset({Mark.TITLE_ONLY})),
    )


def without_repeated(title: str, body: str) -> str:
    """Drop a first paragraph that only repeats the title."""
    first, _, rest = body.partition("\n\n")
    return rest if first.casefold() == title.casefold() else body


def _article_key(url: str, key: str, origin: Origin) -> str:
    """Take the address for identity, unless it leads to a home page or to several articles."""
    address = canonical(url)
    if url and address not in origin.shared and not leads_home(address):
        return short_key(address)
    return short_key(key if key.startswith("text:") else f"{origin.source}|{key}")


def _aggregated(title: str, publisher: str, url: str) -> tuple[str, str, frozenset[Mark]]:
    """Strip ` - Source` from an aggregator's title; mark its redirect."""
    if not _AGGREGATOR.search(host_of(url)):
        return title, publisher, frozenset()
    named = publisher or title.rpartition(" - ")[2]
    return title.removesuffix(f" - {named}"), named, frozenset({Mark.REDIRECT})


def _dated(item: Item, seen_at: datetime, body: str) -> Published:
    return resolve_first(item.published, seen_at=seen_at, body=body)


def _image(item: Item, base: str) -> tuple[str, str]:
    if url := absolute(item.image_url, base) if item.image_url else "":
        return url, line(item.image_alt)
    found = first_image(item.content, base=base) or first_image(item.summary, base=base)
    return (found.url, found.alt) if found else ("", "")


def _language(item: Item, origin: Origin, text: str) -> str:
    return origin.language or detect(text, expected=item.language)


def _without_title(description: str, title: str) -> str:
    """Drop a summary that only repeats the title."""
    return "" if description.casefold().rstrip(".") == title.casefold().rstrip(".") else description


def _completeness(body: str, description: str, *, cut: bool) -> frozenset[Mark]:
    if not body and not description:
        return frozenset({Mark.TITLE_ONLY})
    return frozenset({Mark.PARTIAL}) if cut or not body else frozenset()
