"""Who gets which edition: what readers chose reaches the sending."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from digest.clock import system_clock
from digest.deliver.provider import Letter
from digest.errors import ConflictError, DeliveryError
from digest.model.issue import Issue, IssueState, Section
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.planning import foresee
from digest.pipeline.sending import begin, send
from digest.storage import issues
from digest.storage import tables as ledger
from subscribers import lists, segments, tables
from subscribers.database import Database
from subscribers.errors import ClosedList, UnknownSegment
from subscribers.grammar import parse
from tests.builders import NOON, a_brief, an_issue
from tests.deliver.courier import Courier
from tests.pipeline.scene import a_newsroom, an_approved_issue, enrol

TITLES = {"diplomacy": "Diplomatie", "sahel": "Sahel"}


@pytest.fixture
def database(both_databases: Database) -> Database:
    enrol(both_databases, 6)
    return both_databases


def content(*themes: str, story: int = 1) -> Any:
    sections = tuple(
        Section(
            theme=theme,
            title=TITLES[theme],
            briefs=(a_brief(story_id=story + place, headline=f"Tout sur {theme} {story}"),),
        )
        for place, theme in enumerate(themes)
    )
    return replace(an_issue().content, subject="Les nouvelles", sections=sections)


def choose(database: Database, reader: int, **values: Any) -> None:
    with database.write() as connection:
        for table, key in ((tables.subscribers, "id"), (tables.subscriptions, "subscriber_id")):
            own = {name: value for name, value in values.items() if name in table.c}
            if own:
                changed = update(table).where(table.c[key] == reader).values(**own)
                connection.execute(changed)


def newsroom_of(database: Database, courier: Courier, **site: Any) -> Newsroom:
    plain = a_newsroom(database, lambda: courier)
    values = plain.schedule.model_dump(mode="json", exclude_unset=True)
    values["themes"]["sahel"] = {"title": {"fr": "Sahel", "en": "Sahel"}, "keywords": ["Mali"]}
    values["newsletters"]["hebdo-sahel"]["sections"] = ["diplomacy", "sahel"]
    values["site"] |= site
    return replace(plain, schedule=type(plain.schedule).model_validate(values))


def mailed(courier: Courier) -> dict[int, Letter]:
    """Give what each reader got; nobody gets two."""
    got = [(to.id, call.letter) for call in courier.calls for to in call.to]
    assert max(Counter(reader for reader, _ in got).values(), default=1) == 1
    return dict(got)


def test_each_reader_gets_what_they_chose_in_few_editions(database: Database) -> None:
    issue = an_approved_issue(database, content=content("diplomacy", "sahel"))
    choose(database, 1, themes=["sahel"])
    choose(database, 2, themes=["sahel"], language="en")
    choose(database, 3, themes=["sahel", "diplomacy"])
    choose(database, 4, paused_until=system_clock() + timedelta(days=3))
    choose(database, 5, paused_until=system_clock() - timedelta(days=3))
    courier = Courier()
    send(newsroom_of(database, courier), issue.id)
    got = mailed(courier)
    assert sorted(got) == [1, 2, 3, 5, 6]
    assert len({id(letter) for letter in got.values()}) == 3
    assert "Tout sur diplomacy" not in got[1].html + got[1].text + got[1].subject
    assert (got[1].subject, got[3].subject) == ("Tout sur sahel 1", "Les nouvelles")
    assert (got[1].language, got[2].language) == ("fr", "en")
    assert "Unsubscribe" in got[2].html
    page = "https://digest.example/archive/hebdo-sahel/1"
    assert f"Lire en ligne\u00a0: {page}\n" in got[1].text
    assert f"Read online: {page}?language=en\n" in got[2].text
    assert "Tout sur diplomacy" in got[3].html
    assert got[3] == got[6]


def test_choices_are_frozen_with_the_plan_but_who_pauses_after_it_is_skipped(
    database: Database,
) -> None:
    issue = an_approved_issue(database, content=content("diplomacy", "sahel"))
    courier = Courier()
    newsroom = newsroom_of(database, courier)
    begin(newsroom, issue.id)
    choose(database, 1, paused_until=system_clock() + timedelta(days=3))
    choose(database, 2, themes=["sahel"])
    report = send(newsroom, issue.id)
    assert sorted(mailed(courier)) == [2, 3, 4, 5, 6]
    assert "Tout sur diplomacy" in mailed(courier)[2].html
    assert (report.tally.planned, report.tally.sent, report.tally.skipped) == (6, 5, 1)


def test_nobody_is_tracked_without_their_consent_and_the_sites(database: Database) -> None:
    choose(database, 1, tracking=True)
    for allowed, tracked in ((False, set()), (True, {1})):
        issue = an_approved_issue(database, slot=NOON + timedelta(days=allowed))
        courier = Courier()
        send(newsroom_of(database, courier, tracking=allowed), issue.id)
        assert {reader for reader, letter in mailed(courier).items() if letter.tracked} == tracked


def test_monthly_readers_get_the_leads_of_the_month_with_its_first_issue(
    database: Database,
) -> None:
    choose(database, 1, cadence="monthly")
    slots = [NOON.replace(month=11, day=day) for day in (6, 13)]
    slots.append(NOON.replace(month=12, day=4))
    had: list[Sequence[str]] = []
    for place, slot in enumerate(slots):
        news = content("diplomacy", story=10 * place)
        issue = an_approved_issue(database, slot=slot, content=news)
        courier = Courier()
        send(newsroom_of(database, courier), issue.id)
        letter = mailed(courier).get(1)
        told = [f"Tout sur diplomacy {10 * one}" for one in range(3)]
        had.append([one for one in told if letter is not None and one in letter.text])
    assert had == [
        ["Tout sur diplomacy 0"],
        [],
        ["Tout sur diplomacy 10", "Tout sur diplomacy 20"],
    ]
    assert letter is not None
    assert "/archive/" not in letter.html + letter.text
    assert letter.subject == "Le meilleur du mois\u00a0: Tout sur diplomacy 20"
    assert "13 nov.\u2009–\u20094 déc. 2026" in letter.text


def test_the_plan_is_told_before_and_is_what_happens(database: Database) -> None:
    issue = an_approved_issue(database, content=content("diplomacy"))
    choose(database, 1, themes=["sahel"])
    choose(database, 2, cadence="monthly")
    an_earlier_one(database, issue)
    courier = Courier()
    newsroom = newsroom_of(database, courier)
    plan = foresee(newsroom, issue, courier)
    assert (plan.recipients, plan.left_out) == (4, {"monthly": 1, "nothing": 1})
    assert state_of(database, issue) is IssueState.APPROVED
    report = send(newsroom, issue.id)
    assert report.tally.planned == plan.recipients
    with database.read() as connection:
        [edition] = connection.execute(select(ledger.editions.c.key)).scalars()
    assert [one.key for one in plan.editions] == [edition] == ["fr"]
    sent = replace(issue, state=state_of(database, issue))
    with pytest.raises(ConflictError, match="nothing left to plan"):
        foresee(newsroom, sent, courier)


def test_an_issue_that_has_nothing_for_anybody_is_not_sent(database: Database) -> None:
    issue = an_approved_issue(database, content=content("diplomacy"))
    for reader in range(1, 7):
        choose(database, reader, themes=["sahel"])
    with pytest.raises(DeliveryError, match="gets anything of this issue: 6 nothing"):
        send(newsroom_of(database, Courier()), issue.id)
    assert state_of(database, issue) is IssueState.APPROVED


def test_an_issue_can_go_to_a_segment_alone(database: Database) -> None:
    choose(database, 2, language="en")
    choose(database, 3, themes=["sahel"])
    issue = an_approved_issue(database, content=content("diplomacy"))
    with database.write() as connection:
        segments.create(connection, "fr", parse("language = fr and theme = diplomacy"), NOON)
        issue = issues.change(connection, issue, segment="fr", now=NOON)
        issue = issues.change(
            connection, issue, state=IssueState.APPROVED, approved_by="Awa", now=NOON
        )
    courier = Courier()
    newsroom = newsroom_of(database, courier)
    plan = foresee(newsroom, issue, courier)
    send(newsroom, issue.id)
    assert (sorted(mailed(courier)), plan.recipients, plan.left_out) == ([1, 4, 5, 6], 4, {})


def an_earlier_one(database: Database, issue: Issue) -> None:
    """Let the month have an issue before this one."""
    an_approved_issue(database, slot=issue.slot - timedelta(hours=1), content=content("diplomacy"))


def state_of(database: Database, issue: Issue) -> IssueState:
    with database.read() as connection:
        return issues.issue(connection, issue.id).state


def to_segment(database: Database, issue: Issue, rule: str) -> Issue:
    with database.write() as connection:
        segments.create(connection, "some", parse(rule), NOON)
        return issues.change(connection, issue, segment="some", now=NOON)


def test_an_issue_to_a_segment_is_for_its_readers_alone(database: Database) -> None:
    choose(database, 1, language="en")
    choose(database, 2, language="en", themes=["sahel"])
    choose(database, 3, themes=["sahel"])
    draft = an_approved_issue(database, content=content("diplomacy", "sahel"))
    issue = to_segment(database, draft, "language = en or theme = sahel and name != Zara")
    courier = Courier()
    newsroom = newsroom_of(database, courier)
    assert foresee(newsroom, issue, courier).segment == "some"
    choose(database, 4, name="Zara")
    with database.write() as connection:
        change = issues.change(connection, issue, state=IssueState.APPROVED, now=NOON)
    send(newsroom, change.id)
    assert sorted(mailed(courier)) == [1, 2, 3, 5, 6]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("language = ar", "nobody of list 'hebdo' is in segment 'some'"),
        ("", "no segment is called 'gone'"),
    ],
)
def test_an_issue_to_an_empty_segment_or_none_is_not_sent(
    database: Database, rule: str, why: str
) -> None:
    issue = an_approved_issue(database, content=content("diplomacy"))
    if rule:
        to_segment(database, issue, rule)
    with database.write() as connection:
        values = {"state": "approved", "segment": "some" if rule else "gone"}
        connection.execute(update(ledger.issues).values(**values))
    courier = Courier()
    with pytest.raises((DeliveryError, UnknownSegment), match=why):
        send(newsroom_of(database, courier), issue.id)
    assert courier.calls == []
    assert state_of(database, issue) is IssueState.APPROVED


def test_nothing_goes_to_an_archived_list(database: Database) -> None:
    issue = an_approved_issue(database, content=content("diplomacy"))
    with database.write() as connection:
        [known] = lists.lists(connection)
        lists.archive(connection, known.name, NOON)
    courier = Courier()
    with pytest.raises(ClosedList, match="archived on"):
        send(newsroom_of(database, courier), issue.id)
    assert courier.calls == []
