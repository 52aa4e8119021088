"""Two processes come to the same step at the same moment: neither fails, nothing is done twice."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, update

from digest.model.article import Entry
from digest.model.delivery import BatchState
from digest.model.issue import Issue, IssueState
from digest.pipeline import grouping, planning, sending
from digest.pipeline.receiving import STORING, SourceReport
from digest.storage import issues, stories, tables
from subscribers.database import Database, alone
from tests.builders import an_entry
from tests.conftest import NOW
from tests.deliver.courier import Courier
from tests.overlap import overlapping
from tests.pipeline.rooms import Room, rss
from tests.pipeline.scene import a_newsroom, batches_in, state_of
from tests.servers.feeds import FeedServer
from tests.stored import add_article


def test_who_plans_while_another_does_finds_it_planned(database: Database, issue: Issue) -> None:
    newsroom = a_newsroom(database)
    courier = Courier(capacity=2)

    def planned_by_another(connection: Connection) -> None:
        held = issues.locked(connection, issue.id)
        issues.change(connection, held, state=IssueState.SENDING, now=NOW)

    overlapping(database, planned_by_another, lambda: planning.plan(newsroom, issue, courier))
    assert batches_in(database) == 0


def test_of_two_that_finish_at_once_neither_is_refused(database: Database, issue: Issue) -> None:
    newsroom = a_newsroom(database)
    planning.plan(newsroom, issue, Courier(capacity=9))
    with database.write() as connection:
        connection.execute(update(tables.batches).values(state=BatchState.SENT))

    def sent_by_another(connection: Connection) -> None:
        held = issues.locked(connection, issue.id)
        issues.change(connection, held, state=IssueState.SENT, now=NOW)

    overlapping(database, sent_by_another, lambda: sending._finish(newsroom, issue.id))
    assert state_of(database, issue) is IssueState.SENT


def test_two_runs_that_store_the_same_article_at_once_keep_it_once(
    room: Room, server: FeedServer
) -> None:
    for number in range(4):
        items = [(f"shared-{item}", f"Titre {item}") for item in range(10)]
        room.feed(server.gives(f"/once{number}", rss(*items)), name=f"s{number}")
    start, reports = Barrier(3), list[SourceReport]()

    def run() -> None:
        start.wait()
        reports.extend(room.collect().values())

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.error for report in reports] == [""] * 12
    assert len(room.articles()) == 10


def test_a_run_that_stores_lets_others_wait_instead_of_fail(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/wait", rss(("a", "Un"))))
    key = "https://fleuve.example/a"

    def stores_the_same(connection: Connection) -> None:
        alone(connection, STORING)
        add_article(connection, an_entry(key=key, url=key, title="Un"), now=NOW)

    _, reports = overlapping(room.database, stores_the_same, room.collect)
    assert reports["fleuve"].error == ""
    assert [article.key for article in room.articles()] == [key]


def test_who_groups_while_another_does_looks_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.feed("http://127.0.0.1:9/feed")
    texts = [store(room, number) for number in (1, 2)]
    find, found = grouping._find, []

    def slowly(*about: object) -> grouping.Findings:
        found.append(find(*about))  # type: ignore[arg-type]
        if len(found) == 1:
            texts.append(store(room, 3))
            grouping.group(room.newsroom())
        return found[-1]

    monkeypatch.setattr(grouping, "_find", slowly)
    assert grouping.group(room.newsroom()).articles == 3
    with room.database.read() as connection:
        told = stories.stories_of(connection, texts)
    assert sorted(article for story in told for article in story.article_ids) == texts


def store(room: Room, number: int) -> int:
    url = f"https://presse.example/{number}"
    entry: Entry = an_entry(key=url, url=url, title=f"Bamako rappelle son ambassadeur, {number}")
    with room.database.write() as connection:
        return add_article(connection, entry, now=NOW)
