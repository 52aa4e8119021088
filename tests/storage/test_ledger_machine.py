"""The ledger under any order of events: workers that call, die, come late, persons who decide."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
)
from sqlalchemy import select

from digest.deliver.batches import Patience, settle
from digest.deliver.provider import Receipt
from digest.model.delivery import Batch, Outcome
from digest.pipeline.findings import OF_A_BATCH, Evidence
from digest.storage import ledger, recounts, sendings, tables, tallies
from subscribers.database import Database
from tests.storage import ledgers
from tests.storage.ledger_laws import try_on
from tests.storage.ledgers import ISSUE, NOW

READERS = 9
chosen = st.frozensets(st.integers(1, READERS), max_size=3)


class Sending(RuleBasedStateMachine):
    """Two workers and a provider whose every true acceptance is counted."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.now = NOW
        self.number = 0
        self.paused = False
        self.mailed: Counter[int] = Counter()
        self.took: dict[str, frozenset[int]] = {}
        """Whom each attempt really mailed."""
        self.claims: list[Batch] = []
        self.calls: list[tuple[Batch, frozenset[int]]] = []
        with self.database.write() as connection:
            ledgers.empty(connection)
            ledgers.begin_sending(connection, sizes=[4, 3, 2])

    def _id(self) -> str:
        self.number += 1
        return f"attempt-{self.number}"

    @rule()
    def claim(self) -> None:
        with self.database.write() as connection:
            batch = ledgers.claim(connection, self._id(), now=self.now)
        if batch is not None:
            self.claims.append(batch)

    @rule(at=st.integers(0, 5), gone=chosen)
    def intend(self, at: int, gone: frozenset[int]) -> None:
        if not self.claims:
            return
        batch = self.claims.pop(at % len(self.claims))
        with self.database.write() as connection:
            before = tallies.skipped(connection, batch.id)
            left = frozenset(batch.recipient_ids) - before - gone
            written = (
                ledgers.intend(connection, batch) if left else ledger.close_empty(connection, batch)
            )
            if written:
                absent = (frozenset(batch.recipient_ids) & gone) - before
                ledger.skip(connection, batch, dict.fromkeys(absent, "unsubscribed"), self.now)
            else:
                ledger.release(connection, batch)
        if written and left:
            assert not self.paused, "a call began though its issue is paused"
            self.calls.append((batch, left))

    @rule(
        at=st.integers(0, 5),
        outcome=st.sampled_from([Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN]),
        refused=chosen,
        unknown=chosen,
        untried=chosen,
        really=st.booleans(),
        arrives=st.booleans(),
    )
    def call(  # noqa: PLR0917 - hypothesis names them
        self,
        at: int,
        outcome: Outcome,
        refused: frozenset[int],
        unknown: frozenset[int],
        untried: frozenset[int],
        really: bool,
        arrives: bool,
    ) -> None:
        """The provider takes some; its answer arrives, or the worker dies before."""
        if not self.calls:
            return
        batch, to = self.calls.pop(at % len(self.calls))
        receipt = Receipt(
            outcome=outcome,
            refused=dict.fromkeys(refused - unknown - untried, "no"),
            unknown=unknown,
            untried=untried - unknown,
        )
        rest = to - refused - unknown - untried
        took = rest if outcome is Outcome.ACCEPTED else frozenset[int]()
        took |= (unknown & to) if really else frozenset()
        took |= rest if outcome is Outcome.UNKNOWN and really else frozenset()
        self.mailed.update(took)
        self.took[batch.attempt_id] = took
        if arrives:
            self._settle(batch, to, receipt, took)

    def _settle(
        self, batch: Batch, to: frozenset[int], receipt: Receipt, took: frozenset[int]
    ) -> None:
        settlement = settle(
            receipt, to, tries=1, now=self.now, jitter=0.5, patience=Patience(tries=3)
        )

        def new_id() -> str:
            made = self._id()
            self.took[made] = took
            return made

        with self.database.write() as connection:
            ledger.settle(connection, batch, settlement, now=self.now, new_id=new_id)

    @rule(seconds=st.sampled_from([1, 61, 600]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(dead=st.booleans())
    def recover(self, dead: bool) -> None:
        with self.database.write() as connection:
            ledgers.recover(connection, now=self.now, dead=["w"] if dead else [])

    @rule()
    def a_person_looks_at_the_doubts(self) -> None:
        """Decides by the provider's records; what they show in part counts as sent."""
        under_way = {batch.attempt_id for batch, _ in self.calls}
        with self.database.write() as connection:
            for doubt in tallies.doubts(connection):
                if doubt.attempt.id not in under_way:
                    sent = bool(
                        self.took.get(doubt.attempt.id, frozenset()) & {*doubt.recipient_ids}
                    )
                    ledger.resolve(connection, doubt.batch.id, sent=sent, now=self.now)

    @rule(paused=st.booleans())
    def a_person_pauses_or_goes_on(self, paused: bool) -> None:
        self.paused = paused
        with self.database.write() as connection:
            if paused:
                sendings.pause(connection, ISSUE, self.now)
            else:
                sendings.lift(connection, ISSUE, self.now)

    @rule()
    def revive(self) -> None:
        with self.database.write() as connection:
            ledger.revive(connection, ISSUE)

    @invariant()
    def nobody_is_mailed_twice(self) -> None:
        assert all(count == 1 for count in self.mailed.values()), self.mailed

    @invariant()
    def everyone_stands_in_exactly_one_batch(self) -> None:
        with self.database.read() as connection:
            rows = connection.scalars(select(tables.batches.c.recipient_ids)).all()
        assert sorted(id_ for ids in rows for id_ in ids) == list(range(1, READERS + 1))

    @invariant()
    def a_recount_finds_no_fault(self) -> None:
        evidence = Evidence(editions=frozenset({ledgers.EDITION}), suppressed={})
        with self.database.read() as connection:
            with recounts.entries(connection, ISSUE) as entries:
                for entry in entries:
                    found = [list(find(entry, evidence)) for find in OF_A_BATCH.values()]
                    assert not any(found), found
            assert recounts.strays(connection) == []

    @invariant()
    def the_tally_adds_up(self) -> None:
        with self.database.read() as connection:
            tally = tallies.tally(connection, ISSUE)
        parts = {name: getattr(tally, name) for name in tally.__dataclass_fields__}
        assert parts.pop("planned") == sum(parts.values()) == READERS
        assert all(part >= 0 for part in parts.values())


@pytest.mark.slow
@pytest.mark.parametrize("orders", [25, pytest.param(500, marks=pytest.mark.nightly)])
def test_after_any_order_of_events_the_laws_hold(in_memory: Database, orders: int) -> None:
    some = settings(max_examples=orders, stateful_step_count=30, deadline=None)
    try_on(in_memory, Sending, some)


@pytest.mark.slow
def test_the_same_holds_on_postgresql(on_postgresql: Database) -> None:
    fewer = settings(max_examples=20, stateful_step_count=30, deadline=None)
    try_on(on_postgresql, Sending, fewer)
