"""Who of a call goes into a request, and what do the receipts of its parts come to?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from digest.deliver.provider import Call, Personal, Receipt
from digest.errors import DeliveryError
from digest.model.delivery import Outcome

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a request may hold."""

    people: int
    bytes: int
    """Of all people's parts together."""


@dataclass(frozen=True, kw_only=True)
class Packed(Generic[T]):
    """The recipients of a call, sorted."""

    people: Mapping[int, T]
    """What each one's part is made of, in the call's order."""
    refused: Mapping[int, str]
    """Can't have this mail, and why."""
    untried: frozenset[int]
    """Did not fit."""

    def receipt(self, answer: Receipt) -> Receipt:
        """Complete the API's answer with those that were not in the request."""
        return replace(
            answer,
            refused={**self.refused, **answer.refused},
            untried=self.untried | answer.untried,
        )


def pack(
    call: Call,
    limits: Limits,
    made: Callable[[Personal], T],
    *,
    size: Callable[[T], int],
    place: Callable[[Personal], object],
    kind: Callable[[Personal], object] = lambda _: None,
) -> Packed[T]:
    """Make the parts of those that fit. Of recipients with one `place` the first goes, and only
    those go who are of the first one's `kind`; `made` raises DeliveryError for those who can't
    have this mail.
    """
    people: dict[int, T] = {}
    refused: dict[int, str] = {}
    taken: set[object] = set()
    kinds: set[object] = set()
    room = limits.bytes
    for to in call.to:
        try:
            part = made(to)
        except DeliveryError as unfit:
            refused[to.id] = str(unfit)
            continue
        fits = len(people) < limits.people and size(part) <= room
        if fits and place(to) not in taken and kinds <= {kind(to)}:
            people[to.id] = part
            taken.add(place(to))
            kinds.add(kind(to))
            room -= size(part)
    untried = frozenset(to.id for to in call.to) - refused.keys() - people.keys()
    return Packed(people=people, refused=refused, untried=untried)


def in_turn(
    parts: Iterable[Mapping[int, T]], mailed: Callable[[Mapping[int, T]], Receipt]
) -> Receipt:
    """Mail parts of a call one after the other, and no more after one that left anybody waiting or
    in doubt: the next would fare no better.
    """
    receipts, going = [], True
    for part in parts:
        receipt = mailed(part) if going else Receipt(outcome=Outcome.REFUSED)
        receipts.append((frozenset(part), receipt))
        going = going and _clear(frozenset(part), receipt)
    return together(receipts)


def _clear(people: frozenset[int], receipt: Receipt) -> bool:
    """Say whether each one was accepted or refused alone."""
    rest = people - receipt.refused.keys()
    return not (receipt.unknown or receipt.untried) and (
        not rest or receipt.outcome is Outcome.ACCEPTED
    )


def together(parts: Sequence[tuple[frozenset[int], Receipt]]) -> Receipt:
    """Sum up the receipts of parts of a call, each with the recipients that it was for.

    A refusal for good holds for the call as long as nobody was mailed.
    """
    ids: dict[Outcome, set[int]] = {outcome: set() for outcome in _BEST_FIRST}
    for people, receipt in parts:
        named = receipt.unknown | receipt.untried | receipt.refused.keys()
        ids[receipt.outcome] |= people - named
        ids[Outcome.UNKNOWN] |= receipt.unknown & people
        ids[Outcome.REFUSED] |= receipt.untried & people
    receipts = [receipt for _, receipt in parts]
    waits = [receipt.retry_after for receipt in receipts if receipt.retry_after is not None]
    return Receipt(
        outcome=next((outcome for outcome in _BEST_FIRST if ids[outcome]), Outcome.REFUSED),
        ref=next((receipt.ref for receipt in receipts if receipt.ref), ""),
        detail=_words(receipts),
        retry_after=max(waits, default=None),
        permanent=not ids[Outcome.ACCEPTED] and any(receipt.permanent for receipt in receipts),
        refused={id_: why for receipt in receipts for id_, why in receipt.refused.items()},
        unknown=frozenset(ids[Outcome.UNKNOWN]),
        untried=frozenset(ids[Outcome.REFUSED]),
    )


_BEST_FIRST = (Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.REFUSED)


def _words(receipts: Sequence[Receipt]) -> str:
    """Give the last words that tell of trouble, or else the last words."""
    told = [one for one in receipts if one.detail]
    trouble = [one for one in told if one.outcome is not Outcome.ACCEPTED]
    return (trouble or told)[-1].detail if told else ""
