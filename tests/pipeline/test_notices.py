"""Mails to single readers: each at most once, whoever is killed when; refusals are tried again."""

import os
import signal
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.deliver.notices import PATIENCE
from digest.deliver.provider import Call, Receipt
from digest.deliver.providers.rated import Rated
from digest.engine.jobs import Job
from digest.errors import ConfigError
from digest.model.delivery import Outcome
from digest.model.notice import NoticeKind, Wish
from digest.pipeline.notices import NOTICES, REST
from digest.pipeline.tidying import KEPT, tidy
from digest.storage import notices, paces
from subscribers import suppressions
from subscribers.database import Database
from subscribers.model import SuppressionReason
from tests.deliver.courier import Courier, forbidden, lost, refused
from tests.forks import ended
from tests.pipeline.clockwork import MINUTE, READERS, SECOND, Office
from tests.pipeline.mailroom import DAY, Mailroom
from tests.pipeline.scene import SECRET, address_of, enrol

OVER = timedelta(minutes=2)
"""Longer than any lease."""


@pytest.fixture
def room(database: Database) -> Mailroom:
    enrol(database, 3)
    return Mailroom(database)


def data_for(reader: int = 1) -> Wish:
    return Wish(
        kind=NoticeKind.DATA,
        address=address_of(reader),
        language="fr",
        subscriber_id=reader,
        details={"path": "/d/token"},
    )


def test_a_notice_is_mailed_once(room: Mailroom) -> None:
    room.ask(data_for())
    assert room.work()
    assert room.work(OVER)
    assert room.courier.mailed == {1: 1}
    assert room.rows() == [("data", "sent")]
    assert room.courier.closed == 2


def test_each_reader_has_a_call_of_their_own(room: Mailroom) -> None:
    for reader in (1, 2, 3):
        room.ask(data_for(reader))
    room.work()
    assert [len(call.to) for call in room.courier.calls] == [1, 1, 1]
    assert len({call.attempt_id for call in room.courier.calls}) == 3


def test_the_intent_is_committed_before_the_call(room: Mailroom) -> None:
    seen: list[tuple[str, str]] = []

    def look(_call: Call) -> Receipt:
        seen.extend(room.rows())
        return Receipt(outcome=Outcome.ACCEPTED)

    room.courier.then(look)
    room.ask(data_for())
    room.work()
    assert seen == [("data", "calling")]


def test_a_refusal_is_tried_again_later_and_later_and_then_given_up(room: Mailroom) -> None:
    room.courier.then(*[refused()] * 50)
    room.ask(data_for())
    tries, waits = 0, timedelta(0)
    while room.rows() == [("data", "ready")] and waits < DAY:
        room.work()
        if len(room.courier.calls) > tries:
            tries, waits = tries + 1, timedelta(0)
        room.clock.now += MINUTE
        waits += MINUTE
    assert room.rows() == [("data", "failed")]
    assert len(room.courier.calls) == PATIENCE.tries


def test_a_refusal_that_passes_ends_in_one_mail(room: Mailroom) -> None:
    room.courier.then(refused(), refused())
    room.ask(data_for())
    for _ in range(20):
        room.work(MINUTE)
    assert room.courier.mailed == {1: 1}


@pytest.mark.parametrize("answer", [lost(), RuntimeError("burst"), TimeoutError()])
def test_an_unknown_outcome_is_never_repeated(room: Mailroom, answer: Receipt | Exception) -> None:
    room.courier.then(answer)
    room.ask(data_for())
    assert not room.work()
    assert room.work(DAY)
    assert len(room.courier.calls) == 1
    assert room.rows() == [("data", "in_doubt")]


def test_a_reader_whom_the_provider_refuses_is_not_tried_again(room: Mailroom) -> None:
    room.courier.then(Receipt(outcome=Outcome.ACCEPTED, refused={1: "no such mailbox"}))
    room.ask(data_for())
    assert room.work()
    assert room.rows() == [("data", "failed")]


@pytest.mark.parametrize("answer", [forbidden(), refused(retry_after=300.0), lost()])
def test_what_would_meet_everyone_stops_the_rest_until_later(
    room: Mailroom, answer: Receipt
) -> None:
    room.courier.then(answer)
    for reader in (1, 2):
        room.ask(data_for(reader))
    assert not room.work()
    assert len(room.courier.calls) == 1
    room.work(timedelta(minutes=6))
    assert room.courier.mailed[2] == 1


