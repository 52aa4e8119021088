"""Whatever the members answer, nobody is mailed twice and nobody is lost."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.batches import Patience, settle
from digest.deliver.provider import Call, Receipt
from digest.deliver.providers.failover import Failover
from digest.model.delivery import BatchState, Outcome, Settlement
from tests.deliver.calls import a_call, a_personal
from tests.deliver.courier import Courier, people

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
EACH = 4
"""Readers of a call; the fourth call is for readers 13 to 16."""
ids = st.frozensets(st.integers(1, 4 * EACH))
receipts = st.builds(
    Receipt,
    outcome=st.sampled_from([Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN]),
    permanent=st.booleans(),
    retry_after=st.none() | st.floats(0, 100),
    refused=ids.map(lambda chosen: dict.fromkeys(chosen, "bad address")),
    unknown=ids,
    untried=ids,
)
"""Any at all: also such as name strangers, or one reader in two fields."""
members = st.lists(st.lists(receipts, max_size=4), min_size=1, max_size=3)


def mailed_or_maybe(member: Courier, answers: list[Receipt]) -> Iterator[tuple[int, bool]]:
    """Give each reader that a member has mailed (True) or may have mailed (False)."""
    for call, receipt in zip(member.calls, answers, strict=False):
        named = {*receipt.refused, *receipt.unknown, *receipt.untried}
        for to in call.to:
            lost = receipt.outcome is Outcome.UNKNOWN and to.id not in named
            if lost or to.id in receipt.unknown:
                yield to.id, False
            elif receipt.outcome is Outcome.ACCEPTED and to.id not in named:
                yield to.id, True
    for call in member.calls[len(answers) :]:
        yield from ((to.id, True) for to in call.to)


def a_series(waits: list[int]) -> Iterator[tuple[Call, datetime]]:
    now = NOW
    for number, wait in enumerate(waits):
        now += timedelta(seconds=wait)
        to = tuple(a_personal(number * EACH + reader) for reader in range(1, EACH + 1))
        yield a_call(to=to, deadline=now + timedelta(seconds=60)), now


def settled(call: Call, receipt: Receipt) -> Settlement:
    asked = frozenset(to.id for to in call.to)
    return settle(receipt, asked, tries=1, now=NOW, jitter=0, patience=Patience())


@given(members, st.lists(st.sampled_from([0, 2, 61, 1000]), min_size=1, max_size=4))
def test_nobody_is_mailed_twice_and_everyone_is_accounted_for_once(
    answers: list[list[Receipt]], waits: list[int]
) -> None:
    couriers = [Courier(*own, capacity=EACH) for own in answers]
    moments: list[datetime] = [NOW]
    provider = Failover(couriers, clock=lambda: moments[-1])
    told: dict[BatchState | str, set[int]] = {state: set() for state in BatchState}
    named: Counter[int] = Counter()
    for call, now in a_series(waits):
        moments.append(now)
        settlement = settled(call, provider.deliver(call))
        told.setdefault("refused", set()).update(settlement.refused)
        for fate in settlement.fates:
            told[fate.state] |= fate.recipient_ids
        named.update([i for fate in settlement.fates for i in fate.recipient_ids])
        named.update(settlement.refused.keys())
    assert named == Counter(range(1, len(waits) * EACH + 1)), "each stands in one place"
    truth = [
        one
        for courier, own in zip(couriers, answers, strict=True)
        for one in mailed_or_maybe(courier, own)
    ]
    assert len(truth) == len({reader for reader, _ in truth}), "nobody is mailed twice"
    assert told[BatchState.SENT] == {reader for reader, sure in truth if sure}
    assert told[BatchState.IN_DOUBT] == {reader for reader, sure in truth if not sure}


@given(members)
def test_whom_one_refused_by_name_no_other_is_asked_for(answers: list[list[Receipt]]) -> None:
    couriers = [Courier(*own, capacity=EACH) for own in answers]
    call = a_call(EACH, deadline=NOW + timedelta(seconds=60))
    receipt = Failover(couriers, clock=lambda: NOW).deliver(call)
    gone: set[int] = set()
    for courier, own in zip(couriers, answers, strict=True):
        assert gone.isdisjoint(people(courier.calls))
        for said in own[: len(courier.calls)]:
            by_name = said.refused.keys() - said.unknown - said.untried
            gone |= by_name & set(people(courier.calls))
    assert receipt.refused.keys() == gone
