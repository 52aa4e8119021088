"""Two processes ask the storage for the same thing at the same moment: one of them does it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from digest.model.issue import Issue
from digest.model.run import RunClock
from digest.storage import issues, runs
from subscribers.database import Database
from tests.builders import an_issue
from tests.overlap import overlapping
from tests.storage.ledgers import NOW

SECOND = timedelta(seconds=1)


def draft(connection: Connection, slot: datetime) -> Issue:
    content = an_issue().content
    return issues.insert(connection, newsletter="hebdo", slot=slot, content=content, now=NOW)


@pytest.mark.parametrize(("apart", "numbers"), [(SECOND, [1, 2]), (timedelta(0), [1, 1])])
def test_two_drafts_made_at_once_are_numbered_one_after_the_other(
    database: Database, apart: timedelta, numbers: list[int]
) -> None:
    def second() -> Issue:
        with database.write() as connection:
            return draft(connection, NOW + apart)

    made = overlapping(database, lambda connection: draft(connection, NOW), second)
    assert [one.number for one in made] == numbers


def test_whoever_looks_at_an_issue_to_change_it_sees_what_another_just_made_of_it(
    database: Database,
) -> None:
    with database.write() as connection:
        issue = draft(connection, NOW)

    def look_and_change() -> int:
        with database.write() as connection:
            seen = issues.locked(connection, issue.id)
            return issues.change(connection, seen, approved_by="B", now=NOW).version

    def change(connection: Connection) -> int:
        seen = issues.locked(connection, issue.id)
        return issues.change(connection, seen, approved_by="A", now=NOW).version

    assert overlapping(database, change, look_and_change) == (2, 3)


@pytest.mark.parametrize("before", ["nothing", "another hour"])
def test_schedulers_that_start_at_once_agree_since_when_a_clock_has_its_hours(
    database: Database, before: str
) -> None:
    def since(connection: Connection, hours: str, now: datetime) -> datetime:
        return runs.known_since(connection, "hebdo", RunClock.SEND, hours, now)

    def second() -> datetime:
        with database.write() as connection:
            return since(connection, "53 6 * * fri", NOW + SECOND)

    if before == "another hour":
        with database.write() as connection:
            since(connection, "0 6 * * fri", NOW - SECOND)
    told = overlapping(database, lambda c: since(c, "53 6 * * fri", NOW), second)
    assert told == (NOW, NOW)
