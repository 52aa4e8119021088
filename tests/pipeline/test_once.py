"""One article once: whatever feeds give it, under which names and in which order."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.collect.cleaning import clean_here
from digest.collect.items import Item
from digest.collect.readings import Reading
from digest.pipeline.explaining import explain
from digest.pipeline.receiving import Desk, SourceReport, receive_items, store
from digest.schedule.values import Source
from digest.storage.sources import sources_of
from subscribers.database import Database
from tests import postgres
from tests.pipeline.rooms import Room
from tests.pipeline.test_ruling_laws import fresh

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
SOURCES = ("agence", "fleuve", "revue")
PAGES = ("https://presse.example/mali/accord", "https://presse.example/niger/puits")
DRESSES = ("{}", "{}?utm_source=rss", "{}/amp", "{}#haut")
Given = tuple[int, Item]
"""What a source, by its number, gives."""


class Here:
    """Cleans in this process: hundreds of weeks need no worker."""

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        assert what == "entries"
        answer: dict[str, Any] = orjson.loads(orjson.dumps(clean_here(text, base), default=str))
        return answer


@dataclass
class Gate:
    """Takes items in as collecting does, without asking any server."""

    room: Room

    def take(self, source: str, *items: Item) -> SourceReport:
        """Receive what one run got of one source."""
        nobody: Any = None
        desk = Desk(newsroom=self.room.newsroom(), parser=Here(), ask=nobody)
        of = Source(name=source, feed="https://x.example/")
        report = SourceReport(source=source)
        gathered = receive_items(desk, of, Reading(items=items), report, base="")
        with self.room.database.write() as connection:
            return store(connection, [gathered], desk.ground)[0]

    def told(self) -> set[tuple[str, str, str, str, str]]:
        """Give what all articles say, and who gave them."""
        found = self.room.articles()
        with self.room.database.read() as connection:
            givers = sources_of(connection, [one.id for one in found])
        return {(a.key, a.title, a.body, a.source, str(sorted(givers[a.id]))) for a in found}


@contextmanager
def gate_of(database: Database, folder: Path) -> Iterator[Gate]:
    room = Room(root=folder, database=database)
    for name in SOURCES:
        room.feed(f"https://{name}.example/feed", name=name)
    yield Gate(room)


@pytest.fixture
def gate(database: Database, tmp_path: Path) -> Iterator[Gate]:
    with gate_of(database, tmp_path) as gate:
        yield gate


def an_item(**changes: Any) -> Item:
    values: dict[str, Any] = {
        "guid": "a",
        "url": PAGES[0],
        "title": "Un accord au Mali",
        "content": "<p>Un accord est signé à Bamako par les deux parties.</p>",
        "published": ("Wed, 25 Nov 2026 10:00:00 GMT",),
    }
    return Item(**(values | changes))


def counts(report: SourceReport) -> tuple[int, int]:
    return report.new, report.changed


def test_an_entry_whose_id_changes_while_its_address_stays_is_the_same_article(gate: Gate) -> None:
    gate.take("fleuve", an_item())
    assert counts(gate.take("fleuve", an_item(guid="b"))) == (0, 0)


def test_an_id_that_is_used_again_for_another_address_is_another_article(gate: Gate) -> None:
    gate.take("fleuve", an_item())
    assert counts(gate.take("fleuve", an_item(url=PAGES[1], title="Un puits"))) == (1, 0)


def test_a_feed_that_moves_to_https_with_all_new_ids_gives_nothing_twice(gate: Gate) -> None:
    before = [an_item(guid=url, url=url) for url in ("http://a.example/1", "http://a.example/2")]
    assert gate.take("fleuve", *before).new == 2
    after = [an_item(guid=url, url=url) for url in ("https://a.example/1", "https://a.example/2")]
    assert counts(gate.take("fleuve", *after)) == (0, 0)


def test_a_corrected_title_is_a_change_and_the_former_text_is_kept(gate: Gate) -> None:
    gate.take("fleuve", an_item())
    assert counts(gate.take("fleuve", an_item(title="Un accord à Bamako"))) == (0, 1)
    assert counts(gate.take("fleuve", an_item(guid="c", title="Un accord à Bamako"))) == (0, 0)
    [article] = gate.room.articles()
    assert article.title == "Un accord à Bamako"
    assert len(gate.room.former(article.id)) == 1


def test_an_article_of_two_feeds_is_one_of_which_both_are_remembered(gate: Gate) -> None:
    gate.take("fleuve", an_item())
    assert counts(gate.take("agence", an_item(guid="x", url=f"{PAGES[0]}?utm_source=rss"))) == (
        0,
        0,
    )
    [article] = gate.room.articles()
    with gate.room.database.read() as connection:
        assert set(sources_of(connection, [article.id])[article.id]) == {"fleuve", "agence"}
    assert explain(gate.room.newsroom(), article.id).also_given_by == ("fleuve",)


def test_a_whole_text_takes_the_place_of_anothers_excerpt_and_keeps_it(gate: Gate) -> None:
    excerpt = an_item(content="", summary="Un accord est signé.")
    gate.take("agence", excerpt)
    assert counts(gate.take("revue", an_item(guid="r"))) == (0, 1)
    assert counts(gate.take("agence", replace(excerpt, summary="Un accord est signé !"))) == (0, 0)
    [article] = gate.room.articles()
    assert (article.source, article.body[:9]) == ("revue", "Un accord")


def test_an_older_namesake_that_changes_does_not_speak_again(gate: Gate) -> None:
    newer = an_item(guid="b", content="<p>Neuf.</p>", published=("Thu, 26 Nov 2026 10:00:00 GMT",))
    gate.take("fleuve", an_item(), newer)
    assert counts(gate.take("fleuve", an_item(content="<p>Vieux, relu.</p>"), newer)) == (0, 0)
    assert [article.body for article in gate.room.articles()] == ["Neuf."]


def test_an_entry_that_gets_a_namesake_is_not_collected_again(gate: Gate) -> None:
    gate.take("fleuve", an_item())
    assert gate.take("fleuve", an_item(), an_item(title="Tout autre chose")).new == 1
    assert len(gate.room.articles()) == 2


# --- laws -------------------------------------------------------------------------------

items = st.builds(
    lambda guid, page, dress, body, day: an_item(
        guid=guid,
        url=dress.format(PAGES[page]),
        title=f"Titre {page}",
        content=body and f"<p>{body}</p>",
        summary="" if body else "Un extrait.",
        published=(f"{day} Nov 2026 10:00:00 GMT",),
    ),
    st.sampled_from("abc"),
    st.sampled_from([0, 1]),
    st.sampled_from(DRESSES),
    st.sampled_from(["", "Le texte entier.", "Un autre texte."]),
    st.integers(20, 23),
)
gifts = st.lists(
    st.tuples(st.integers(0, 2), items),
    min_size=2,
    max_size=6,
    unique_by=lambda one: (one[0], one[1].guid, PAGES.index(an_address(one[1]))),
)


def an_address(item: Item) -> str:
    return next(page for page in PAGES if item.url.startswith(page))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[list[Given], list[list[Given]]]:
    """Draw entries, and runs that give any of them any number of times, and each at least once."""
    entries = draw(gifts)
    runs = draw(st.lists(st.lists(st.sampled_from(entries), max_size=4), max_size=5))
    return entries, [*runs, *([one] for one in draw(st.permutations(entries)))]


def receive(gate: Gate, runs: Sequence[Sequence[Given]]) -> None:
    for run in runs:
        for number, source in enumerate(SOURCES):
            gate.take(source, *(item for whose, item in run if whose == number))


def settle(database: Database, folder: Path, week: tuple[list[Given], list[list[Given]]]) -> Any:
    """Take a week in; give what its articles say. Given once more, none of it changes anything."""
    entries, runs = week
    with gate_of(database, folder) as gate:
        receive(gate, runs)
        told = gate.told()
        receive(gate, [entries, *runs])
        assert gate.told() == told
    return told


@given(weeks())
@settings(max_examples=60, suppress_health_check=SHARED)
def test_whatever_order_feeds_give_their_entries_in_the_articles_are_the_same(
    empty_database: Path, tmp_path: Path, week: tuple[list[Given], list[list[Given]]]
) -> None:
    entries, _ = week
    with fresh(empty_database, tmp_path) as database:
        told = settle(database, tmp_path, week)
    with fresh(empty_database, tmp_path) as database:
        assert settle(database, tmp_path, (entries, [[one] for one in entries])) == told


@given(weeks())
@settings(max_examples=6, suppress_health_check=SHARED)
def test_both_kinds_of_database_end_with_the_same_articles(
    empty_database: Path,
    tmp_path: Path,
    postgresql: postgres.Server,
    on_wiped_postgresql: Database,
    week: tuple[list[Given], list[list[Given]]],
) -> None:
    postgres.wipe(postgresql, on_wiped_postgresql)
    with fresh(empty_database, tmp_path) as on_sqlite:
        assert settle(on_sqlite, tmp_path, week) == settle(on_wiped_postgresql, tmp_path, week)
