"""What a collecting process puts into stories at once; a whole grouping refines it."""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from digest.engine.jobs import Job
from digest.errors import ConfigError
from digest.model.article import Article
from digest.pipeline import arriving
from digest.pipeline.arriving import Arrivals, Arrived
from digest.pipeline.clocks import COLLECT
from digest.pipeline.grouping import group
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.rulings import lead
from digest.storage import articles, stories
from subscribers.database import Database
from tests.builders import published
from tests.conftest import NOW
from tests.group.newsdesk import bilingual, convoy, members, stories_of, summit
from tests.group.test_copies import wire
from tests.pipeline.clockwork import DRAFT_SLOT, HandClock, Mailbag, Office, furnish
from tests.pipeline.test_grouping import DAY, newsroom, rows, store, together

EVENTS = [article for _, fr, en in bilingual() for article in (fr, en)]


@pytest.fixture
def room(database: Database) -> Newsroom:
    return newsroom(database)


def placed(articles: int, joined: int) -> Arrived:
    return Arrived(articles=articles, joined=joined, regrouped=False)


def regrouped(articles: int) -> Arrived:
    return Arrived(articles=articles, joined=0, regrouped=True)


def test_what_arrives_is_in_its_story_before_the_next_draft(room: Newsroom) -> None:
    first = store(room.database, EVENTS[0], wire(105))
    arrivals = Arrivals()
    assert arrivals.place(room) == regrouped(2)
    later = store(room.database, EVENTS[1], summit(104), wire(106))
    assert arrivals.place(room) == placed(3, 2)
    assert together(room.database) == {
        frozenset({first[1], later[2]}),
        frozenset({first[105], later[106]}),
        frozenset({later[104]}),
    }
    assert arrivals.place(room) == placed(0, 0)


def test_what_is_written_of_it_is_what_a_whole_grouping_writes(room: Newsroom) -> None:
    store(room.database, *EVENTS[:12], wire(70))
    arrivals = Arrivals()
    arrivals.place(room)
    store(room.database, wire(71), summit(40))
    assert arrivals.place(room) == placed(2, 1)
    live = rows(room.database)
    group(room)
    whole = rows(room.database)
    for table in ("stories", "theme_scores", "ties"):
        assert whole[table] == live[table]
    assert list(map(likenesses_aside, whole["story_articles"])) == list(
        map(likenesses_aside, live["story_articles"])
    )


def likenesses_aside(row: Sequence[object]) -> list[object]:
    """Leave out the similarity: words are a little less rare with every article."""
    return [*row[:3], *row[4:]]


def test_ties_of_a_story_that_is_joined_stay(room: Newsroom) -> None:
    old = store(room.database, convoy(1), at=NOW - 20 * DAY)
    group(room, since=NOW - 30 * DAY)
    new = store(room.database, convoy(2))
    arrivals = Arrivals()
    arrivals.place(room)
    before = rows(room.database)["ties"]
    store(room.database, convoy(3))
    assert arrivals.place(room) == placed(1, 1)
    assert rows(room.database)["ties"] == before != []
    with room.database.read() as connection:
        assert stories.ties(connection, [new[2]])[0].earlier_id == old[1]


def test_a_story_that_an_article_seen_earlier_renames_keeps_its_ties(room: Newsroom) -> None:
    old = store(room.database, convoy(1), at=NOW - 20 * DAY)
    group(room, since=NOW - 30 * DAY)
    store(room.database, convoy(2))
    arrivals = Arrivals()
    arrivals.place(room)
    first = store(room.database, convoy(3), at=NOW - DAY - timedelta(hours=2))
    assert arrivals.place(room) == placed(1, 1)
    with room.database.read() as connection:
        (tie,) = stories.ties(connection, first.values())
    assert tie.earlier_id == old[1]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_order_of_arrival_a_whole_grouping_ends_it(room: Newsroom, seed: int) -> None:
    told = [*EVENTS[:8], convoy(101), convoy(102), convoy(103), wire(104), wire(105), summit(106)]
    arrivals, ids = Arrivals(), dict[int, int]()
    for article in random.Random(seed).sample(told, len(told)):
        ids |= store(room.database, article)
        arrivals.place(room)
        assert in_one_story(room.database, ids.values())
    group(room)
    of = {article: sample for sample, article in ids.items()}
    found = {frozenset(of[article] for article in story) for story in together(room.database)}
    whole = stories_of([replace(one, published=published(NOW - DAY)) for one in told])
    assert found == members(whole)


