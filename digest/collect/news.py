"""Which entries of a feed are not known, letter for letter? Only these are read.

A feed that is written as most are is parted at its entries' tags before anything else is done with
it; entries whose imprint is known are left out of the text that is mended and parsed. What is then
read is what would have been read among them: where swift takes a feed, which has no comments then,
no step of mending looked beyond an entry, and it makes the same of an entry wherever it stands
under one head. Anything else is read whole. Runs in the worker's process only.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias

from digest.collect.imprints import imprint
from digest.collect.repair import DOCTYPE_BEGINS, LOOKED_AT, ROOT, has_few, mended
from digest.collect.swift import read_under_head

Values: TypeAlias = dict[str, Any]

_TAGS = {"rss": "item", "feed": "entry"}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A feed's text, parted at its entries; between these nothing stands but spaces."""

    text: str
    entries: tuple[str, ...]
    head: str
    """What stands before them."""
    tail: str


def parted(text: str) -> Parts | None:
    """Part a feed at its entries; None where its text does not show for sure which these are.

    As many tags that open one as tags that close one, by turns: then, if a parser finds that many
    entries, none of the tags stands in a comment or is quoted.
    """
    root = ROOT.search(text[:LOOKED_AT])
    tag = _TAGS.get(root[1]) if root else None
    if root is None or tag is None or DOCTYPE_BEGINS.search(text) or not has_few(text):
        return None
    spans = _spans(text, f"<{tag}>", f"</{tag}>")
    if not spans or any(text.count(sign) != len(spans) for sign in (f"<{tag}", f"</{tag}")):
        return None
    parts = Parts(
        text=text,
        head=text[: spans[0][0]],
        entries=tuple(text[begin:end] for begin, end in spans),
        tail=text[spans[-1][1] :],
    )
    lies_within = root.end() <= len(parts.head) <= LOOKED_AT and len(parts.tail) <= LOOKED_AT
    ends = re.search(rf"</{root[1]}\s*>", parts.tail)
    return parts if lies_within and ends else None


def _spans(text: str, opening: str, closing: str) -> list[tuple[int, int]]:
    """Find entries one after the other; none where anything but spaces stands between two."""
    spans: list[tuple[int, int]] = []
    end = 0
    while (begin := text.find(opening, end)) >= 0:
        if spans and text[end:begin].strip():
            return []
        if (closed := text.find(closing, begin)) < 0:
            return []
        end = closed + len(closing)
        spans.append((begin, end))
    return spans


def read_news(parts: Parts, *, under: str, head: str, known: Collection[str]) -> Values | None:
    """Read the entries whose imprints are not `known` under this `head`.

    Gives what read_swiftly does and `notes`; further, where each entry can be told, the imprints of
    the `head` as it is, of what was `read`, in order, and of what was `kept`, not read. None: the
    careful parser must read it. `under` names what counts beside the feed's own text.

    One at least is read: where that is an entry, those next to it are.
    """
    imprints = [imprint(entry) for entry in parts.entries]
    kept = {one for one in imprints if one in known}
    if kept.issuperset(imprints):
        kept.remove(imprints[0])
    if kept:
        new = [place for place, one in enumerate(imprints) if one not in kept]
        news = [parts.entries[place] for place in new]
        read = _read("\n".join([parts.head, *news, parts.tail]), len(new), under)
        if read and read.get("head") == head:
            return read | {"read": [imprints[place] for place in new], "kept": sorted(kept)}
    read = _read(parts.text, len(imprints), under)
    return read | {"read": imprints, "kept": []} if read and "head" in read else read


def _read(text: str, entries: int, under: str) -> Values | None:
    """Read a feed; with the imprint of its head where it has as many entries as were parted."""
    feed = mended(text)
    read = read_under_head(feed.text) if feed else None
    if feed is None or read is None:
        return None
    values, head = read
    told = values | {"notes": list(feed.notes)}
    is_sure = len(values["items"]) == entries
    return told | {"head": imprint(f"{under} {head}")} if is_sure else told
