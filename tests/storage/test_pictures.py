"""Pictures are kept once, for as long as an issue shows them; no two writers lose one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from digest.model.picture import Copy, Picture, Size, name_of
from digest.storage import pictures
from subscribers.database import Database
from tests.pipeline.scene import an_approved_issue

DATA = b"\xff\xd8\x00\n\t\\"
PICTURE = Picture(
    name=name_of(DATA, "image/jpeg"), kind="image/jpeg", width=1200, height=800, bytes=len(DATA)
)


@pytest.fixture
def copy(both_databases: Database) -> Copy:
    issue = an_approved_issue(both_databases)
    return Copy(issue_id=issue.id, source="a" * 32, size=Size.LEAD, picture=PICTURE)


def keep(database: Database, copy: Copy, data: bytes = DATA) -> None:
    with database.write() as connection:
        pictures.keep(connection, copy, data)


def known(database: Database, copy: Copy) -> list[Copy]:
    with database.read() as connection:
        return pictures.of_issues(connection, [copy.issue_id])


def swept(database: Database) -> int:
    with database.write() as connection:
        return pictures.forget_unshown(connection)


def bytes_of(database: Database, name: str) -> tuple[str, bytes] | None:
    with database.read() as connection:
        return pictures.read(connection, name)


def test_a_picture_is_read_as_it_was_kept(both_databases: Database, copy: Copy) -> None:
    keep(both_databases, copy)
    keep(both_databases, copy)
    assert known(both_databases, copy) == [copy]
    assert bytes_of(both_databases, PICTURE.name) == ("image/jpeg", DATA)
    assert bytes_of(both_databases, "0" * 32 + ".jpg") is None


def test_what_could_not_be_had_is_known_until_it_is_had(
    both_databases: Database, copy: Copy
) -> None:
    absent = replace(copy, picture=None, why="the server answered 404")
    keep(both_databases, absent)
    assert known(both_databases, copy) == [absent]
    keep(both_databases, copy)
    assert known(both_databases, copy) == [copy]


def test_a_later_try_that_fails_leaves_the_copy(both_databases: Database, copy: Copy) -> None:
    keep(both_databases, copy)
    keep(both_databases, replace(copy, picture=None, why="the server answered 503"), b"")
    assert known(both_databases, copy) == [copy]


def test_a_picture_goes_when_the_last_issue_needs_it_no_more(
    both_databases: Database, copy: Copy
) -> None:
    other = replace(copy, source="b" * 32, size=Size.CARD)
    for one in (copy, other):
        keep(both_databases, one)
    for left, gone in ((copy, 0), (other, 1)):
        with both_databases.write() as connection:
            pictures.forget(connection, [left])
        assert swept(both_databases) == gone
    assert bytes_of(both_databases, PICTURE.name) is None


def test_who_keeps_and_who_removes_at_once_lose_no_picture(
    both_databases: Database, copy: Copy
) -> None:
    def work(turn: int) -> None:
        if turn % 2:
            swept(both_databases)
            return
        mine = replace(copy, source=f"{turn:032x}")
        keep(both_databases, mine)
        assert bytes_of(both_databases, PICTURE.name) is not None
        with both_databases.write() as connection:
            pictures.forget(connection, [mine])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(40)))
    assert known(both_databases, copy) == []
