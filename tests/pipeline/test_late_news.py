"""News of a mail that counts as refused: stopped where it still can be, told loudly where not."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from digest.deliver.provider import Call, Receipt
from digest.errors import ConflictError
from digest.model.delivery import Batch, Outcome, Tally
from digest.model.issue import Issue
from digest.pipeline.calling import mail
from digest.pipeline.delivering import recover
from digest.pipeline.doubts import doubts, mailed_twice, resolve, story
from digest.pipeline.letters import letter_of
from digest.pipeline.pacing import claim
from digest.pipeline.rounds import Brake, Round
from digest.pipeline.settling import Settled, settle_doubts
from digest.storage import editions, events
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED, forbidden, lost, people, refused
from tests.pipeline.newsdesk import DAY, HOUR, MINUTES, NewsDesk, news_of
from tests.pipeline.scene import QUICK


def gone_again(database: Database, issue: Issue, *answers: object) -> NewsDesk:
    """The first call's answer was lost, and a person said too soon that it was not mailed."""
    desk = NewsDesk(database, issue, lost(), *answers)  # type: ignore[arg-type]
    desk.send()
    desk.at(MINUTES)
    [doubt] = doubts(desk.newsroom)
    resolve(desk.newsroom, doubt.doubt.batch.id, sent=False)
    assert desk.tally == Tally(planned=9, sent=7, waiting=2)
    return desk


def test_an_event_stops_what_is_about_to_be_mailed_again(database: Database, issue: Issue) -> None:
    desk = gone_again(database, issue)
    desk.tell(desk.courier.calls[0])
    assert desk.tally == Tally(planned=9, sent=9)
    desk.resume()
    assert people(desk.courier.calls).count(1) == 1
    assert mailed_twice(desk.newsroom) == []


def test_an_event_stops_a_batch_that_a_worker_has_claimed(database: Database, issue: Issue) -> None:
    desk = gone_again(database, issue)
    round_ = a_round(desk)
    batch = claim(round_)
    assert isinstance(batch, Batch)
    desk.tell(desk.courier.calls[0])
    mail(round_, batch)
    assert desk.tally == Tally(planned=9, sent=9)
    assert people(desk.courier.calls).count(1) == 1


def a_round(desk: NewsDesk) -> Round:
    with desk.database.read() as connection:
        kept = editions.of_issue(connection, desk.issue.id)
    return Round(
        newsroom=desk.newsroom,
        issue=desk.issue,
        letters={one.id: letter_of(desk.newsroom, desk.issue, one) for one in kept},
        provider=desk.courier,
        patience=QUICK,
        brake=Brake(QUICK),
    )


def test_an_event_that_was_not_settled_when_it_came_stops_it_a_minute_later(
    database: Database, issue: Issue
) -> None:
    desk = gone_again(database, issue)
    with database.write() as connection:
        events.store(connection, news_of(desk.courier.calls[:1]), desk.newsroom.clock())
    assert desk.settle() == Settled(stopped=1)
    assert desk.settle() == Settled()
    assert desk.tally.sent == 9


def test_after_another_call_a_late_event_is_told_loudly_and_once(
    database: Database, issue: Issue
) -> None:
    desk = gone_again(database, issue)
    desk.resume()
    with capture_logs() as logs:
        desk.tell(desk.courier.calls[0])
        desk.tell(desk.courier.calls[0])
        assert desk.settle() == Settled()
    errors = [line for line in logs if line["log_level"] == "error"]
    assert [line["event"] for line in errors] == ["mailed twice"]
    [twice] = mailed_twice(desk.newsroom, issue.id)
    assert (twice.doubt.attempt.outcome, twice.doubt.recipient_ids) == (Outcome.DOUBLED, (1, 2))
    assert desk.tally == Tally(planned=9, sent=9)


@pytest.mark.parametrize("answer", [refused(), forbidden(), lost()])
def test_an_event_that_comes_during_another_call_stops_the_next(
    database: Database, issue: Issue, answer: Receipt
) -> None:
    desk = gone_again(database, issue)

    def meanwhile(_call: Call) -> Receipt:
        desk.tell(desk.courier.calls[0])
        assert len(mailed_twice(desk.newsroom)) == 1
        return answer

    desk.courier.then(meanwhile)
    round_ = a_round(desk)
    batch = claim(round_)
    assert isinstance(batch, Batch)
    mail(round_, batch)
    assert desk.settle() == Settled(stopped=1)
    assert desk.tally == Tally(planned=9, sent=9)
    assert people(desk.courier.calls).count(1) == 2
    feared = 1 if answer.outcome is Outcome.UNKNOWN else 0
    assert len(mailed_twice(desk.newsroom)) == feared


