"""From a mail through a relay to its bounce, and to the reader who is mailed no more."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from digest.deliver.bounces.reading import Reading, What
from digest.model.issue import Issue
from digest.pipeline.bounces import mails_of, read_bounces
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import send
from digest.schedule.values import Bounces
from digest.storage import tables
from subscribers.database import Database
from tests.pipeline.scene import LIST, QUICK, a_newsroom
from tests.servers import smtp
from tests.servers.smtp import LookAlike
from tests.subscribers.conftest import mailed_ids

REPORT = b"""From: MAILER-DAEMON@mx.example
To: %s
Subject: failure notice

Hi. This is the qmail-send program at mx.example.
550 5.1.1 no such user
"""


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[LookAlike]:
    with smtp.running(tmp_path / "accepted", extensions=smtp.PIPELINING) as relay:
        yield relay


def with_bounces(database: Database, relay: LookAlike) -> Newsroom:
    newsroom = a_newsroom(database, f"{relay.url}&capacity=3&workers=1")
    site = newsroom.schedule.site
    bounces = Bounces(address="bounces@digest.example")
    site = site.model_copy(update={"bounces": bounces})
    return replace(newsroom, schedule=newsroom.schedule.model_copy(update={"site": site}))


def test_the_reader_whose_mail_comes_back_is_mailed_no_more_and_nobody_else_is_touched(
    database: Database, issue: Issue, relay: LookAlike
) -> None:
    newsroom = with_bounces(database, relay)
    send(newsroom, issue.id, patience=QUICK)
    assert len(set(relay.senders)) == 9
    fifth = next(
        place for place, (address, _) in enumerate(relay.mails) if address.startswith("reader5@")
    )
    told: list[Reading] = []
    come_back = [("1", REPORT % relay.senders[fifth].upper().encode())] * 2
    report = read_bounces(newsroom, come_back, lambda _, reading: told.append(reading))
    assert [one.what for one in told] == [What.HARD] * 2
    assert report.new == 1
    with database.read() as connection:
        left = mailed_ids(connection, LIST)
        [attempt] = connection.scalars(select(tables.events.c.attempt_id))
        sent = set(connection.scalars(select(tables.attempts.c.id)))
    assert left == [1, 2, 3, 4, 6, 7, 8, 9]
    assert attempt in sent


def test_a_mailbox_of_thousands_is_read_in_parts(database: Database, tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_bytes(b"".join(b"From x\n%s\n" % (REPORT % b"nobody") for _ in range(1_201)))
    with box.open("rb") as stream:
        report = read_bounces(a_newsroom(database), mails_of(stream, "box"), lambda *_: None)
    assert (report.mails, report.found, report.new) == (1_201, {"unproved": 1_201}, 0)
