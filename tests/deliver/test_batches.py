from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.batches import Patience, orphaned, settle, wait_after
from digest.deliver.provider import Receipt
from digest.model.delivery import BatchState, Outcome, Settlement

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
EVERYONE = frozenset(range(1, 11))
PATIENCE = Patience(tries=3, first_wait=10, longest_wait=60)


def settled(receipt: Receipt, *, tries: int = 1, jitter: float = 0.5) -> Settlement:
    return settle(receipt, EVERYONE, tries=tries, now=NOW, jitter=jitter, patience=PATIENCE)


def test_an_accepted_batch_is_sent() -> None:
    [fate] = settled(Receipt(outcome=Outcome.ACCEPTED, ref="m-1")).fates
    assert (fate.state, fate.recipient_ids) == (BatchState.SENT, EVERYONE)


def test_an_unknown_outcome_is_a_doubt_and_never_another_try() -> None:
    [fate] = settled(Receipt(outcome=Outcome.UNKNOWN, detail="time-out")).fates
    assert (fate.state, fate.not_before, fate.error) == (BatchState.IN_DOUBT, None, "time-out")


def test_a_refusal_for_sure_is_tried_again_later() -> None:
    [fate] = settled(Receipt(outcome=Outcome.REFUSED)).fates
    assert (fate.state, fate.not_before) == (BatchState.READY, NOW + timedelta(seconds=10))


def test_a_batch_that_was_refused_too_often_fails_with_the_providers_words() -> None:
    [fate] = settled(Receipt(outcome=Outcome.REFUSED, detail="busy"), tries=3).fates
    assert (fate.state, fate.error) == (BatchState.FAILED, "busy")


def test_a_refusal_for_good_fails_at_once() -> None:
    [fate] = settled(Receipt(outcome=Outcome.REFUSED, permanent=True)).fates
    assert fate.state is BatchState.FAILED


def test_a_call_that_came_too_early_costs_no_try() -> None:
    [fate] = settled(Receipt(outcome=Outcome.REFUSED, retry_after=30), tries=3).fates
    assert (fate.state, fate.tries) == (BatchState.READY, 2)
    assert fate.not_before is not None
    assert fate.not_before >= NOW + timedelta(seconds=30)


def test_a_mixed_receipt_gives_each_recipient_one_fate() -> None:
    receipt = Receipt(
        outcome=Outcome.ACCEPTED,
        refused={1: "no such user"},
        unknown=frozenset({2}),
        untried=frozenset({3, 4}),
    )
    settlement = settled(receipt, tries=2)
    states = {fate.state: fate.recipient_ids for fate in settlement.fates}
    assert states == {
        BatchState.SENT: EVERYONE - {1, 2, 3, 4},
        BatchState.IN_DOUBT: {2},
        BatchState.READY: {3, 4},
    }
    assert settlement.refused == {1: "no such user"}


def test_a_call_that_got_on_starts_counting_afresh() -> None:
    receipt = Receipt(outcome=Outcome.ACCEPTED, untried=frozenset({3}))
    assert settled(receipt, tries=3).fates[1].tries == 0


def test_when_everyone_is_refused_nobody_is_left_to_wait_for() -> None:
    refused = dict.fromkeys(EVERYONE, "no")
    settlement = settled(Receipt(outcome=Outcome.REFUSED, refused=refused))
    assert [fate.state for fate in settlement.fates] == [BatchState.SENT]


@pytest.mark.parametrize(
    ("state", "repeatable", "becomes"),
    [
        (BatchState.CLAIMED, False, BatchState.READY),
        (BatchState.CALLING, False, BatchState.IN_DOUBT),
        (BatchState.CALLING, True, BatchState.READY),
    ],
)
def test_a_dead_workers_batch(state: BatchState, repeatable: bool, becomes: BatchState) -> None:
    assert orphaned(state, repeatable=repeatable) is becomes


def test_waits_double_up_to_a_limit() -> None:
    refusal = Receipt(outcome=Outcome.REFUSED)
    waits = [
        wait_after(tries, refusal, jitter=0.5, patience=PATIENCE).total_seconds()
        for tries in range(1, 6)
    ]
    assert waits == [10, 20, 40, 60, 60]


subsets = st.frozensets(st.integers(0, 12))


@given(
    st.sampled_from([Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN]),
    st.dictionaries(st.integers(0, 12), st.just("no")),
    subsets,
    subsets,
    st.booleans(),
    st.integers(1, 9),
    st.floats(0, 0.999),
)
def test_whatever_a_provider_says_each_recipient_has_one_fate(  # noqa: PLR0917 - hypothesis's order
    outcome: Outcome,
    refused: dict[int, str],
    unknown: frozenset[int],
    untried: frozenset[int],
    permanent: bool,
    tries: int,
    jitter: float,
) -> None:
    receipt = Receipt(
        outcome=outcome, refused=refused, unknown=unknown, untried=untried, permanent=permanent
    )
    settlement = settled(receipt, tries=tries, jitter=jitter)
    placed = [id_ for fate in settlement.fates for id_ in fate.recipient_ids]
    assert sorted([*placed, *settlement.refused]) == sorted(EVERYONE)
    for fate in settlement.fates:
        again = fate.state is BatchState.READY
        assert not (again and fate.recipient_ids & unknown), "a doubt would be mailed again"
        assert not again or fate.tries < PATIENCE.tries
