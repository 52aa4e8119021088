"""What did a source hand over? One value for feeds, drops and fetched pages alike."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from digest.collect.urls import canonical, short_key
from digest.model.article import Mark


@dataclass(frozen=True, kw_only=True)
class Item:
    """One article as received: nothing in it is clean yet."""

    guid: str = ""
    url: str = ""
    title: str = ""
    author: str = ""
    role: str = ""
    publisher: str = ""
    published: tuple[str, ...] = ()
    """Dates as received, the best first."""
    summary: str = ""
    """HTML or text."""
    content: str = ""
    """HTML, or the finished text of a drop."""
    language: str = ""
    """As the source claims."""
    image_url: str = ""
    image_alt: str = ""
    image_width: int = 0
    """Pixels, as the source says; 0 when it does not."""
    image_height: int = 0
    marks: frozenset[Mark] = field(default_factory=frozenset)

    @cached_property
    def address(self) -> str:
        """The one spelling of its web address; empty: it has none."""
        return canonical(self.url)

    @cached_property
    def key(self) -> str:
        """Its name within its source: guid + link, for some feeds give one guid to all."""
        if self.guid or self.address:
            return short_key(f"{self.guid.strip()}|{self.address}")
        return f"text:{_hash(self.title, self.content or self.summary)}"

    @cached_property
    def fingerprint(self) -> str:
        """Condenses it as received: another value means that something of it changed."""
        values = self.told()
        return _hash(*[repr(values[name]) for name in _FIELDS])

    @cached_property
    def folded_title(self) -> str:
        """What titles are compared by."""
        return " ".join(self.title.casefold().split())

    def told(self) -> dict[str, Any]:
        """Give it as JSON has it: `item_from` reads that."""
        said = vars(self)
        return {name: said[name] for name in _FIELDS} | {"marks": sorted(self.marks)}


_FIELDS = sorted(one.name for one in fields(Item))


def item_from(values: Mapping[str, Any]) -> Item:
    """Make an item of what the worker's process read, or of what another item told."""
    marks = frozenset(map(Mark, values.get("marks", ())))
    return Item(**{**values, "published": tuple(values["published"]), "marks": marks})


def named(items: Iterable[Item]) -> dict[str, Item]:
    """Name the items of one feed; repeated ones are one, different ones never share a name."""
    keyed = [(item.key, item) for item in items]
    titles = _titles_by(keyed)
    return {
        key if len(titles[key]) == 1 else short_key(f"{key}|{_hash(item.folded_title)}"): item
        for key, item in keyed
    }


def shared_addresses(items: Iterable[Item]) -> frozenset[str]:
    """Give the canonical addresses that items of different titles use: no identity there."""
    titles = _titles_by((item.address, item) for item in items)
    return frozenset(address for address, different in titles.items() if len(different) > 1)


def _titles_by(named: Iterable[tuple[str, Item]]) -> dict[str, set[str]]:
    titles: dict[str, set[str]] = {}
    for name, item in named:
        titles.setdefault(name, set()).add(item.folded_title)
    return titles


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()
