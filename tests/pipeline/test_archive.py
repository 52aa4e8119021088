"""What of the newsletters anyone may read: issues that went out to a whole list, nothing else."""

from dataclasses import replace

import pytest

from digest.model.issue import Issue, IssueState, Variant
from digest.pipeline import archive
from digest.pipeline.archive import PER_PAGE
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.preflight import check
from digest.pipeline.sharing import full_editions
from subscribers.database import Database
from tests.pipeline.scene import a_newsroom
from tests.pipeline.shelves import put

HEBDO = "hebdo-sahel"


def closed(newsroom: Newsroom) -> Newsroom:
    plan = newsroom.schedule.newsletters[HEBDO].model_copy(update={"archive": False})
    schedule = newsroom.schedule.model_copy(update={"newsletters": {HEBDO: plan}})
    return replace(newsroom, schedule=schedule)


def test_only_what_went_out_to_a_whole_list_is_public(both_databases: Database) -> None:
    newsroom = a_newsroom(both_databases)
    for number, state in enumerate(IssueState, start=1):
        put(both_databases, state, number)
    put(both_databases, IssueState.SENT, 6, segment="embassies")
    put(both_databases, IssueState.SENT, 7, newsletter="another")
    shelf = archive.shelf(newsroom, HEBDO, 1)
    assert shelf is not None
    public = {one.number: one.state for one in shelf.issues}
    assert public == {4: IssueState.SENT, 3: IssueState.SENDING}
    assert [number for number in range(12) if archive.find(newsroom, HEBDO, number)] == [3, 4]
    assert [(one.newsletter, one.number) for one in archive.places(newsroom)] == [
        (HEBDO, 4),
        (HEBDO, 3),
    ]


def test_neighbours_are_the_public_issues_due_before_and_after(both_databases: Database) -> None:
    went, back = IssueState.SENT, IssueState.CANCELLED
    for number, state in enumerate((went, back, went, went, IssueState.DRAFT), start=1):
        put(both_databases, state, number)
    newsroom = a_newsroom(both_databases)
    found = [archive.find(newsroom, HEBDO, number) for number in (1, 3, 4)]
    assert [(one.before, one.after) for one in found if one] == [(None, 3), (1, 4), (3, None)]


def test_every_issue_stands_on_one_page_the_latest_first(database: Database) -> None:
    newsroom = a_newsroom(database)
    total = 2 * PER_PAGE + 1
    for number in range(1, total + 1):
        put(database, IssueState.SENT, number)
    shelves = [archive.shelf(newsroom, HEBDO, page) for page in (1, 2, 3)]
    numbers = [issue.number for shelf in shelves if shelf for issue in shelf.issues]
    assert numbers == list(range(total, 0, -1))
    assert {(shelf.pages, shelf.total) for shelf in shelves if shelf} == {(3, total)}
    assert archive.shelf(newsroom, HEBDO, 4) is archive.shelf(newsroom, HEBDO, 0) is None


def test_a_newsletter_that_was_never_sent_has_one_empty_page(database: Database) -> None:
    shelf = archive.shelf(a_newsroom(database), HEBDO, 1)
    assert shelf is not None
    assert (shelf.issues, shelf.pages) == ((), 1)


@pytest.mark.parametrize("part", ["html", "text"])
def test_the_mail_links_to_its_page_where_there_will_be_one(database: Database, part: str) -> None:
    newsroom, issue = a_newsroom(database), put(database, IssueState.APPROVED)
    address = f"https://digest.example/archive/{HEBDO}/1"

    def mail(of: Newsroom, one: Issue) -> str:
        editions = full_editions(of, one, of.newsletter(HEBDO))
        return str(getattr(editions[Variant(language="fr")][1], part))

    assert address in mail(newsroom, issue)
    closed_mail, few = mail(closed(newsroom), issue), mail(newsroom, replace(issue, segment="few"))
    assert "/archive/" not in closed_mail + few
    assert archive.address_of(newsroom, issue) == address


@pytest.mark.parametrize("state", IssueState)
def test_the_desk_is_told_of_the_page_once_it_is_there(
    database: Database, state: IssueState
) -> None:
    newsroom, issue = a_newsroom(database), put(database, state)
    there = archive.find(newsroom, HEBDO, 1) is not None
    assert bool(archive.page_of(newsroom, issue)) is there


def test_a_mail_may_link_to_a_site_on_this_machine(database: Database) -> None:
    newsroom = a_newsroom(database, site_url="http://localhost:8000")
    found = check(newsroom, put(database, IssueState.DRAFT))
    assert [str(one) for one in found if one.where == "links"] == []
