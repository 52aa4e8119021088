"""The ledger under any order of events: workers that die or come late, news, persons who err."""

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from digest.deliver.provider import Receipt
from digest.model.delivery import Outcome
from digest.pipeline.composing import cancel
from digest.pipeline.doubts import doubts
from digest.pipeline.settling import hear
from subscribers.database import Database
from tests.storage.ledger_laws import ACCEPTED, HOUR, Laws, try_on
from tests.storage.ledger_machine import READERS
from tests.storage.ledgers import ISSUE

some = st.frozensets(st.integers(1, READERS), max_size=3)
place = st.integers(0, 5)
outcomes = st.sampled_from([Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN])
_MINUTES = [timedelta(seconds=90), timedelta(0)] * 2
steps = st.sampled_from([*_MINUTES, 26 * HOUR])
"""A minute and a half: calls and leases are over. A day and two hours: so are events."""
thens = st.tuples(steps, st.sampled_from([0.5, 0.0, 1.0]), st.integers(0, 9))
"""What follows: so much time, so great a part of what was posted arrives, and a seed for which."""
Then = tuple[timedelta, float, int]
LOST = Receipt(outcome=Outcome.UNKNOWN)
ORDERS = [20, pytest.param(300, marks=pytest.mark.nightly)]
"""How many are tried: each takes a second. New ones at each run, so that days add up."""


class Doubts(Laws):
    """Answers are lost, or late; news comes in any order, or not at all; persons decide."""

    @precondition(lambda self: self.s.is_ready())
    @rule(then=thens)
    def a_batch_is_accepted(self, then: Then) -> None:
        self.s.mail_one(ACCEPTED, really=True)
        self.go_on(then)

    @precondition(lambda self: self.s.is_ready())
    @rule(really=st.booleans(), followed=st.booleans(), then=thens)
    def an_answer_is_lost(self, really: bool, followed: bool, then: Then) -> None:
        self.s.mail_one(LOST, really=really)
        if followed:
            self.s.mail_one(ACCEPTED, really=True)
        self.go_on(then)

    @precondition(lambda self: self.s.is_ready())
    @rule(then=thens)
    def a_call_begins(self, then: Then) -> None:
        self.s.claim(relay=False)
        if self.s.claims:
            self.s.intend(-1)
        self.go_on(then)

    @precondition(lambda self: self.s.calls)
    @rule(at=place, outcome=outcomes, really=st.booleans(), then=thens)
    def a_call_is_taken(self, at: int, outcome: Outcome, really: bool, then: Then) -> None:
        self.s.call(at, Receipt(outcome=outcome), really=really)
        self.go_on(then)

    @precondition(lambda self: self.s.answers)
    @rule(at=place)
    def an_answer_arrives(self, at: int) -> None:
        self.s.answer(at)

    @rule(among=st.integers(0, 2), then=thens)
    def we_go_deaf_or_hear_again(self, among: int, then: Then) -> None:
        """Not often, or nothing would be proved."""
        if among == 2 or not self.s.listening:
            self.s.turn_ears()
        self.go_on(then)

    @precondition(lambda self: bool(doubts(self.s.newsroom)))
    @rule(at=place, careless=st.booleans(), then=thens)
    def a_person_looks_at_a_doubt(self, at: int, careless: bool, then: Then) -> None:
        found = doubts(self.s.newsroom)
        self.s.decide(found[at % len(found)].doubt, careless=careless)
        self.go_on(then)

    @rule(then=thens)
    def time_passes(self, then: Then) -> None:
        self.go_on(then)

    def go_on(self, then: Then) -> None:
        """Let time pass, then some of what was posted arrive, in any order; settle what can be."""
        step, part, seed = then
        self.s.pass_time(step)
        mixed = random.Random(seed).sample(self.s.posted, len(self.s.posted))
        self.s.post(mixed[: round(len(mixed) * part)])
        self.recover(dead=False)
        self.settle()


class Everything(Doubts):
    """And a second provider that takes readers one by one, readers who leave, an end by decree."""

    @precondition(lambda self: self.s.is_ready())
    @rule(relay=st.booleans())
    def claim(self, relay: bool) -> None:
        self.s.claim(relay=relay)

    @precondition(lambda self: self.s.claims)
    @rule(at=place)
    def intend(self, at: int) -> None:
        call = self.s.intend(at)
        assert call is None or not {to.id for to in call.to} & self.s.gone

    @precondition(lambda self: self.s.calls)
    @rule(
        at=place, outcome=outcomes, refused=some, unknown=some, untried=some, really=st.booleans()
    )
    def a_call_is_taken_in_part(  # noqa: PLR0917 - hypothesis names them
        self,
        at: int,
        outcome: Outcome,
        refused: frozenset[int],
        unknown: frozenset[int],
        untried: frozenset[int],
        really: bool,
    ) -> None:
        unfit = dict.fromkeys(refused, "no")
        receipt = Receipt(outcome=outcome, refused=unfit, unknown=unknown, untried=untried)
        self.s.call(at, receipt, really=really)

    @precondition(lambda self: self.s.answers)
    @rule(at=place)
    def a_worker_dies(self, at: int) -> None:
        self.s.lose(at)

    @rule()
    def workers_are_taken_for_dead(self) -> None:
        self.recover(dead=True)

    @precondition(lambda self: self.s.heard and self.s.listening)
    @rule(at=place)
    def an_event_arrives_again(self, at: int) -> None:
        hear(self.s.newsroom, [self.s.heard[at % len(self.s.heard)]])

    @rule(reader=st.integers(1, READERS), for_good=st.booleans())
    def a_reader_leaves(self, reader: int, for_good: bool) -> None:
        self.s.leave(reader, for_good=for_good)

    @rule()
    def revive(self) -> None:
        self.s.revive()

    @precondition(lambda self: len(self.s.truth.mailed) > 2)
    @rule(among=st.integers(0, 9))
    def cancel(self, among: int) -> None:
        """Not often: nothing happens after it."""
        if among == 7:
            cancel(self.s.newsroom, ISSUE)


def test_a_call_taken_just_before_we_went_deaf_is_not_made_again(in_memory: Database) -> None:
    """The others' news came, this one's was posted in vain for a day: too deep to be met often."""
    machine = Doubts(in_memory)
    told = machine.s
    told.claim(relay=False)
    told.intend()
    told.mail_one(ACCEPTED, really=True)
    told.post(told.posted)
    told.turn_ears()
    told.call(0, LOST, really=True)
    told.answer()
    told.pass_time(26 * HOUR)
    machine.settle()
    machine.what_was_proved_refused_mailed_nobody()
    machine.teardown()


@pytest.mark.slow
@pytest.mark.parametrize(("machine", "steps"), [(Doubts, 30), (Everything, 40)])
@pytest.mark.parametrize("orders", ORDERS)
def test_after_any_order_of_events_the_laws_hold(
    in_memory: Database, machine: type[Doubts], steps: int, orders: int
) -> None:
    some = settings(max_examples=orders, stateful_step_count=steps, deadline=None)
    try_on(in_memory, machine, some)


@pytest.mark.slow
def test_the_same_on_postgresql(on_postgresql: Database) -> None:
    slowly = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    few = settings(
        max_examples=8, stateful_step_count=30, deadline=None, suppress_health_check=slowly
    )
    try_on(on_postgresql, Everything, few)
