"""Who goes into a request, and what the receipts of its parts come to."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.provider import Personal, Receipt
from digest.deliver.providers.packing import Limits, Packed, in_turn, pack, together
from digest.errors import DeliveryError
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call, a_personal, apart

ACCEPTED, REFUSED, UNKNOWN = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN
OK = Receipt(outcome=ACCEPTED, ref="m-1", detail="202")
NO = Receipt(outcome=REFUSED, detail="401 bad key", permanent=True)
LOST = Receipt(outcome=UNKNOWN, detail="time-out")
WAIT = Receipt(outcome=REFUSED, detail="429", retry_after=30.0)


def unfit(id_: int) -> Receipt:
    return Receipt(outcome=REFUSED, refused={id_: "no such address"})


def packed(*people: Personal, most: int = 100, room: int = 1000) -> Packed[str]:
    def made(to: Personal) -> str:
        if "\n" in to.name:
            raise DeliveryError("line break")
        return to.address

    return pack(
        a_call(to=people),
        Limits(people=most, bytes=room),
        made,
        size=len,
        place=lambda to: to.address.lower(),
        kind=lambda to: bool(to.message_id),
    )


def test_those_who_fit_go_and_the_others_wait() -> None:
    everyone = tuple(a_personal(id_) for id_ in range(1, 6))
    assert list(packed(*everyone).people) == [1, 2, 3, 4, 5]
    few = packed(*everyone, most=2)
    assert (list(few.people), sorted(few.untried)) == ([1, 2], [3, 4, 5])
    small = packed(*everyone, room=50)
    assert (list(small.people), sorted(small.untried)) == ([1, 2], [3, 4, 5])


def test_of_one_address_and_of_two_kinds_the_first_goes() -> None:
    twin = a_personal(2, address="Reader1@readers.example")
    other = a_personal(3, message_id="")
    going = packed(a_personal(1), twin, other, a_personal(4))
    assert (list(going.people), sorted(going.untried)) == ([1, 4], [2, 3])


def test_who_can_not_have_the_mail_is_refused_whatever_else_they_are() -> None:
    going = packed(a_personal(1), a_personal(2, name="a\nb", message_id=""))
    assert (going.refused, going.untried) == ({2: "line break"}, frozenset())


def test_a_receipt_is_completed_with_those_who_were_not_in_the_request() -> None:
    going = packed(a_personal(1), a_personal(2, name="a\nb"), a_personal(3, message_id=""))
    answer = Receipt(outcome=ACCEPTED, ref="m", refused={1: "no"}, untried=frozenset({9}))
    whole = going.receipt(answer)
    assert (whole.outcome, whole.ref) == (ACCEPTED, "m")
    assert whole.refused == {1: "no", 2: "line break"}
    assert apart(whole) == {1: "refused", 2: "refused", 3: "untried", 9: "untried"}


def mail(receipts: Mapping[int, Receipt]) -> tuple[Receipt, list[int]]:
    """Mail a part for each receipt; give what came of it, and who was tried."""
    tried: list[int] = []

    def mailed(part: Mapping[int, int]) -> Receipt:
        tried.extend(part)
        return receipts[next(iter(part))]

    return in_turn([{id_: id_} for id_ in receipts], mailed), tried


def test_a_refusal_of_one_reader_stops_nobody() -> None:
    receipt, tried = mail({1: OK, 2: unfit(2), 3: OK})
    assert tried == [1, 2, 3]
    assert (receipt.outcome, receipt.ref) == (ACCEPTED, "m-1")
    assert apart(receipt) == {2: "refused"}


def test_after_a_lost_answer_nobody_else_is_put_in_doubt() -> None:
    receipt, tried = mail({1: OK, 2: LOST, 3: OK, 4: OK})
    assert tried == [1, 2]
    assert receipt.outcome is ACCEPTED
    assert apart(receipt) == {2: "unknown", 3: "untried", 4: "untried"}
    assert receipt.detail == "time-out"


def test_a_wait_that_is_asked_for_holds_for_the_rest() -> None:
    receipt, tried = mail({1: OK, 2: WAIT, 3: OK})
    assert tried == [1, 2]
    assert (receipt.outcome, receipt.retry_after) == (ACCEPTED, 30.0)
    assert apart(receipt) == {2: "untried", 3: "untried"}


def test_a_refusal_for_good_is_one_only_while_nobody_was_mailed() -> None:
    first, _ = mail({1: NO, 2: OK})
    assert (first.outcome, first.permanent) == (REFUSED, True)
    assert apart(first) == {1: "untried", 2: "untried"}
    later, _ = mail({1: OK, 2: NO})
    assert (later.outcome, later.permanent) == (ACCEPTED, False)
    assert apart(later) == {2: "untried"}


def test_a_call_of_which_nothing_but_a_doubt_is_known_says_so() -> None:
    receipt, _ = mail({1: LOST, 2: OK})
    assert receipt.outcome is UNKNOWN
    assert apart(receipt) == {1: "unknown", 2: "untried"}


def test_parts_that_tell_readers_apart_themselves_are_taken_at_their_word() -> None:
    mixed = Receipt(
        outcome=ACCEPTED, unknown=frozenset({2}), untried=frozenset({3}), refused={4: "no"}
    )
    receipt = together([(frozenset({1, 2, 3, 4}), mixed), (frozenset({5}), OK)])
    assert receipt.outcome is ACCEPTED
    assert apart(receipt) == {2: "unknown", 3: "untried", 4: "refused"}


@given(
    st.lists(st.sampled_from([OK, NO, LOST, WAIT, "unfit"]), max_size=6),
)
def test_everyone_has_one_fate_and_only_who_was_accepted_counts_as_mailed(
    answers: list[Receipt | str],
) -> None:
    parts = [
        (frozenset({id_}), unfit(id_) if isinstance(one, str) else one)
        for id_, one in enumerate(answers)
    ]
    receipt = together(parts)
    named = [*receipt.refused, *receipt.unknown, *receipt.untried]
    assert len(named) == len(set(named))
    mailed = set(range(len(answers))) - set(named) if receipt.outcome is ACCEPTED else set()
    assert mailed == {id_ for id_, one in enumerate(answers) if one is OK}
    assert receipt.unknown == {id_ for id_, one in enumerate(answers) if one is LOST}
