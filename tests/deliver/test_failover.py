from datetime import UTC, datetime, timedelta

import pytest

from digest.deliver.provider import Receipt
from digest.deliver.providers.failover import Failover
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call
from tests.deliver.courier import Answer, Courier, forbidden, lost, people, refused

REFUSED, UNKNOWN, ACCEPTED = Outcome.REFUSED, Outcome.UNKNOWN, Outcome.ACCEPTED
NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def first() -> Courier:
    return Courier(name="first", capacity=50, workers=4)


@pytest.fixture
def second() -> Courier:
    return Courier(name="second", capacity=20, workers=2)


@pytest.fixture
def both(first: Courier, second: Courier, watch: Watch) -> Failover:
    return Failover([first, second], clock=watch)


def deliver(provider: Failover, readers: int = 3) -> Receipt:
    return provider.deliver(a_call(readers, deadline=provider._clock() + timedelta(seconds=60)))


def mixed(**changes: object) -> Receipt:
    values: dict[str, object] = {"outcome": ACCEPTED, "detail": "mixed"}
    return Receipt(**(values | changes))  # type: ignore[arg-type]


def test_the_first_takes_all_while_it_can(both: Failover, second: Courier) -> None:
    receipt = deliver(both)
    assert (receipt.outcome, receipt.provider, set(receipt.untried)) == (ACCEPTED, "first", set())
    assert second.calls == []


@pytest.mark.parametrize(
    "answer", [refused("no connection"), refused("429", retry_after=30), forbidden()]
)
def test_what_was_refused_for_sure_goes_to_the_next(
    both: Failover, first: Courier, second: Courier, answer: Answer
) -> None:
    first.then(answer)
    receipt = deliver(both)
    assert (receipt.outcome, receipt.provider) == (ACCEPTED, "second")
    assert (receipt.permanent, receipt.retry_after) == (False, None), "nobody need wait"
    assert people(second.calls) == [1, 2, 3]


def test_what_may_have_been_mailed_goes_to_nobody_else(
    both: Failover, first: Courier, second: Courier
) -> None:
    first.then(lost("no answer in time"))
    receipt = deliver(both)
    assert (receipt.outcome, set(receipt.unknown)) == (UNKNOWN, {1, 2, 3})
    assert receipt.provider == "first"
    assert second.calls == []


def test_only_who_is_left_goes_on_and_each_is_told_apart(
    both: Failover, first: Courier, second: Courier
) -> None:
    gone = {2: "no such mailbox"}
    first.then(mixed(ref="f-1", refused=gone, unknown=frozenset({3}), untried=frozenset({4, 5})))
    second.then(mixed(ref="s-1", detail="", untried=frozenset({5})))
    receipt = deliver(both, 5)
    assert people(second.calls) == [4, 5]
    assert (receipt.outcome, receipt.refused) == (ACCEPTED, gone)
    assert (set(receipt.unknown), set(receipt.untried)) == ({3}, {5})
    assert (receipt.provider, receipt.ref) == ("first, second", "first f-1; second s-1")
    assert receipt.detail == "first took 1, lost 1, refused 3: mixed; second took 1, refused 1"


def test_one_takers_reference_can_be_looked_up_there(both: Failover, first: Courier) -> None:
    first.then(mixed(ref="f-1"))
    assert deliver(both).ref == "f-1"


def test_a_letter_that_everyone_refuses_is_unfit_and_the_last_one_says_why(
    both: Failover, first: Courier, second: Courier
) -> None:
    for _ in range(2):
        first.then(forbidden("no subject"))
        second.then(forbidden("subject is empty"))
        receipt = deliver(both)
        assert (receipt.outcome, receipt.permanent) == (REFUSED, True)
        assert receipt.detail.endswith("the last one: second refused 3: subject is empty")
        assert "no subject" not in receipt.detail
    assert len(first.calls) == len(second.calls) == 2, "it was the letter: nobody is skipped"


def test_a_refusal_is_not_for_good_while_one_of_them_may_still_take_it(
    both: Failover, first: Courier, second: Courier
) -> None:
    first.then(refused("no connection"))
    second.then(forbidden())
    receipt = deliver(both)
    assert (receipt.outcome, receipt.permanent) == (REFUSED, False)
    assert receipt.untried == {1, 2, 3}


@pytest.mark.parametrize("answer", [refused("no connection"), lost(), forbidden()])
def test_who_failed_is_skipped_for_a_while_that_doubles(
    both: Failover, first: Courier, watch: Watch, answer: Answer
) -> None:
    asked = []
    for minutes in (0, 0.9, 0.2, 1.9, 0.2, 3.9, 0.2):
        watch.move(minutes * 60)
        first.then(answer)
        deliver(both)
        asked.append(len(first.calls))
    assert asked == [1, 1, 2, 2, 3, 3, 4]


