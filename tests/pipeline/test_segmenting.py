"""An issue for a part of its list: its size is told before approval, and nobody is refused."""

import pytest
from sqlalchemy import insert

from digest.errors import ConflictError, DocumentError
from digest.model.issue import Issue, IssueState
from digest.pipeline import composing, preflight, segmenting
from digest.pipeline.newsroom import Newsroom
from subscribers import lists, tables
from subscribers.database import Database
from subscribers.errors import RuleError, SegmentError, UnknownSegment
from tests.conftest import NOW
from tests.pipeline.editorial import FIVE, SLOT, a_newsroom, tell_of

EVERYBODY = "language in (fr, en)"


@pytest.fixture
def newsroom(database: Database) -> Newsroom:
    """A newsroom whose drafts go to segment `mali-fr`; its list has three readers, one English."""
    tell_of(database, *FIVE)
    with database.write() as connection:
        lists.create(connection, "hebdo", "Hebdo", NOW)
        for id_, language in enumerate(("fr", "fr", "en"), start=1):
            person = {
                "id": id_,
                "address": f"r{id_}@example.org",
                "address_key": f"r{id_}@example.org",
            }
            when = {"created_at": NOW, "changed_at": NOW, "address_hash": str(id_)}
            connection.execute(insert(tables.subscribers), person | when | {"language": language})
            place = {"subscriber_id": id_, "list_id": 1, "state": "confirmed", "asked_at": NOW}
            connection.execute(insert(tables.subscriptions), place)
    return a_newsroom(database, segment="mali-fr")


def drafted(newsroom: Newsroom) -> Issue:
    return composing.make_draft(newsroom, "hebdo-sahel", SLOT)


def said(newsroom: Newsroom, issue: Issue) -> list[str]:
    return [str(one) for one in preflight.check(newsroom, issue) if "segment" in one.where]


def moved(newsroom: Newsroom, issue: Issue, segment: str) -> Issue:
    text = composing.editable(newsroom, issue)
    changed = text.replace(f"segment: {issue.segment}".rstrip(), f"segment: {segment}")
    return composing.edit(newsroom, issue.id, changed, file="e.yaml")


def test_a_draft_goes_to_its_newsletters_segment_and_says_how_many_that_is(
    newsroom: Newsroom,
) -> None:
    segmenting.create(newsroom, "mali-fr", "language = fr and theme = sahel-security")
    issue = drafted(newsroom)
    assert issue.segment == "mali-fr"
    rule = "language = fr and theme = sahel-security"
    words = f"note: segment mali-fr: 2 of hebdo's 3 readers get the issue: {rule}"
    assert said(newsroom, issue) == [words]
    assert composing.approve(newsroom, issue.id, "Awa").state is IssueState.APPROVED


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("", "no segment is called 'mali-fr' (make it with `digest segments create mali-fr RULE`)"),
        ("language = ar", "none of hebdo's 3 readers is in it: language = ar"),
    ],
)
def test_an_issue_to_nobody_is_not_approved(newsroom: Newsroom, rule: str, why: str) -> None:
    if rule:
        segmenting.create(newsroom, "mali-fr", rule)
    issue = drafted(newsroom)
    with pytest.raises(ConflictError) as refused:
        composing.approve(newsroom, issue.id, "Awa")
    assert why in str(refused.value)


def test_an_editor_sends_an_issue_to_another_segment(newsroom: Newsroom) -> None:
    segmenting.create(newsroom, "mali-fr", "language = fr")
    segmenting.create(newsroom, "anglais", "language = en")
    issue = composing.approve(newsroom, drafted(newsroom).id, "Awa")
    assert composing.edit(
        newsroom, issue.id, composing.editable(newsroom, issue), file="e.yaml"
    ).version == (issue.version)
    changed = moved(newsroom, issue, "anglais")
    assert (changed.segment, changed.state) == ("anglais", IssueState.DRAFT)
    assert "1 of hebdo's 3" in said(newsroom, changed)[0]
    everybody = moved(newsroom, changed, "")
    assert everybody.segment == ""
    assert said(newsroom, everybody) == []
    with pytest.raises(DocumentError, match="did you mean 'anglais'"):
        moved(newsroom, everybody, "anglai")


def test_a_segment_in_use_is_not_removed(newsroom: Newsroom) -> None:
    segmenting.create(newsroom, "mali-fr", EVERYBODY)
    issue = drafted(newsroom)
    with pytest.raises(ConflictError, match="hebdo-sahel/1 still goes to it"):
        segmenting.remove(newsroom, "mali-fr")
    composing.cancel(newsroom, issue.id)
    with pytest.raises(ConflictError, match=r"schedule\.yaml names it for hebdo-sahel"):
        segmenting.remove(newsroom, "mali-fr")
    assert segmenting.names(newsroom) == {"mali-fr"}
    plain = a_newsroom(newsroom.database)
    assert segmenting.remove(plain, "mali-fr").rule == EVERYBODY
    with pytest.raises(UnknownSegment):
        segmenting.remove(plain, "mali-fr")


def test_an_issue_whose_segment_is_gone_can_still_be_edited(newsroom: Newsroom) -> None:
    issue = drafted(newsroom)  # schedule.yaml names a segment that nobody made
    assert moved(newsroom, issue, "").segment == ""


def test_a_rule_is_tried_before_it_is_saved(newsroom: Newsroom) -> None:
    tried = segmenting.shown(newsroom, "language = fr and list = hebdo")
    assert [(one.list, one.matching, one.mailed) for one in tried.sizes] == [("hebdo", 2, 3)]
    assert tried.words.startswith("all of these hold:")
    assert segmenting.names(newsroom) == frozenset()
    with pytest.raises(UnknownSegment):
        segmenting.shown(newsroom, "mali-fr")
    with pytest.raises(RuleError, match="did you mean 'diplomacy'"):
        segmenting.create(newsroom, "x", "theme = dipomacy")
    with pytest.raises(RuleError, match="did you mean 'hebdo'"):
        segmenting.create(newsroom, "x", "list = hebdoo")
    segmenting.create(newsroom, "x", "language = fr")
    with pytest.raises(SegmentError):
        segmenting.create(newsroom, "x", "language = fr")


def test_a_segments_issues_are_shown_with_it(newsroom: Newsroom) -> None:
    segmenting.create(newsroom, "mali-fr", EVERYBODY)
    drafted(newsroom)
    [shown] = segmenting.everyone(newsroom)
    assert (shown.name, shown.issues) == ("mali-fr", ("hebdo-sahel/1",))
    assert segmenting.edit(newsroom, "mali-fr", "language = en").sizes[0].matching == 1