def late_answer(desk: NewsDesk, receipt: Receipt, *, again: bool) -> Receipt:
    """Outlast the lease; others take the call for lost, and a person lets it go again."""
    desk.at(MINUTES)
    recover(a_round(desk))
    [doubt] = doubts(desk.newsroom)
    resolve(desk.newsroom, doubt.doubt.batch.id, sent=False)
    if again:
        round_ = a_round(desk)
        found = claim(round_)
        assert isinstance(found, Batch)
        while isinstance(found, Batch):
            found = mail(round_, found)
    return receipt


def test_a_late_answer_of_its_own_stops_what_is_about_to_be_mailed_again(
    database: Database, issue: Issue
) -> None:
    desk = NewsDesk(database, issue, lambda _call: late_answer(desk, ACCEPTED, again=False))
    desk.send()
    assert desk.tally == Tally(planned=9, sent=9)
    assert people(desk.courier.calls) == list(range(1, 10))


def test_a_late_answer_gives_everyone_their_own_fate(database: Database, issue: Issue) -> None:
    mixed = Receipt(outcome=Outcome.ACCEPTED, refused={1: "no address"}, untried=frozenset({2}))
    desk = NewsDesk(
        database, issue, lambda _call: late_answer(desk, mixed, again=False), capacity=3
    )
    desk.send()
    assert desk.tally == Tally(planned=9, sent=8, refused=1)
    assert people(desk.courier.calls).count(2) == 2
    assert people(desk.courier.calls).count(3) == 1


def test_a_late_answer_after_another_call_is_told_loudly(database: Database, issue: Issue) -> None:
    desk = NewsDesk(database, issue, lambda _call: late_answer(desk, ACCEPTED, again=True))
    with capture_logs() as logs:
        desk.send()
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["mailed twice"]
    [twice] = mailed_twice(desk.newsroom)
    assert twice.doubt.attempt.detail == "its own answer, late"
    assert desk.tally == Tally(planned=9, sent=9)


def test_a_late_refusal_changes_nothing_that_a_person_decided(
    database: Database, issue: Issue
) -> None:
    desk = NewsDesk(database, issue, lambda _call: late_answer(desk, refused(), again=True))
    desk.send()
    assert mailed_twice(desk.newsroom) == []
    assert people(desk.courier.calls).count(1) == 2
    assert desk.tally == Tally(planned=9, sent=9)


def test_events_know_better_than_a_person_who_says_again(database: Database, issue: Issue) -> None:
    desk = NewsDesk(database, issue, lost())
    desk.send()
    [doubt] = doubts(desk.newsroom)
    with database.write() as connection:
        events.store(connection, news_of(desk.courier.calls[:1]), desk.newsroom.clock())
    with pytest.raises(ConflictError, match="is sent, not in doubt"):
        resolve(desk.at(DAY).newsroom, doubt.doubt.batch.id, sent=False)
    assert desk.tally.sent == 9


def test_what_may_still_be_under_way_can_not_be_mailed_again(
    database: Database, issue: Issue
) -> None:
    desk = NewsDesk(database, issue, lost())
    desk.send()
    [doubt] = doubts(desk.newsroom)
    number, over = doubt.doubt.batch.id, doubt.doubt.attempt.deadline + timedelta(seconds=15)
    desk.clock.now = over - timedelta(milliseconds=50)
    with pytest.raises(ConflictError, match=f"under way until {over:%Y-%m-%d %H:%M:%S} UTC"):
        resolve(desk.newsroom, number, sent=False)
    desk.clock.now = over
    assert resolve(desk.newsroom, number, sent=False).id == number


def test_a_person_may_say_at_once_that_it_was_sent(database: Database, issue: Issue) -> None:
    desk = NewsDesk(database, issue, lost())
    desk.send()
    [doubt] = doubts(desk.newsroom)
    resolve(desk.newsroom, doubt.doubt.batch.id, sent=True)
    assert desk.tally == Tally(planned=9, sent=9)
    desk.tell(desk.courier.calls[0])
    assert mailed_twice(desk.newsroom) == []
    assert settle_doubts(desk.at(HOUR).newsroom) == Settled()


def test_news_of_a_month_ago_is_looked_at_when_it_comes(database: Database, issue: Issue) -> None:
    desk = gone_again(database, issue)
    desk.at(31 * 24 * HOUR).tell(desk.courier.calls[0])
    assert story(desk.newsroom, 1).attempts[0].outcome is Outcome.ACCEPTED
