"""The next batch is claimed together with the outcome of the one before it."""

from sqlalchemy import select

from digest.deliver.provider import Call, Receipt
from digest.errors import DeliveryError
from digest.model.delivery import Batch, BatchState
from digest.model.issue import Issue
from digest.pipeline.calling import mail
from digest.pipeline.pacing import claim
from digest.pipeline.sending import begin
from digest.storage.tables import batches
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED
from tests.pipeline.newsdesk import NewsDesk
from tests.pipeline.test_late_news import a_round

SENT, CLAIMED, READY = BatchState.SENT, BatchState.CLAIMED, BatchState.READY


def states(database: Database) -> list[BatchState]:
    with database.read() as connection:
        found = connection.scalars(select(batches.c.state).order_by(batches.c.seq))
        return [BatchState(state) for state in found]


def test_a_worker_goes_on_with_the_next_batch_until_none_is_left(
    database: Database, issue: Issue
) -> None:
    desk = NewsDesk(database, issue, capacity=3)
    begin(desk.newsroom, issue.id)
    round_, seen = a_round(desk), []
    found = claim(round_)
    while isinstance(found, Batch):
        found = mail(round_, found)
        seen.append(states(database))
    assert seen == [[SENT, CLAIMED, READY], [SENT, SENT, CLAIMED], [SENT, SENT, SENT]]
    assert found is None


def test_whoever_is_stopped_during_a_call_writes_its_outcome_and_claims_nothing(
    database: Database, issue: Issue
) -> None:
    def stopped(_call: Call) -> Receipt:
        round_.brake.pull(DeliveryError("a person stops it"))
        return ACCEPTED

    desk = NewsDesk(database, issue, stopped, capacity=3)
    begin(desk.newsroom, issue.id)
    round_ = a_round(desk)
    found = claim(round_)
    assert isinstance(found, Batch)
    assert mail(round_, found) is None
    assert states(database) == [SENT, READY, READY]
