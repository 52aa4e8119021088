"""What stands in a JSON Feed? (jsonfeed.org, versions 1 and 1.1)"""

import json
from typing import Any

from digest.collect.clean import tidy
from digest.collect.items import Item


def is_json(text: str) -> bool:
    """Tell whether a text may be JSON."""
    return text.lstrip()[:1] == "{"


def read_json_feed(text: str, *, newest: int) -> tuple[list[Item], int] | None:
    """Read the newest items, and how many there are; None when the text is no JSON Feed."""
    try:
        feed = json.loads(text)  # it takes half an emoji, which a cut excerpt may end in
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return None
    language = _text(feed, "language")
    items = [item for item in feed["items"] if isinstance(item, dict)]
    return [_item(item, language) for item in _newest(items, newest)], len(items)


def _newest(items: list[dict[str, Any]], newest: int) -> list[dict[str, Any]]:
    """Keep the newest; a feed is in order of time, one way or the other."""
    if len(items) <= newest:
        return items
    first, last = (_text(items[end], "date_published") for end in (0, -1))
    return items[-newest:] if first < last else items[:newest]


def _item(item: dict[str, Any], language: str) -> Item:
    return Item(
        guid=_text(item, "id"),
        url=_text(item, "url") or _text(item, "external_url"),
        title=_text(item, "title"),
        author=_authors(item),
        published=tuple(
            date for date in (_text(item, "date_published"), _text(item, "date_modified")) if date
        ),
        summary=_text(item, "summary"),
        content=_text(item, "content_html") or _text(item, "content_text"),
        language=_text(item, "language") or language,
        image_url=_text(item, "image") or _text(item, "banner_image"),
    )


def _authors(item: dict[str, Any]) -> str:
    people = item.get("authors")
    listed = people if isinstance(people, list) else [item.get("author")]
    names = (_text(person, "name") for person in listed if isinstance(person, dict))
    return ", ".join(filter(None, names))


def _text(values: dict[str, Any], name: str) -> str:
    """Read a string; ids may be numbers, and anything may be anything."""
    value = values.get(name)
    return tidy(str(value)) if isinstance(value, str | int | float) else ""
