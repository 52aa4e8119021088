"""Issues that nobody approved, and weeks with little to tell."""

from dataclasses import replace
from typing import Any

import pytest

from digest.compose.policies import approves_itself, at_send_time, shortened
from digest.model.issue import Issue, IssueState, Section
from tests.compose.desk import a_newsletter, an_issue_of, some_briefs

TWO_SECTIONS = (
    Section(theme="sahel-security", title="A", briefs=some_briefs(3)),
    Section(theme="diplomacy", title="B", briefs=some_briefs(2)),
)


def an_issue_with(count: int, state: IssueState = IssueState.DRAFT) -> Issue:
    return replace(an_issue_of(*some_briefs(count)), state=state)


@pytest.mark.parametrize(
    ("unapproved", "count", "sends", "reason"),
    [
        ("hold", 5, False, "held: nobody approved it"),
        ("send", 5, True, "unapproved: send"),
        ("shorten", 5, True, "unapproved: shorten"),
        ("send", 2, False, "held: a thin week (2 of at least 3 stories)"),
        ("send", 0, False, "held: it has no story"),
    ],
)
def test_an_unapproved_issue_goes_as_the_newsletter_says(
    unapproved: str, count: int, sends: bool, reason: str
) -> None:
    verdict = at_send_time(an_issue_with(count), a_newsletter(unapproved=unapproved))
    assert (verdict.send, verdict.reason) == (sends, reason)


@pytest.mark.parametrize("count", [1, 5])
def test_what_a_person_approved_goes_however_thin(count: int) -> None:
    verdict = at_send_time(an_issue_with(count, IssueState.APPROVED), a_newsletter())
    assert verdict.send


@pytest.mark.parametrize("state", [IssueState.SENT, IssueState.CANCELLED])
def test_what_is_over_never_goes_again(state: IssueState) -> None:
    verdict = at_send_time(an_issue_with(5, state), a_newsletter(unapproved="send"))
    assert (verdict.send, verdict.reason) == (False, f"already {state}")


def test_a_thin_week_goes_where_the_newsletter_says_so() -> None:
    newsletter = a_newsletter(unapproved="send", thin_week={"below": 3, "do": "send"})
    assert at_send_time(an_issue_with(1), newsletter).send


def test_a_shortened_issue_keeps_the_lead_of_each_section() -> None:
    content = an_issue_of(sections=TWO_SECTIONS, introduction="Cinq sujets cette semaine.").content
    short = shortened(content, "fr")
    assert [[b.story_id for b in s.briefs] for s in short.sections] == [[1], [1]]
    assert short.introduction == ""
    assert short.subject == content.subject
    newsletter = a_newsletter(unapproved="shorten")
    assert at_send_time(replace(an_issue_with(5), content=content), newsletter).content == short


@pytest.mark.parametrize(
    ("changes", "count", "itself"),
    [
        ({"approval": "automatic"}, 5, True),
        ({"approval": "automatic"}, 2, False),
        ({"approval": "automatic", "thin_week": {"below": 3, "do": "send"}}, 2, True),
        ({"approval": "automatic", "thin_week": {"below": 0}}, 0, False),
        ({}, 5, False),
    ],
)
def test_only_an_automatic_and_full_issue_approves_itself(
    changes: dict[str, Any], count: int, itself: bool
) -> None:
    assert approves_itself(an_issue_with(count).content, a_newsletter(**changes)) is itself
