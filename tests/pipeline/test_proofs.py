"""An issue shown to its editors: who gets the proof, and that it leaves no trace."""

import pytest

from digest.deliver.provider import Receipt
from digest.errors import DeliveryError, NotFoundError
from digest.model.delivery import Outcome
from digest.model.issue import Issue, IssueState
from digest.pipeline.proofing import send_proof
from subscribers.database import Database
from tests.deliver.courier import Courier, lost, refused
from tests.pipeline.scene import a_newsroom, batches_in, state_of


def test_a_proof_goes_to_its_editors_only_and_leaves_no_trace(
    database: Database, issue: Issue
) -> None:
    courier = Courier(capacity=1)
    newsroom = a_newsroom(database, lambda: courier)
    editors = ["a@x.example", "b@x.example", "a@x.example"]
    where = send_proof(newsroom, issue.id, editors, only=["fr"])
    assert where == "the courier's bag"
    assert [call.to[0].address for call in courier.calls] == ["a@x.example", "b@x.example"]
    assert courier.calls[0].letter.subject == "[Épreuve] Sujet"
    assert "List-Unsubscribe" not in courier.calls[0].to[0].headers
    assert courier.calls[0].issue_id == 0
    assert batches_in(database) == 0
    assert state_of(database, issue) is IssueState.APPROVED


def test_a_proof_to_one_address_is_not_taken_for_letters(database: Database, issue: Issue) -> None:
    courier = Courier()
    send_proof(a_newsroom(database, lambda: courier), issue.id, "editor@x.example", only=["fr"])
    assert [to.address for call in courier.calls for to in call.to] == ["editor@x.example"]


def test_each_edition_has_a_proof_and_a_call_of_its_own(database: Database, issue: Issue) -> None:
    courier = Courier()
    send_proof(a_newsroom(database, lambda: courier), issue.id, ["a@x.example", "b@x.example"])
    languages = [call.letter.headers["Content-Language"] for call in courier.calls]
    assert languages[:2] == ["fr", "en"]
    assert len({call.attempt_id for call in courier.calls}) == len(courier.calls)
    assert all(len(call.to) == 2 for call in courier.calls)


def test_an_edition_that_there_is_not_is_named_and_nothing_is_mailed(
    database: Database, issue: Issue
) -> None:
    courier = Courier()
    with pytest.raises(NotFoundError, match="unknown edition 'de'"):
        send_proof(
            a_newsroom(database, lambda: courier), issue.id, "a@x.example", only=["fr", "de"]
        )
    assert courier.calls == []


@pytest.mark.parametrize(
    "receipt", [refused("busy"), lost(), Receipt(outcome=Outcome.ACCEPTED, refused={1: "550 no"})]
)
def test_a_proof_that_was_not_taken_is_told(
    database: Database, issue: Issue, receipt: Receipt
) -> None:
    with pytest.raises(DeliveryError, match="proof was not taken"):
        send_proof(a_newsroom(database, lambda: Courier(receipt)), issue.id, ["a@x.example"])


def test_a_proof_for_nobody_is_refused(database: Database, issue: Issue) -> None:
    with pytest.raises(DeliveryError, match="nobody"):
        send_proof(a_newsroom(database), issue.id, [])
