"""Clicks are a number an issue, link and day; no two writers lose one."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from digest.model.click import Click
from digest.storage import clicks
from digest.storage.click_tables import clicks as table
from subscribers.database import Database
from tests.pipeline.scene import an_approved_issue

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def issue_id(both_databases: Database) -> int:
    return an_approved_issue(both_databases).id


def add(database: Database, counted: Mapping[Click, int]) -> None:
    with database.write() as connection:
        clicks.add(connection, counted)


def found(database: Database, issue_id: int) -> dict[str, dict[date, int]]:
    with database.read() as connection:
        return clicks.of_issue(connection, issue_id)


def test_numbers_add_up_by_link_and_day(both_databases: Database, issue_id: int) -> None:
    first = Click(issue_id=issue_id, link="a", day=MONDAY)
    later = Click(issue_id=issue_id, link="a", day=TUESDAY)
    other = Click(issue_id=issue_id, link="b", day=MONDAY)
    add(both_databases, {later: 1, first: 2})
    add(both_databases, {first: 3, other: 1})
    assert found(both_databases, issue_id) == {"a": {MONDAY: 5, TUESDAY: 1}, "b": {MONDAY: 1}}
    assert found(both_databases, issue_id + 1) == {}


def test_two_who_count_at_once_lose_nothing(both_databases: Database, issue_id: int) -> None:
    both = [Click(issue_id=issue_id, link=link, day=MONDAY) for link in "ab"]

    def work(turn: int) -> None:
        add(both_databases, dict.fromkeys(both[:: 1 if turn % 2 else -1], 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(40)))
    assert found(both_databases, issue_id) == {"a": {MONDAY: 40}, "b": {MONDAY: 40}}


def test_nothing_of_who_clicked_has_a_place() -> None:
    assert [column.name for column in table.columns] == ["issue_id", "link", "day", "times"]
