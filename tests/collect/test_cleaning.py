"""Cleaning in the worker's process: the same as here, and what fails costs only itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.collect.cleaning import Waiting, clean
from digest.collect.entries import Origin, entry_of
from digest.collect.items import Item
from digest.collect.worker import ParseError, Worker, Workers
from digest.model.article import Mark
from tests.collect.cases import NOW

ORIGIN = Origin(
    source="fleuve",
    base="https://fleuve.example/feed",
    zone=ZoneInfo("Africa/Bamako"),
    shared=frozenset({"https://fleuve.example/tout"}),
)
ITEMS = [
    Item(title="Un pont", url="/pont", summary="<p>Il ouvre.</p>", published=("26 mai 2026 8:15",)),
    Item(title="Une école", url="/tout", content="<p>x</p>" * 90, marks=frozenset({Mark.PARTIAL})),
    Item(),
    Item(title="Hier", guid="7", published=("il y a 2 jours",), author="Awa Diallo 🔶 Journaliste"),
]


def waiting(*items: Item) -> list[Waiting]:
    seen = NOW - timedelta(hours=1)
    return [Waiting(item=item, key=f"k{n}", seen_at=seen) for n, item in enumerate(items)]


@pytest.fixture(scope="module")
def parser() -> Iterator[Workers]:
    with Workers(2) as workers:
        yield workers


@pytest.mark.parametrize("origin", [ORIGIN, Origin(source="x", language="fr")])
def test_an_entry_is_the_same_that_would_be_made_here(parser: Workers, origin: Origin) -> None:
    asked = waiting(*ITEMS)
    here = [entry_of(one.item, origin, key=one.key, seen_at=one.seen_at) for one in asked]
    assert list(clean(asked, origin, parser).entries) == here
    assert here[2] is None


def test_nothing_to_clean_asks_nobody() -> None:
    with Worker() as worker:
        assert clean([], ORIGIN, worker).entries == ()
        assert worker._process is None


class Choking:
    """Parses nothing that holds a certain word."""

    def __init__(self, worker: Workers) -> None:
        self.worker, self.asked = worker, 0

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        self.asked += 1
        if "poison" in text:
            raise ParseError("its parser took longer than 10 seconds")
        return self.worker.run(what, text, base=base)


def test_a_poisonous_item_costs_only_itself(parser: Workers) -> None:
    items = [Item(title="Un"), Item(title="poison", url="https://x.example/2"), Item(title="Trois")]
    cleaned = clean(waiting(*items), ORIGIN, Choking(parser))
    assert [entry and entry.title for entry in cleaned.entries] == ["Un", None, "Trois"]
    assert cleaned.notes == (
        "an entry was left out: its parser took longer than 10 seconds (https://x.example/2)",
    )


def test_of_a_feed_full_of_poison_three_items_are_tried(parser: Workers) -> None:
    choking = Choking(parser)
    cleaned = clean(waiting(*[Item(title="poison")] * 50), ORIGIN, choking)
    assert (choking.asked, len(cleaned.notes), cleaned.left_out) == (4, 4, 50)
    assert cleaned.notes[-1] == "47 entries more were left for the next time"
    assert cleaned.entries == (None,) * 50


def test_moments_keep_their_zone(parser: Workers) -> None:
    (entry,) = clean(waiting(ITEMS[0]), ORIGIN, parser).entries
    assert entry is not None
    assert entry.published.at == datetime(2026, 5, 26, 8, 15, tzinfo=UTC)