def test_a_wait_that_the_provider_asked_for_is_kept(room: Mailroom) -> None:
    room.courier.then(refused(retry_after=300.0))
    room.ask(data_for(1))
    room.work()
    room.ask(data_for(2))
    room.work(4 * MINUTE)
    assert len(room.courier.calls) == 1


def test_a_sendings_own_rate_does_not_hold_a_notice_up(room: Mailroom) -> None:
    room.newsroom = replace(room.newsroom, provider=lambda: Rated(provider=room.courier, rate=0.1))
    room.ask(data_for())
    with room.newsroom.database.write() as connection:
        paces.hold(connection, paces.of_provider("courier"), room.clock() + 20 * SECOND)
    room.work()
    assert room.courier.mailed == {1: 1}


def test_the_suppressed_get_nothing(room: Mailroom) -> None:
    room.ask(data_for())
    with room.newsroom.database.write() as connection:
        suppressions.suppress(
            connection,
            secret_key=SECRET,
            address=address_of(1),
            reason=SuppressionReason.COMPLAINT,
            origin="",
            now=room.clock(),
        )
    room.work()
    assert room.courier.calls == []
    assert room.rows() == [("data", "skipped")]


def test_one_that_cannot_be_written_does_not_hold_the_others_up(room: Mailroom) -> None:
    room.ask(Wish(kind=NoticeKind.DATA, address=address_of(1), language="fr", subscriber_id=1))
    room.ask(data_for(2))
    room.work()
    assert room.courier.mailed == {2: 1}
    assert room.rows() == [("data", "ready"), ("data", "sent")]


def die_in_the_call(url: str) -> None:
    def die(_call: Call) -> Receipt:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives that")

    Mailroom(Database(url), Courier(die)).work()


def test_a_process_killed_in_the_call_leaves_a_doubt_and_no_second_mail(room: Mailroom) -> None:
    room.ask(data_for())
    url = room.newsroom.database.url
    assert ended(die_in_the_call, url) == -signal.SIGKILL
    assert room.rows() == [("data", "calling")]
    room.work()
    assert room.rows() == [("data", "calling")]
    room.work(OVER)
    assert room.courier.calls == []
    assert room.rows() == [("data", "in_doubt")]


def test_many_workers_mail_each_notice_once(room: Mailroom) -> None:
    readers = (1, 2, 3) * 4
    for reader in readers:
        room.ask(data_for(reader))
    workers = [threading.Thread(target=room.work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert room.courier.mailed == dict.fromkeys((1, 2, 3), 4)
    assert len({call.attempt_id for call in room.courier.calls}) == len(readers)


def test_a_claim_that_was_lost_is_mailed_by_another(room: Mailroom) -> None:
    room.ask(data_for())
    with room.newsroom.database.write() as connection:
        lease = room.clock() + MINUTE
        notices.claim(connection, attempt_id="d" * 32, now=room.clock(), lease_until=lease)
    room.work()
    assert room.courier.calls == []
    room.work(OVER)
    assert room.courier.mailed == {1: 1}


def test_a_process_that_is_to_stop_begins_no_call(room: Mailroom) -> None:
    room.ask(data_for())
    room.newsroom.stopping.set()
    room.work()
    assert room.courier.calls == []


def test_a_working_office_mails_notices_at_its_look(office: Office) -> None:
    now = office.clock()
    with office.newsroom.database.write() as connection:
        notices.ask(connection, replace(data_for(), address=READERS[0]), now)
    office.at(now).work()
    assert office.bag.proofs == [READERS[0]]


def test_a_provider_that_cannot_be_opened_is_left_alone_for_a_while(office: Office) -> None:
    office.bag.down = True
    now = office.clock()
    with office.newsroom.database.write() as connection:
        notices.ask(connection, data_for(), now)
    office.at(now).work()
    office.at(now + SECOND)
    assert NOTICES not in {step for step, _ in office.engine.jobs}
    office.at(now + REST)
    assert Job(step=NOTICES, key="") in office.engine.jobs.values()
    with pytest.raises(ConfigError):
        office.bag.open()


def test_ended_notices_are_thrown_away_after_three_months(room: Mailroom) -> None:
    room.ask(data_for())
    room.work()
    assert tidy(room.newsroom) == 0
    room.clock.now += KEPT + SECOND
    assert tidy(room.newsroom) == 1
    assert room.rows() == []
