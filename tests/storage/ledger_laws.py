"""What must hold of the ledger whatever happens, and how a sending comes to its end."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import hypothesis
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test
from sqlalchemy import select

from digest.deliver.provider import Receipt
from digest.model.delivery import BatchState, Outcome, Tally
from digest.model.issue import IssueState
from digest.pipeline.doubts import doubts
from digest.pipeline.settling import settle_doubts
from digest.storage import issues, ledger, proofs, tables, tallies
from subscribers.database import Database
from tests.storage import ledgers
from tests.storage.ledger_machine import READERS, Sending
from tests.storage.ledgers import ISSUE, NOW

ACCEPTED = Receipt(outcome=Outcome.ACCEPTED)
HOUR = timedelta(hours=1)


def try_on(
    database: Database,
    machine: Callable[[Database], RuleBasedStateMachine],
    settings: hypothesis.settings,
) -> None:
    """Let a machine go through its examples on one database."""
    factory: Any = partial(machine, database)  # which is what it takes; its type says: a class
    run_state_machine_as_test(factory, settings=settings)


class Laws(RuleBasedStateMachine):
    """The invariants; what may happen, its subclasses say."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.s = Sending(database)

    def recover(self, *, dead: bool) -> None:
        workers = [one.worker for one in self.s.rounds] if dead else []
        with self.s.database.write() as connection:
            ledgers.recover(connection, now=self.s.now, dead=workers)

    def settle(self) -> None:
        settle_doubts(self.s.newsroom)
        with self.s.database.read() as connection:
            assert proofs.belated(connection, NOW) == [], "news of it, and it may be mailed again"

    @invariant()
    def nobody_is_mailed_twice_but_by_a_persons_word(self) -> None:
        for reader, count in self.s.truth.counts().items():
            assert count <= 1 + self.s.truth.erred[reader], (reader, self.s.truth)

    @invariant()
    def what_was_proved_refused_mailed_nobody(self) -> None:
        with self.s.database.read() as connection:
            proved = tables.attempts.c.detail.startswith("no event of it")
            for attempt in connection.scalars(select(tables.attempts.c.id).where(proved)):
                assert not self.s.truth.mailed.get(attempt), attempt

    @invariant()
    def everyone_stands_in_exactly_one_batch(self) -> None:
        with self.s.database.read() as connection:
            rows = connection.scalars(select(tables.batches.c.recipient_ids)).all()
        assert sorted(id_ for ids in rows for id_ in ids) == list(range(1, READERS + 1))

    @invariant()
    def the_tally_adds_up(self) -> None:
        tally = self._tally()
        parts = {name: getattr(tally, name) for name in tally.__dataclass_fields__}
        assert parts.pop("planned") == sum(parts.values()) == READERS
        assert all(part >= 0 for part in parts.values())

    def teardown(self) -> None:
        """Let everything come to its end: then nobody is lost, and nothing is left open."""
        self._finish()
        assert self._is_over(), self._tally()
        for reader in self._out_of_sight():
            assert self.s.truth.counts()[reader] >= 1, (reader, self.s.truth)
        self.nobody_is_mailed_twice_but_by_a_persons_word()
        self.what_was_proved_refused_mailed_nobody()

    def _finish(self) -> None:
        self.s.calls.clear()
        while self.s.answers:
            self.s.answer()
        for _ in range(6):
            was_over = self._is_over()
            self._go_on_for_days()
            if was_over:  # and nothing came of another round
                break

    def _go_on_for_days(self) -> None:
        self.s.pass_time(49 * HOUR)
        self.recover(dead=True)
        self.settle()
        for one in doubts(self.s.newsroom):
            self.s.decide(one.doubt, careless=False)
        self.s.revive()
        self.s.claims.clear()
        self._mail_the_rest()

    def _is_over(self) -> bool:
        tally = self._tally()
        return tally.waiting == tally.failed == tally.in_doubt == tally.held == 0

    def _mail_the_rest(self) -> None:
        while self.s.mail_one(ACCEPTED, really=True):
            pass
        with self.s.database.write() as connection:
            if issues.issue(connection, ISSUE).state is IssueState.CANCELLED:
                ledger.cancel(connection, ISSUE)

    def _out_of_sight(self) -> set[int]:
        """Give those who must have been mailed: nothing says why they should not."""
        with self.s.database.read() as connection:
            skipped = set(connection.scalars(select(tables.skips.c.subscriber_id)))
            off = tables.batches.c.state == BatchState.CANCELLED
            rows = connection.scalars(select(tables.batches.c.recipient_ids).where(off)).all()
        excused = skipped | self.s.truth.conceded | {id_ for ids in rows for id_ in ids}
        return set(range(1, READERS + 1)) - excused

    def _tally(self) -> Tally:
        with self.s.database.read() as connection:
            return tallies.tally(connection, ISSUE)
