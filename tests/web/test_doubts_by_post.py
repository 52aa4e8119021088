"""From a lost answer of the look-alike API to its look-alike events, posted to our own doors."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.clock import system_clock
from digest.model.delivery import Tally
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import resume, send, status
from digest.web.main import create_app
from subscribers.database import Database
from tests.pipeline.scene import QUICK, a_newsroom, address_of, an_approved_issue, enrol
from tests.servers import sendgrid
from tests.servers.http import LookAlike
from tests.servers.sendgrid_events import Webhook, events_of
from tests.web.conftest import TestClient

HOOK = Webhook()
ONCE = Counter({address_of(reader): 1 for reader in range(1, 10)})


class Town:
    """A newsroom, the API it mails through, and the webhook of that API's."""

    def __init__(self, database: Database, issue: Issue, api: LookAlike) -> None:
        self.after = timedelta(0)
        url = f"{api.url}&capacity=3&workers=1"
        plain = a_newsroom(database, url, clock=lambda: system_clock() + self.after)
        self.newsroom: Newsroom = replace(plain, event_keys={"sendgrid": HOOK.key})
        self.issue = issue
        self.api = api
        self.door = TestClient(create_app(self.newsroom))

    def send(self) -> Tally:
        send(self.newsroom, self.issue.id, patience=QUICK)
        return self.tally()

    def resume(self) -> Tally:
        resume(self.newsroom, self.issue.id, patience=QUICK)
        return self.tally()

    def tally(self) -> Tally:
        return status(self.newsroom, self.issue.id)[0].tally

    def news(self, *kinds: str) -> list[dict[str, Any]]:
        """Give events of all that the API accepted."""
        now = self.newsroom.clock()
        return [
            event
            for kind in kinds
            for request in self.api.requests
            for event in events_of(request, kind, at=now)
        ]

    def post(self, events: list[dict[str, Any]]) -> int:
        return HOOK.post(self.door, events, self.newsroom.clock())


@pytest.fixture
def api(tmp_path: Path) -> Iterator[LookAlike]:
    with sendgrid.running(tmp_path / "accepted") as api:
        yield api


@pytest.fixture
def town(database: Database, api: LookAlike) -> Town:
    enrol(database, 9)
    return Town(database, an_approved_issue(database), api)


def test_events_and_their_absence_settle_what_lost_answers_left(town: Town) -> None:
    town.api.script = [sendgrid.ACCEPT_RESET, sendgrid.RESET]
    assert town.send() == Tally(planned=9, sent=3, in_doubt=6)
    town.after = timedelta(minutes=2)
    told = town.news("processed", "delivered")
    for event in random.Random(7).sample(told, len(told)):
        assert town.post([event, event]) == 204
    assert town.tally() == Tally(planned=9, sent=6, in_doubt=3)
    assert town.resume() == Tally(planned=9, sent=6, in_doubt=3)
    town.after = timedelta(hours=25, minutes=2)
    assert town.resume() == Tally(planned=9, sent=9)
    assert Counter(sendgrid.accepted(town.api.record)) == ONCE


def test_deferred_events_alone_prove_acceptance(town: Town) -> None:
    town.api.script = [sendgrid.ACCEPT_500, sendgrid.ACCEPT_HALF, sendgrid.GARBAGE]
    assert town.send() == Tally(planned=9, in_doubt=9)
    assert town.post(town.news("deferred")) == 204
    assert town.tally() == Tally(planned=9, sent=6, in_doubt=3)


def test_forged_events_prove_nothing(town: Town) -> None:
    town.api.script = [sendgrid.ACCEPT_RESET]
    town.send()
    body = town.news("processed")
    assert Webhook().post(town.door, body, town.newsroom.clock()) == 403
    assert town.tally() == Tally(planned=9, sent=6, in_doubt=3)


def test_events_that_were_lost_for_good_leave_it_to_a_person(town: Town) -> None:
    town.api.script = [sendgrid.ACCEPT_RESET]
    town.send()
    town.after = timedelta(minutes=2)
    town.post([event for event in town.news("processed") if event["subscriber"] in "4589"])
    town.after = timedelta(hours=26)
    assert town.resume() == Tally(planned=9, sent=6, in_doubt=3)
    town.after = timedelta(hours=49)
    assert town.resume() == Tally(planned=9, sent=6, held=3)
    assert Counter(sendgrid.accepted(town.api.record)) == ONCE