def test_no_skip_lasts_longer_than_a_quarter_of_an_hour(
    both: Failover, first: Courier, watch: Watch
) -> None:
    for call in range(1, 40):
        first.then(refused())
        deliver(both)
        assert len(first.calls) == call
        watch.move(901)


def test_who_does_well_again_starts_afresh(both: Failover, first: Courier, watch: Watch) -> None:
    for answers in ([refused()], [], [refused()], []):
        first.then(*answers)
        deliver(both)
        watch.move(61)
    assert len(first.calls) == 4


def test_who_asked_for_time_is_skipped_for_just_so_long(
    both: Failover, first: Courier, watch: Watch
) -> None:
    first.then(mixed(untried=frozenset({3}), retry_after=5.0))
    for _ in range(3):
        deliver(both)
        watch.move(2.6)
    assert len(first.calls) == 2


def test_a_lost_answer_is_a_failure_whoever_got_through(both: Failover, first: Courier) -> None:
    for _ in range(2):
        first.then(mixed(unknown=frozenset({2})))
        deliver(both)
    assert len(first.calls) == 1


def test_a_bad_key_is_a_failure_whoever_was_refused_by_name(both: Failover, first: Courier) -> None:
    for _ in range(2):
        first.then(mixed(outcome=REFUSED, permanent=True, refused={2: "no address"}))
        deliver(both)
    assert len(first.calls) == 1


def test_a_group_in_a_group_says_who_took_it() -> None:
    receipt = Failover([Courier(refused()), Failover([Courier(name="inner")])]).deliver(a_call())
    assert receipt.provider == "inner"


def test_who_is_skipped_may_yet_take_what_the_others_refuse_for_good(
    both: Failover, first: Courier, second: Courier
) -> None:
    first.then(refused("no connection"))
    deliver(both)
    second.then(forbidden())
    assert not deliver(both).permanent


def test_refusing_an_address_is_no_failure(both: Failover, first: Courier) -> None:
    for _ in range(2):
        first.then(mixed(outcome=REFUSED, refused={2: "bad"}))
        deliver(both)
    assert len(first.calls) == 2


def test_when_all_are_skipped_the_first_is_asked_all_the_same(
    both: Failover, first: Courier, second: Courier
) -> None:
    first.then(refused())
    second.then(refused())
    assert deliver(both).retry_after is None, "nobody asked for time"
    assert deliver(both).outcome is ACCEPTED
    assert (len(first.calls), len(second.calls)) == (2, 1)


def test_when_all_ask_for_time_the_shortest_is_waited_for(
    both: Failover, first: Courier, second: Courier, watch: Watch
) -> None:
    for answer in (refused(retry_after=20), mixed(retry_after=20.0)):
        first.then(refused(retry_after=300))
        second.then(answer)
        assert deliver(both).retry_after == 20
        watch.move(301)


def test_nobody_waits_for_one_that_asked_while_another_is_there(
    both: Failover, first: Courier, second: Courier
) -> None:
    first.then(refused(retry_after=300))
    second.then(mixed(untried=frozenset({3})))
    receipt = deliver(both)
    assert (set(receipt.untried), receipt.retry_after) == ({3}, None)


def test_a_call_whose_time_is_up_is_not_made(both: Failover, first: Courier) -> None:
    receipt = both.deliver(a_call(3, deadline=NOW))
    assert (receipt.outcome, receipt.permanent) == (REFUSED, False)
    assert (set(receipt.untried), receipt.detail) == ({1, 2, 3}, "not called: its time was up")
    assert first.calls == []


def test_another_is_not_asked_when_its_time_would_not_do(
    both: Failover, first: Courier, second: Courier, watch: Watch
) -> None:
    def slow(_call: object) -> Receipt:
        watch.move(50)
        return refused("no connection")

    first.then(slow)
    assert deliver(both).untried == {1, 2, 3}
    assert second.calls == []
    deliver(both)
    assert len(second.calls) == 1, "it earned no skip"


def test_it_can_what_all_of_them_can(both: Failover, first: Courier) -> None:
    assert (both.name, both.capacity, both.workers) == ("failover", 20, 2)
    assert both.where == "first (the courier's bag), else second (the courier's bag)"


def test_only_a_single_members_repeat_can_be_harmless() -> None:
    sure = Courier(idempotent=True)
    assert Failover([sure]).idempotent
    assert not Failover([sure, sure]).idempotent
    assert not Failover([Courier()]).idempotent


def test_closing_closes_them_all(both: Failover, first: Courier, second: Courier) -> None:
    both.close()
    assert (first.closed, second.closed) == (1, 1)
