"""Which entries of a feed are, letter for letter, those that its source gave last? What is
remembered of them, so that they need not be read.

An entry's imprint names its raw text. What is read in it depends on that and on the head, which
names all else that decides: see news. That an imprint is remembered says that its reading is
stored, under the entry's own name. Two entries that share a name or an address decide about each
other: neither is remembered, and where a new one shares one with a known one, all are read.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

from digest.collect.items import Item, item_from
from digest.collect.readings import Imprinted, Parser

_IMPRINT, _NAME = 12, 4  # bytes; names that are taken for equal only cost a reading
_SIZE = _IMPRINT + 2 * _NAME
_Names: TypeAlias = tuple[bytes, bytes]
"""An entry's name in its source and its address, each condensed."""


def imprint(text: str) -> str:
    """Name an entry's raw text, or what stands above it, in 24 hexadecimal digits."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_IMPRINT).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Imprints:
    """Of the entries of a source's feed that are stored as they were last read."""

    head: str = ""
    """Of all that is not the entries' own text."""
    entries: Mapping[str, _Names] = field(default_factory=dict)

    def packed(self) -> bytes:
        """Give them as 12 bytes, and 20 for each entry."""
        rows = (bytes.fromhex(one) + b"".join(names) for one, names in self.entries.items())
        return bytes.fromhex(self.head) + b"".join(rows) if self.entries else b""

    def clash(self, items: Iterable[Item], kept: Collection[str]) -> bool:
        """Tell whether any of these items has the name or the address of an entry that is kept."""
        ours = {name for one in kept for name in self.entries[one]}
        return bool(ours) and any(not ours.isdisjoint(_names(item)) for item in items)


def unpacked(packed: bytes) -> Imprints:
    """Give imprints back as they were before they were packed."""
    rows = [packed[at : at + _SIZE] for at in range(_IMPRINT, len(packed), _SIZE)]
    entries = {row[:_IMPRINT].hex(): (row[_IMPRINT:-_NAME], row[-_NAME:]) for row in rows}
    return Imprints(head=packed[:_IMPRINT].hex(), entries=entries)


def after(told: Imprinted, items: Iterable[Item], *, stored: Collection[str]) -> Imprints:
    """Give what is to be remembered once these items of a feed are stored as they were read, as far
    as they are, under the names that `stored` has.
    """
    known = unpacked(told.before).entries if told.kept else {}
    kept = {one: known[one] for one in told.kept}
    named = [(item.key, _names(item)) for item in items] if told.read else []
    times = Counter(chain.from_iterable(names for _, names in named))
    alone = {
        one: names
        for one, (key, names) in zip(told.read, named, strict=True)
        if key in stored and all(times[name] == 1 for name in names)
    }
    return Imprints(head=told.head, entries=kept | alone)


class Remembering:
    """A parser that leaves entries of a source's feeds unread as long as they are remembered."""

    def __init__(self, parser: Parser, known: Callable[[], bytes], under: str) -> None:
        """Ask for what is `known` of a source, packed, when a feed is read; `under` names what else
        decides how that is read.
        """
        self._parser, self._known, self._under = parser, known, under

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        """Parse one text as Parser.run does; of a feed also give `imprinted` where its entries can
        be told apart.

        Raises:
            ParseError: as Parser.run.
        """
        if what != "feed":
            return self._parser.run(what, text, base=base)
        packed = self._known()
        known = unpacked(packed)
        read = self._news(text, base, known)
        if known.clash(map(item_from, read.get("items", ())), read.get("kept", ())):
            read = self._news(text, base, Imprints())
        if "kept" not in read:
            return read
        told = {"read": tuple(read["read"]), "kept": tuple(read["kept"])}
        return read | {"imprinted": Imprinted(before=packed, head=read["head"], **told)}

    def _news(self, text: str, base: str, known: Imprints) -> dict[str, Any]:
        told = " ".join([imprint(self._under), known.head or "-", *known.entries])
        return self._parser.run("news", f"{told}\n{text}", base=base)


def _names(item: Item) -> _Names:
    key, address = item.key, item.address
    return _short(f"key {key}"), _short(f"address {address}" if address else f"none {key}")


def _short(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_NAME).digest()
