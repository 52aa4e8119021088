"""What the log and the meters hear of each batch, and that they never hear of whom it was for."""

import io
import json
from contextlib import redirect_stdout, suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from digest.clock import system_clock
from digest.deliver.provider import Call, Receipt
from digest.errors import DeliveryError
from digest.model.delivery import Outcome
from digest.model.issue import Issue
from digest.pipeline.meters import Meters
from digest.pipeline.sending import resume, send
from digest.pipeline.telling import nameless
from subscribers import tables as readership
from subscribers.addresses import read_address
from subscribers.database import Database
from tests.deliver.calls import a_personal
from tests.deliver.courier import ACCEPTED, Answer, Courier, forbidden, lost, refused
from tests.pipeline.scene import QUICK, a_newsroom, address_of, sent_by

Line = dict[str, Any]


def told(courier: Courier, database: Database, issue: Issue) -> list[Line]:
    with capture_logs() as lines:
        sent_by(courier, database, issue)
    return [dict(line) for line in lines if line["event"] == "batch"]


def test_a_line_a_batch_says_what_came_of_it(database: Database, issue: Issue) -> None:
    courier = Courier()
    first, *others = told(courier, database, issue)
    steps = ("look_up_ms", "call_ms", "settle_ms")
    assert all(first.pop(step) >= 0 for step in steps)
    assert first == {
        "event": "batch",
        "log_level": "info",
        "issue": "hebdo-sahel/1",
        "batch": 1,
        "seq": 1,
        "attempt": courier.calls[0].attempt_id,
        "provider": "courier",
        "recipients": 2,
        "skipped": 0,
        "outcome": "accepted",
        "sent": 2,
        "refused": 0,
        "state": "sent",
        "parts": 1,
        "tries": 1,
        "words": "",
    }
    assert [line["seq"] for line in others] == [2, 3, 4, 5]


def test_a_refusal_and_a_doubt_come_with_the_providers_words(
    database: Database, issue: Issue
) -> None:
    answers = {1: [refused("busy")], 3: [lost("reset")]}

    def answer(call: Call) -> Receipt:
        left = answers.get(call.to[0].id)
        return left.pop() if left else ACCEPTED

    lines = told(Courier(*[answer] * 6), database, issue)
    busy, again = (line for line in lines if line["seq"] == 1)
    [doubt] = [line for line in lines if line["seq"] == 2]
    assert (busy["outcome"], busy["state"], busy["words"]) == ("refused", "ready", "busy")
    assert (doubt["outcome"], doubt["state"], doubt["words"]) == ("unknown", "in_doubt", "reset")
    assert (again["outcome"], again["tries"]) == ("accepted", 2)


def test_nothing_is_told_where_a_command_prints_its_answer(
    database: Database, issue: Issue
) -> None:
    with redirect_stdout(io.StringIO()) as printed:
        sent_by(Courier(lost("reset")), database, issue)
        resume(a_newsroom(database, clock=lambda: system_clock() + timedelta(days=9)))
    assert printed.getvalue() == ""


def test_a_mixed_receipt_is_told_by_its_parts(database: Database, issue: Issue) -> None:
    mixed = Receipt(outcome=Outcome.ACCEPTED, refused={1: "no"}, unknown=frozenset({2}))
    [line] = told(Courier(mixed, capacity=9), database, issue)
    assert (line["recipients"], line["sent"], line["refused"], line["parts"]) == (9, 7, 1, 2)


def test_a_batch_that_nobody_is_left_of_is_told_too(database: Database, issue: Issue) -> None:
    def all_leave(_call: Call) -> Receipt:
        with database.write() as connection:
            connection.execute(readership.subscriptions.update().values(state="unsubscribed"))
        return ACCEPTED

    lines = told(Courier(all_leave, capacity=4), database, issue)
    assert [line["outcome"] for line in lines] == ["accepted", "not called", "not called"]


def gossip(words: str) -> Receipt:
    return Receipt(outcome=Outcome.REFUSED, detail=words, refused={1: f"550 {address_of(1)} gone"})


CHATTER = f"550 5.1.1 <{address_of(2)}>: Aïssata ({address_of(2).replace('@', '%40')}) unknown"


@pytest.mark.parametrize(
    "answer",
    [gossip(CHATTER), forbidden(CHATTER), lost(CHATTER), RuntimeError(CHATTER)],
    ids=["refused", "forbidden", "lost", "broken"],
)
def test_no_line_holds_an_address_or_a_name(
    database: Database, issue: Issue, answer: Answer
) -> None:
    newsroom = a_newsroom(database, lambda: Courier(*[answer] * 30))
    with capture_logs() as lines, suppress(DeliveryError, RuntimeError):
        send(newsroom, issue.id, patience=QUICK)
    text = json.dumps(lines, ensure_ascii=False)
    assert lines
    assert "readers.example" not in text
    assert "Aïssata" not in text


_LOCAL = st.text("abcdefghij0123456789.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
_AROUND = st.sampled_from(["{}", "<{}>", "to={}", "'{}'", "({})", "a {} b", "x\n{}\ny", "«{}»"])
_SPELLING = st.sampled_from([str, str.upper, lambda text: text.replace("@", "%40")])


@given(local=_LOCAL, around=_AROUND, spelling=_SPELLING, before=st.text(max_size=20))
def test_an_address_is_hidden_however_it_stands_in_the_words(
    local: str, around: str, spelling: Any, before: str
) -> None:
    from subscribers.errors import AddressError

    try:
        address = read_address(f"{local}@readers.example").text
    except AddressError:
        return
    words = nameless(before + around.format(spelling(address)), [])
    assert "readers.example" not in words.lower()
    assert spelling(address) not in words


def test_other_words_stay_as_they_are() -> None:
    words = "421 4.7.0 Try again later: Zoé's mailbox (Léa) is full"
    assert nameless(words, []) == words
    known = [a_personal(1, name="ZOÉ & léa"), a_personal(2, name="X")]
    assert nameless(words, known) == "421 4.7.0 Try again later: …'s mailbox (…) is full"
    assert nameless("", known) == ""
    assert len(nameless("x" * 10_000, known)) == 500


def value(meters: Meters, name: str, **labels: str) -> float | None:
    registry = CollectorRegistry()
    registry.register(meters)
    return registry.get_sample_value(name, labels)


def test_calls_and_recipients_are_counted_by_provider_and_outcome(
    database: Database, issue: Issue
) -> None:
    newsroom = a_newsroom(database, lambda: Courier(refused(), lost()))
    send(newsroom, issue.id, patience=QUICK)
    counted = {
        outcome: value(newsroom.meters, "digest_calls_total", provider="courier", outcome=outcome)
        for outcome in ("accepted", "refused", "unknown")
    }
    assert counted == {"accepted": 4, "refused": 1, "unknown": 1}
    assert value(newsroom.meters, "digest_sent_recipients_total", provider="courier") == 7
    labels = {"provider": "courier", "outcome": "accepted"}
    assert value(newsroom.meters, "digest_call_seconds_count", **labels) == 4
    assert value(newsroom.meters, "digest_call_seconds_bucket", le="60.0", **labels) == 4


def test_two_newsrooms_count_apart(database: Database, issue: Issue) -> None:
    one, other = (a_newsroom(database, Courier) for _ in range(2))
    send(one, issue.id)
    assert value(one.meters, "digest_calls_total", provider="courier", outcome="accepted") == 5
    assert value(other.meters, "digest_calls_total", provider="courier", outcome="accepted") is None
