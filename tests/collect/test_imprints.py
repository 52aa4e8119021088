"""What is remembered of a feed's entries, and of which nothing may be remembered."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest.collect.imprints import Imprints, Remembering, after, imprint, unpacked
from digest.collect.items import Item
from digest.collect.parsing import parse_news
from digest.collect.readings import Imprinted
from tests.pipeline.rooms import rss

IMPRINTS = st.binary(min_size=12, max_size=12).map(bytes.hex)
NAMES = st.binary(min_size=4, max_size=4)


class Here:
    """A parser in this process that keeps what it was asked."""

    def __init__(self) -> None:
        self.read: list[list[str]] = []

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        if what != "news":
            return {"what": what, "text": text, "base": base}
        read = parse_news(text, base)
        self.read.append([item["title"] for item in read["items"]])
        return read


@given(IMPRINTS, st.dictionaries(IMPRINTS, st.tuples(NAMES, NAMES), min_size=1))
def test_what_is_packed_is_unpacked(head: str, entries: dict[str, tuple[bytes, bytes]]) -> None:
    whole = Imprints(head=head, entries=entries)
    assert unpacked(whole.packed()) == whole
    assert len(whole.packed()) == 12 + 20 * len(entries)


def test_nothing_is_packed_as_nothing() -> None:
    assert Imprints(head=imprint("a")).packed() == b""
    assert unpacked(b"") == Imprints()


def remembered(items: list[Item], *, stored: list[Item]) -> list[str]:
    read = tuple(imprint(str(place)) for place in range(len(items)))
    told = after(Imprinted(head=imprint("h"), read=read), items, stored={one.key for one in stored})
    return [item.title for one, item in zip(read, items, strict=True) if one in told.entries]


def test_only_what_is_stored_is_remembered() -> None:
    items = [Item(guid=title, title=title) for title in "ab"]
    assert remembered(items, stored=items[:1]) == ["a"]


def test_entries_that_share_a_name_or_an_address_are_not_remembered() -> None:
    items = [
        Item(guid="1", url="https://x.example/1", title="a"),
        Item(guid="2", url="https://www.x.example/1?utm_source=rss", title="b"),
        Item(guid="3", url="https://x.example/3", title="c"),
        Item(guid="4", title="d"),
        Item(guid="5", title="e"),
        Item(guid="5", title="f"),
    ]
    assert remembered(items, stored=items) == ["c", "d", "e", "f"][:2]


def known_after(parser: Here, feed: str) -> bytes:
    read = Remembering(parser, lambda: b"", "u").run("feed", feed)
    items = [Item(**one | {"published": tuple(one["published"])}) for one in read["items"]]
    return after(read["imprinted"], items, stored={one.key for one in items}).packed()


def test_where_a_new_entry_shares_an_address_with_a_known_one_all_is_read() -> None:
    parser = Here()
    known = known_after(parser, rss(("a", "Un"), ("b", "Deux")))
    remembering = Remembering(parser, lambda: known, "u")
    read = remembering.run("feed", rss(("c", "Trois"), ("a", "Un"), ("b", "Deux")))
    assert parser.read[1:] == [["Trois"]]
    assert len(read["imprinted"].kept) == 2
    same = rss(("a?utm_source=x", "Autre"), ("a", "Un"), ("b", "Deux"))
    read = remembering.run("feed", same)
    assert parser.read[2:] == [["Autre"], ["Autre", "Un", "Deux"]]
    assert read["imprinted"].kept == ()


def test_a_page_is_parsed_as_ever() -> None:
    said = Remembering(Here(), lambda: b"", "u").run("page", "<p>", base="https://x.example/")
    assert said == {"what": "page", "text": "<p>", "base": "https://x.example/"}
