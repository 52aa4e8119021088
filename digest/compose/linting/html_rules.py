"""Can everybody read it, and does it work there? Pictures, links, fields, what is barred."""

import re
from collections.abc import Iterator, Sequence

from digest.compose.linting.markup import UNKNOWN, Tag

Found = tuple[int, str, bool]
"""Offset, words, whether it is but a warning."""
_PICTURES = frozenset({"img", "mj-image", "mj-carousel-image"})
_FIELDS = frozenset({"input", "select", "textarea"})
_UNLABELLED = frozenset({"hidden", "submit", "button", "image", "reset"})
_NAMING = ("aria-label", "aria-labelledby", "title")
_MAILED = re.compile(r"(https?|mailto|tel):|%%[A-Z_]+%%|#")
_FETCHED = {"img": "src", "link": "href", "script": "src", "iframe": "src", "form": "action"}
_ONLY_NAMED = ("canonical", "alternate", "me", "license")
"""Links of a page that no browser fetches."""
_ELSEWHERE = re.compile(r"(?:https?:)?//", re.I)


def picture_faults(tags: Sequence[Tag]) -> Iterator[Found]:
    """Find pictures that say nothing to who does not see them; `alt=""` says: it is decoration.

    What stands in mj-attributes is no picture: it sets how pictures look.
    """
    for tag in (one for one in tags if one.name in _PICTURES):
        is_shown = "mj-attributes" not in tag.within
        if is_shown and "alt" not in tag.attributes and not tag.is_filled_in:
            words = f'{tag.name} has no alt: say what it shows, alt="" where it only decorates'
            yield tag.offset, words, False


def mail_link_faults(tags: Sequence[Tag]) -> Iterator[Found]:
    """Find links and pictures of a mail that lead nowhere: a mail has no page to be relative to."""
    for tag in tags:
        for name in ("href", "src"):
            value = tag.attributes.get(name, UNKNOWN)
            if UNKNOWN not in value and not _MAILED.match(value):
                words = f"{tag.name} {name}={value!r} leads nowhere from a mail: write https://…"
                yield tag.offset, words, False


def field_faults(tags: Sequence[Tag]) -> Iterator[Found]:
    """Find fields of a form that have no label."""
    labelled = {tag.attributes["for"] for tag in tags if "for" in tag.attributes}
    for tag in tags:
        if tag.name not in _FIELDS or "template" in tag.within:
            continue
        if tag.attributes.get("type") in _UNLABELLED:
            continue
        named = any(name in tag.attributes for name in _NAMING)
        if not named and "label" not in tag.within and tag.attributes.get("id") not in labelled:
            called = tag.attributes.get("name", "")
            words = f"{tag.name} {called!r} has no label: who hears the page can't fill it in"
            yield tag.offset, words, True


def barred_faults(tags: Sequence[Tag]) -> Iterator[Found]:
    """Find what the pages' Content-Security-Policy bars (digest/web/security.py)."""
    for tag in tags:
        if tag.name in ("script", "iframe", "object", "embed", "audio", "video", "base"):
            yield tag.offset, f"<{tag.name}>: the pages' security policy bars it", False
        elif tag.name == "style":
            words = "<style>: the pages' security policy bars it; write it into style.css"
            yield tag.offset, words, False
        elif _is_fetched_from_elsewhere(tag):
            words = f"<{tag.name}> from elsewhere: the pages' security policy bars it"
            yield tag.offset, words, False
        yield from _inline(tag)


def _is_fetched_from_elsewhere(tag: Tag) -> bool:
    address = tag.attributes.get(_FETCHED.get(tag.name, ""), "")
    return bool(_ELSEWHERE.match(address)) and tag.attributes.get("rel") not in _ONLY_NAMED


def _inline(tag: Tag) -> Iterator[Found]:
    for name, value in tag.attributes.items():
        if name == "style":
            words = "style=…: the pages' security policy bars it; give a class, write style.css"
            yield tag.offset, words, False
        elif name.startswith("on") and name.isalpha():
            yield tag.offset, f"{name}=…: the pages' security policy bars scripts", False
        elif value.strip().lower().startswith("javascript:"):
            yield tag.offset, f"{name}={value!r}: the pages' security policy bars scripts", False