def in_one_story(database: Database, ids: Collection[int]) -> bool:
    with database.read() as connection:
        told = stories.stories_of(connection, ids)
    return Counter(article for story in told for article in story.article_ids) == Counter(ids)


def test_processes_that_take_turns_take_over_what_the_others_placed(room: Newsroom) -> None:
    ids = [*store(room.database, EVENTS[4], wire(105)).values()]
    processes = [Arrivals(), Arrivals()]
    for process, article in zip(processes, (EVENTS[0], EVENTS[2]), strict=True):
        ids += store(room.database, article).values()
        assert process.place(room).regrouped
    told = [EVENTS[1], wire(106), EVENTS[3], convoy(103), summit(104), wire(107), EVENTS[5]]
    for number, article in enumerate(told):
        ids += store(room.database, article).values()
        assert not processes[number % 2].place(room).regrouped
    assert in_one_story(room.database, ids)
    held = processes[0]._held
    with room.database.read() as connection:
        assert held is not None
        assert held.live.homes == stories.homes_since(connection, NOW - 9 * DAY)


def test_processes_at_once_leave_every_article_in_one_story(room: Newsroom) -> None:
    ids = [*store(room.database, *EVENTS[:4]).values()]
    processes = [Arrivals(), Arrivals(), Arrivals()]
    for process in processes:
        process.place(room)

    def work(process: Arrivals, told: Sequence[Article]) -> None:
        for article in told:
            ids.extend(store(room.database, article).values())
            process.place(room)

    shares = [EVENTS[4:8], [convoy(101), wire(102)], [convoy(103), wire(104)]]
    threads = [Thread(target=work, args=about) for about in zip(processes, shares, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert in_one_story(room.database, ids)


def test_who_is_overtaken_while_it_reads_groups_again(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(room.database, convoy(1))
    arrivals = Arrivals()
    arrivals.place(room)
    late = store(room.database, convoy(2), summit(4))
    score = arriving._Held._scores

    def slowly(*about: object) -> object:
        Arrivals().place(room)
        return score(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(arriving._Held, "_scores", slowly)
    assert arrivals.place(room) == regrouped(2)
    assert in_one_story(room.database, [1, *late.values()])


def test_what_an_editor_ruled_since_holds(room: Newsroom) -> None:
    store(room.database, convoy(1), summit(4))
    ids = store(room.database, convoy(2))
    arrivals = Arrivals()
    arrivals.place(room)
    lead(room, ids[2], by="ada")
    store(room.database, convoy(3))
    assert arrivals.place(room).regrouped
    with room.database.read() as connection:
        (story,) = stories.stories_of(connection, ids.values())
    assert (story.lead_id, len(story.article_ids)) == (ids[2], 3)


def test_another_schedule_another_day_or_a_flood_are_grouped_as_a_whole(room: Newsroom) -> None:
    clock = HandClock(NOW)
    room, arrivals = replace(room, clock=clock), Arrivals()
    store(room.database, convoy(1))
    arrivals.place(room)
    store(room.database, summit(200))
    edited = replace(room)
    assert arrivals.place(edited).regrouped
    clock.now += timedelta(hours=23)
    store(room.database, summit(201))
    assert arrivals.place(edited) == placed(1, 1)
    clock.now += timedelta(hours=2)
    store(room.database, summit(202))
    assert arrivals.place(edited) == regrouped(1)
    store(room.database, *(summit(number) for number in range(300, 351)))
    assert arrivals.place(edited) == regrouped(51)


def test_a_window_that_failed_is_not_held_on_to(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ConfigError("the disk is full")

    store(room.database, convoy(1))
    arrivals = Arrivals()
    arrivals.place(room)
    late = store(room.database, convoy(2))
    with monkeypatch.context() as patch:
        patch.setattr(arriving, "_write", fails)
        with pytest.raises(ConfigError):
            arrivals.place(room)
    assert not in_one_story(room.database, late.values())
    assert arrivals.place(room) == regrouped(1)


def test_serving_puts_what_it_collects_into_stories(database: Database, tmp_path: Path) -> None:
    furnish(tmp_path, database)
    office = Office(tmp_path, database, DRAFT_SLOT - 2 * DAY, Mailbag())
    office.clocks.handle(Job(step=COLLECT, key=""))
    with database.read() as connection:
        found = articles.published_since(connection, DRAFT_SLOT - 60 * DAY)
        told = stories.stories_of(connection, [article.id for article in found])
    assert sum(len(story.article_ids) for story in told) == len(found) > 0
