"""Editors hear of silences before the draft is made, once an issue."""

from datetime import datetime, timedelta

import pytest

from digest.cli import sending, sources
from digest.deliver.provider import Call, Receipt
from digest.model.run import RunClock
from digest.pipeline.clocks import LEASE
from digest.pipeline.preflight import check
from digest.pipeline.warning import BEFORE, gaps, told
from digest.storage import issues
from subscribers.database import Database
from tests.cli.commandline import commandline
from tests.pipeline.clockwork import (
    DRAFT_SLOT,
    HOUR,
    MINUTE,
    SECOND,
    SEND_SLOT,
    WEEK,
    Mailbag,
    Office,
    result,
)
from tests.pipeline.test_sources import gave, spoke

WARNING = DRAFT_SLOT - BEFORE
NEEDS = (
    ("keywords: [blocus", "countries: [ML, NE]\n    keywords: [blocus"),
    (
        "  - {name: inbox, folder: inbox}",
        "  - {name: inbox, folder: inbox}\n"
        "  - {name: rfi, feed: 'http://127.0.0.1:9/rfi', matters: true, countries: [ml]}",
    ),
)


class Letters(Mailbag):
    """A mailbag that keeps letters too."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def deliver(self, call: Call) -> Receipt:
        self.calls.append(call)
        return super().deliver(call)

    def open(self) -> "Letters":
        super().open()
        return self

    @property
    def warnings(self) -> list[str]:
        return [call.letter.text for call in self.calls if call.label.endswith("-warning")]


@pytest.fixture
def bag() -> Letters:
    return Letters()


@pytest.fixture
def needy(office: Office) -> Office:
    """A newsroom that needs a source, and tells of two countries."""
    office.rewrite(*NEEDS)
    return office


def heard(office: Office, *ago: timedelta, until: datetime = DRAFT_SLOT) -> None:
    """Let the source that matters have given articles."""
    with office.newsroom.database.write() as connection:
        spoke(connection, "rfi", url="http://127.0.0.1:9/rfi", checked_at=until, succeeded_at=until)
        for pause in ago:
            gave(connection, "rfi", until - pause)


def around(moment: datetime, office: Office) -> None:
    for minutes in range(0, 60, 5):
        office.at(moment + minutes * MINUTE)
        strike(office)


def strike(office: Office) -> None:
    """Do what the newsletters' clocks ask for; no source is asked."""
    for name in [name for name in office.engine.jobs if name[0] == RunClock.WARN]:
        office.clocks.handle(office.engine.jobs.pop(name))


def test_editors_are_told_once_twelve_hours_before_the_draft(needy: Office, bag: Letters) -> None:
    heard(needy, *(days * WEEK / 7 for days in range(4, 9)))
    needy.at(WARNING - SECOND)
    strike(needy)
    assert bag.warnings == []
    around(WARNING, needy)
    needy.restart(WARNING + 2 * HOUR)
    strike(needy)
    [letter] = bag.warnings
    assert bag.proofs == ["editor@lettre.example"]
    assert "rfi, dont le numéro a besoin, se tait depuis le dimanche 22 novembre 2026" in letter
    assert "sahel-security n'a aucune source de ce pays : Niger" in letter
    assert "Mali" not in letter  # an article of four days ago is of this week
    assert result(needy, RunClock.WARN).startswith("1 editors told: rfi, which the issue needs")


def test_the_next_issue_has_its_own_warning(needy: Office, bag: Letters) -> None:
    for week in range(2):
        needy.at(WARNING + week * WEEK)
        strike(needy)
    assert len(bag.warnings) == 2


def test_a_country_whose_sources_gave_nothing_this_week_is_told(needy: Office) -> None:
    heard(needy, 8 * WEEK / 7, 9 * WEEK / 7)
    needy.at(DRAFT_SLOT)
    english = told(needy.desk.newsroom, "hebdo-sahel", "en")
    assert "sahel-security: no source of this country gave an article: Mali" in english


def test_where_nothing_is_lacking_nobody_is_mailed(office: Office, bag: Letters) -> None:
    office.rewrite(NEEDS[1])
    heard(office, HOUR, 25 * HOUR, 49 * HOUR, 73 * HOUR, until=WARNING)
    office.at(WARNING)
    strike(office)
    assert bag.calls == []
    assert result(office, RunClock.WARN) == "0 editors told: the sources lack nothing"


def test_without_anything_to_watch_there_is_no_such_run(office: Office) -> None:
    office.at(WARNING)
    assert RunClock.WARN not in office.engine.steps()
    assert gaps(office.desk.newsroom, "hebdo-sahel") == ()


def test_a_warning_that_the_provider_refused_is_tried_again(needy: Office, bag: Letters) -> None:
    bag.down = True
    needy.at(WARNING)
    strike(needy)
    assert result(needy, RunClock.WARN) == "failed: the mailbag is shut"
    bag.down = False
    needy.at(WARNING + LEASE)
    strike(needy)
    assert len(bag.warnings) == 1


@pytest.mark.parametrize("command", ["sources", "status"])
def test_commands_that_show_how_things_stand_say_it_too(
    command: str, needy: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = (sources.register, sending.register)
    digest = commandline(needy.newsroom.root, database, monkeypatch, *add)
    monkeypatch.setenv("DIGEST_SCHEDULE", str(needy.path))
    code, said = digest(command)
    assert code == 0
    assert "Sources: sahel-security has no source from this country: Niger" in said


def test_the_draft_and_the_preflight_say_it_too(needy: Office) -> None:
    needy.at(DRAFT_SLOT).work()
    words = "; rfi, which the issue needs, never gave anything: refused to dial"
    assert words in result(needy, RunClock.DRAFT)
    with needy.newsroom.database.read() as connection:
        issue = issues.find(connection, "hebdo-sahel", SEND_SLOT)
    assert issue is not None
    found = {one.code: str(one) for one in check(needy.desk.newsroom, issue)}
    assert found["source-silent"].endswith(": see `digest sources show rfi`")
    assert "add a source with `countries: [NE]`" in found["country-unheard"]
