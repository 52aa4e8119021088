"""What becomes of doubts when events come, come late, come twice, or do not come."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.deliver.provider import Receipt
from digest.model.delivery import BatchState, Outcome, Tally
from digest.model.event import EventKind
from digest.model.issue import Issue
from digest.pipeline.composing import cancel
from digest.pipeline.doubts import doubts, story
from digest.pipeline.settling import Settled, hear, settle_doubts
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED, lost, people
from tests.pipeline.newsdesk import DAY, HOUR, MINUTES, NewsDesk, news_of

ALL = dict.fromkeys(range(1, 10), 1)
MIXED = Receipt(outcome=Outcome.ACCEPTED, unknown=frozenset({3, 4}))


def one_in_doubt(database: Database, issue: Issue, **how: object) -> NewsDesk:
    """The first call's answer is lost; the four others are accepted."""
    desk = NewsDesk(database, issue, lost(), **how)  # type: ignore[arg-type]
    desk.send()
    assert desk.tally == Tally(planned=9, sent=7, in_doubt=2)
    return desk


def test_an_event_settles_its_doubt_at_once_and_stands_as_its_proof(
    database: Database, issue: Issue
) -> None:
    desk = one_in_doubt(database, issue)
    [doubt] = doubts(desk.newsroom)
    desk.tell(desk.courier.calls[0])
    assert desk.tally == Tally(planned=9, sent=9)
    [attempt] = story(desk.newsroom, doubt.doubt.batch.id).attempts
    assert attempt.outcome is Outcome.ACCEPTED
    assert attempt.detail.startswith(f"proved by event {attempt.id} processed 1 of sendgrid")
    desk.at(DAY).resume()
    assert len(desk.courier.calls) == 5


@pytest.mark.parametrize("kind", list(EventKind))
def test_whatever_an_event_tells_the_call_was_accepted(
    database: Database, issue: Issue, kind: EventKind
) -> None:
    desk = one_in_doubt(database, issue)
    hear(desk.newsroom, news_of(desk.courier.calls[:1], kind)[-1:])
    assert desk.tally.sent == 9


def test_events_in_any_order_and_as_often_as_they_like_settle_each_doubt_once(
    database: Database, issue: Issue
) -> None:
    desk = NewsDesk(database, issue, lost(), ACCEPTED, lost(), ACCEPTED, lost())
    desk.send()
    told = [*news_of(desk.courier.calls), *news_of(desk.courier.calls, EventKind.DELIVERED)] * 2
    for event in random.Random(1).sample(told, len(told)):
        hear(desk.newsroom, [event])
    assert desk.tally == Tally(planned=9, sent=9)
    assert desk.settle() == Settled()


def test_no_event_beside_a_complete_witness_lets_the_batch_go_again(
    database: Database, issue: Issue
) -> None:
    desk = one_in_doubt(database, issue)
    desk.at(MINUTES).tell(*desk.courier.calls[1:])
    assert desk.at(25 * HOUR).settle() == Settled()
    assert desk.at(DAY).settle() == Settled(again=1)
    assert desk.tally == Tally(planned=9, sent=7, waiting=2)
    desk.resume()
    assert desk.tally == Tally(planned=9, sent=9)
    assert desk.courier.mailed == ALL


def test_one_resume_settles_and_goes_on(database: Database, issue: Issue) -> None:
    desk = one_in_doubt(database, issue)
    desk.at(MINUTES).tell(*desk.courier.calls[1:])
    desk.at(DAY).resume()
    assert desk.courier.mailed == ALL


def test_what_goes_again_of_a_cancelled_issue_goes_nowhere(
    database: Database, issue: Issue
) -> None:
    desk = NewsDesk(database, issue, lost(), ACCEPTED, lambda _call: cancelled(desk, issue))
    desk.send()
    desk.at(MINUTES).tell(*desk.courier.calls[1:])
    desk.at(DAY).resume()
    assert desk.tally == Tally(planned=9, sent=4, cancelled=5)
    assert len(desk.courier.calls) == 3


def cancelled(desk: NewsDesk, issue: Issue) -> Receipt:
    cancel(desk.newsroom, issue.id)
    return ACCEPTED


def test_witnesses_with_a_reader_missing_prove_nothing_and_a_person_is_asked(
    database: Database, issue: Issue
) -> None:
    desk = one_in_doubt(database, issue)
    desk.at(MINUTES)
    hear(desk.newsroom, [one for one in news_of(desk.courier.calls) if one.subscriber_id == 3])
    assert desk.at(DAY).settle() == Settled()
    assert desk.at(DAY + 24 * HOUR).settle() == Settled(held=1)
    assert desk.settle() == Settled()
    assert desk.tally == Tally(planned=9, sent=7, held=2)
    desk.resume()
    assert len(desk.courier.calls) == 5


