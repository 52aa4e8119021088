"""How do the items of a feed become clean entries where a hostile one can be killed?

Markup, dates and encodings of strangers are read in the worker's process, a feed at a time. Where
that fails, each item is tried by itself: one that no limit suffices for costs only itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from digest.collect.entries import Origin, Received, entries_of
from digest.collect.items import Item, item_from
from digest.collect.readings import Parser
from digest.collect.worker import ParseError
from digest.model.article import Entry, Mark, Precision, Published

_HOPELESS = 3  # items that fail by themselves before no more are tried


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An item to be cleaned."""

    item: Item
    key: str
    """Names it within its source."""
    seen_at: datetime
    """When it was first seen."""


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What became of some items, in their order."""

    entries: tuple[Entry | None, ...]
    """None: nothing of it can be read."""
    notes: tuple[str, ...] = ()
    left_out: int = 0
    """Items that no limit sufficed for, this time."""


def clean(waiting: Sequence[Waiting], origin: Origin, parser: Parser) -> Cleaned:
    """Clean items in the worker's process."""
    if not waiting:
        return Cleaned(entries=())
    try:
        return Cleaned(entries=_cleaned(waiting, origin, parser))
    except ParseError:
        return _one_by_one(waiting, origin, parser)


def _one_by_one(waiting: Sequence[Waiting], origin: Origin, parser: Parser) -> Cleaned:
    entries: list[Entry | None] = []
    notes: list[str] = []
    untried = 0
    for one in waiting:
        entry = None
        if len(notes) < _HOPELESS:
            try:
                (entry,) = _cleaned([one], origin, parser)
            except ParseError as error:
                notes.append(f"an entry was left out: {error} ({one.item.url[:200] or one.key})")
        else:
            untried += 1
        entries.append(entry)
    left_out = len(notes) + untried
    if untried:
        notes.append(f"{untried} entries more were left for the next time")
    return Cleaned(entries=tuple(entries), notes=tuple(notes), left_out=left_out)


def _cleaned(
    waiting: Sequence[Waiting], origin: Origin, parser: Parser
) -> tuple[Entry | None, ...]:
    said = {
        "origin": vars(origin) | {"zone": str(origin.zone), "shared": sorted(origin.shared)},
        "waiting": [vars(one) | {"item": one.item.told()} for one in waiting],
    }
    text = orjson.dumps(said, default=sorted).decode()
    return tuple(_entry(values) for values in parser.run("entries", text)["entries"])


def clean_here(text: str, _base: str) -> dict[str, Any]:
    """Clean what `clean` sent; runs in the worker's process only."""
    said = orjson.loads(text)
    origin = said["origin"]
    shared = frozenset(origin["shared"])
    known = Origin(**origin | {"zone": ZoneInfo(origin["zone"]), "shared": shared})
    return {"entries": [*map(_told, entries_of(map(_received, said["waiting"]), known))]}


def _received(values: dict[str, Any]) -> Received:
    return item_from(values["item"]), values["key"], datetime.fromisoformat(values["seen_at"])


def _told(entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    # Not asdict, which copies each value: a third of the time that cleaning takes.
    return vars(entry) | {"published": vars(entry.published), "marks": sorted(entry.marks)}


def _entry(values: dict[str, Any] | None) -> Entry | None:
    if values is None:
        return None
    said = values["published"]
    published = Published(
        **said
        | {"at": datetime.fromisoformat(said["at"]), "precision": Precision(said["precision"])}
    )
    marks = frozenset(map(Mark, values["marks"]))
    return Entry(**values | {"published": published, "marks": marks})
