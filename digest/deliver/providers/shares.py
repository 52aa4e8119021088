"""What do several providers' receipts for parts of one call come to together?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.deliver.provider import Receipt
from digest.deliver.providers.answers import clipped
from digest.model.delivery import Outcome


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a receipt says of those who were asked for; each stands in exactly one field."""

    accepted: frozenset[int]
    refused: Mapping[int, str]
    """For good, by their own fault."""
    unknown: frozenset[int]
    left: frozenset[int]
    """Not mailed for sure: another may."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A member's answer."""

    name: str
    receipt: Receipt
    part: Share

    @property
    def in_vain_for_good(self) -> bool:
        """Whether it mailed nobody and never will."""
        return self.receipt.permanent and not (self.part.accepted or self.part.unknown)

    def __str__(self) -> str:
        """`sendgrid refused 50: 401 authorization required`."""
        counts = {
            "took": self.part.accepted,
            "lost": self.part.unknown,
            "refused": [*self.part.refused, *self.part.left],
        }
        fates = [f"{verb} {len(ids)}" for verb, ids in counts.items() if ids]
        words = f": {self.receipt.detail}" if self.receipt.detail else ""
        return f"{self.name} {', '.join(fates)}{words}"


def share(receipt: Receipt, asked: frozenset[int]) -> Share:
    """Sort those who were asked for; where a receipt contradicts itself, the doubt wins."""
    unknown = receipt.unknown & asked
    left = (receipt.untried & asked) - unknown
    refused = {id_: why for id_, why in receipt.refused.items() if id_ in asked - unknown - left}
    rest = asked - unknown - left - refused.keys()
    accepted = frozenset[int]()
    match receipt.outcome:
        case Outcome.ACCEPTED:
            accepted = rest
        case Outcome.REFUSED:
            left |= rest
        case Outcome.UNKNOWN | Outcome.OPEN | Outcome.SUPERSEDED | Outcome.DOUBLED:
            unknown |= rest
    return Share(accepted=accepted, refused=refused, unknown=unknown, left=left)


def merge(
    told: Sequence[Told], left: frozenset[int], *, unfit: bool, wait: float | None
) -> Receipt:
    """Make one receipt of several; `left` are those whom nobody took.

    `unfit` says that everyone refused for good; `wait` is when to call again, in seconds.
    """
    accepted = _all(one.part.accepted for one in told)
    unknown = _all(one.part.unknown for one in told)
    takers = [one for one in told if one.part.accepted or one.part.unknown]
    return Receipt(
        outcome=_outcome(accepted, unknown),
        ref=_ref(takers),
        detail=_detail(told, unfit=unfit),
        retry_after=wait,
        permanent=unfit,
        refused={id_: why for one in told for id_, why in one.part.refused.items()},
        unknown=unknown,
        untried=left,
        provider=", ".join(dict.fromkeys(one.name for one in takers)),
    )


def _all(parts: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset[int]().union(*parts)


def _outcome(accepted: frozenset[int], unknown: frozenset[int]) -> Outcome:
    if accepted:
        return Outcome.ACCEPTED
    return Outcome.UNKNOWN if unknown else Outcome.REFUSED


def _ref(takers: Sequence[Told]) -> str:
    """Give the one taker's own reference, so that it can be looked up; several with their names."""
    if len(takers) == 1:
        return takers[0].receipt.ref
    return "; ".join(f"{one.name} {one.receipt.ref}".strip() for one in takers)


def _detail(told: Sequence[Told], *, unfit: bool) -> str:
    if not told:
        return "not called: its time was up"
    if unfit:
        return clipped(f"every provider refuses it for good, the last one: {told[-1]}")
    return clipped("; ".join(map(str, told)))