def test_events_that_are_looked_for_by_a_wrong_id_prove_nothing(
    database: Database, issue: Issue
) -> None:
    desk = one_in_doubt(database, issue)
    desk.at(MINUTES)
    dashed = [
        replace(one, attempt_id=f"-{one.attempt_id[1:]}") for one in news_of(desk.courier.calls)
    ]
    hear(desk.newsroom, dashed)
    assert desk.at(DAY).settle() == Settled()
    assert desk.at(3 * DAY).settle() == Settled(held=1)


@pytest.mark.parametrize("heard", [timedelta(seconds=30), timedelta(hours=24, minutes=30)])
def test_whoever_was_deaf_after_the_call_has_proved_nothing(
    database: Database, issue: Issue, heard: timedelta
) -> None:
    desk = one_in_doubt(database, issue)
    desk.at(heard).tell(*desk.courier.calls[1:])
    assert desk.at(DAY).settle() == Settled()
    assert desk.at(3 * DAY).settle() == Settled(held=1)


def test_the_last_call_of_all_has_no_witness(database: Database, issue: Issue) -> None:
    desk = NewsDesk(database, issue, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED, lost())
    desk.send()
    desk.at(MINUTES).tell(*desk.courier.calls[:4])
    assert desk.at(DAY).settle() == Settled()
    assert desk.at(3 * DAY).settle() == Settled(held=1)


def test_an_event_settles_what_a_person_was_asked_about(database: Database, issue: Issue) -> None:
    desk = one_in_doubt(database, issue)
    desk.at(3 * DAY).settle()
    desk.tell(desk.courier.calls[0])
    assert desk.tally == Tally(planned=9, sent=9)


@pytest.mark.parametrize(("name", "key"), [("smtp", "a key"), ("sendgrid", "")])
def test_where_no_events_come_a_person_is_asked_at_once(
    database: Database, issue: Issue, name: str, key: str
) -> None:
    desk = one_in_doubt(database, issue, name=name, key=key)
    assert desk.settle() == Settled(held=1)
    assert desk.tally == Tally(planned=9, sent=7, held=2)


def test_who_has_no_key_but_sees_events_waits_for_them(database: Database, issue: Issue) -> None:
    desk = one_in_doubt(database, issue, key="")
    desk.tell(desk.courier.calls[1])
    assert desk.settle() == Settled()
    assert desk.tally.in_doubt == 2


def test_a_part_of_a_mixed_receipt_is_proved_reader_by_reader_and_never_by_absence(
    database: Database, issue: Issue
) -> None:
    desk = NewsDesk(database, issue, MIXED, capacity=4)
    desk.send()
    news = {one.subscriber_id: one for one in news_of(desk.courier.calls)}
    [doubt] = doubts(desk.newsroom)
    assert doubt.doubt.recipient_ids == (3, 4)
    desk.at(MINUTES)
    hear(desk.newsroom, [one for reader, one in news.items() if reader != 4])
    assert desk.at(DAY).settle() == Settled()
    assert desk.at(3 * DAY).settle() == Settled(held=1)
    hear(desk.newsroom, [news[4]])
    assert desk.tally == Tally(planned=9, sent=9)


def test_many_that_settle_at_once_settle_once(database: Database, issue: Issue) -> None:
    desk = one_in_doubt(database, issue)
    desk.at(MINUTES).tell(*desk.courier.calls[1:])
    desk.at(DAY)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: settle_doubts(desk.newsroom), range(8)))
    assert sum(one.again for one in done) == 1
    assert [one.doubt.batch.state for one in doubts(desk.newsroom)] == []
    desk.resume()
    assert people(desk.courier.calls).count(1) == 2


def test_a_doubt_says_what_is_missing_to_settle_it(database: Database, issue: Issue) -> None:
    desk = one_in_doubt(database, issue)
    [doubt] = doubts(desk.newsroom)
    hear(desk.newsroom, news_of(desk.courier.calls[1:])[:1])
    told = story(desk.newsroom, doubt.doubt.batch.id)
    assert told.batch.state is BatchState.IN_DOUBT
    assert told.evidence is not None
    assert told.evidence.judgement.lacks == ("time", "ears", "completeness")
    assert told.evidence.gap == 6
    assert (told.people, [one.id for one in told.recipients]) == (2, [1, 2])
    assert told.evidence.proof_from - doubt.doubt.attempt.deadline == 25 * HOUR
