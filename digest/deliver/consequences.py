"""What follows for a reader from all that was ever told of their mail?

A function of the set of facts, by the provider's clock: neither the order in which they come nor
how often they come makes a difference, and one fact more never makes a reader mailed again. Only
facts that are younger than the last word for mailing the reader count: a lifted suppression, a
subscription confirmed.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model.event import Cause, Fact
from subscribers.model import Suppression, SuppressionReason


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How often an address may take no mail: `soft` different mails within `span` are too many."""

    soft: int = 5
    span: timedelta = timedelta(days=30)


def suppression(
    facts: Iterable[Fact], tolerance: Tolerance, allowed_at: datetime | None
) -> Suppression | None:
    """Say whether an address is never to be mailed again, and by which fact.

    A complaint outweighs a bounce; of each, the first one counts.
    """
    valid = sorted((one for one in facts if _is_after(one, allowed_at)), key=_age)
    if complaints := [one for one in valid if one.cause is Cause.COMPLAINT]:
        return _suppression(SuppressionReason.COMPLAINT, complaints[0])
    hard = [one for one in valid if one.cause is Cause.HARD][:1]
    soft = _one_too_many([one for one in valid if one.cause is Cause.SOFT], tolerance)
    bounces = sorted([*hard, *soft], key=_age)
    return _suppression(SuppressionReason.BOUNCE, bounces[0]) if bounces else None


def lists_left(facts: Iterable[Fact], since: Mapping[str, datetime]) -> Mapping[str, Fact]:
    """Say which lists a reader has left at the provider: list → the first fact that says so.

    `since`: the lists that they are on, and since when. Nobody knows which list a mail of no
    attempt of ours was for: who leaves by it leaves all.
    """
    told = sorted((one for one in facts if one.cause is Cause.LEFT), key=_age)
    left: dict[str, Fact] = {}
    for one in told:
        for name in (one.list_name,) if one.list_name else since:
            if name in since and _is_after(one, since[name]):
                left.setdefault(name, one)
    return left


def _is_after(fact: Fact, moment: datetime | None) -> bool:
    return moment is None or fact.at > moment


def _age(fact: Fact) -> tuple[datetime, str, str]:
    return fact.at, fact.provider, fact.key


def _one_too_many(facts: Iterable[Fact], tolerance: Tolerance) -> list[Fact]:
    """Give the first fact, of these in order, with which a span holds too many mails; or none."""
    window: deque[Fact] = deque()
    mails: Counter[str] = Counter()
    for one in facts:
        window.append(one)
        mails[_mail(one)] += 1
        while window[0].at <= one.at - tolerance.span:
            mails[_mail(window.popleft())] -= 1
        if sum(1 for number in mails.values() if number) >= tolerance.soft:
            return [one]
    return []


def _mail(fact: Fact) -> str:
    """Name the mail that a fact is about: one that is told of twice has failed once."""
    return fact.attempt_id or f"{fact.provider} {fact.key}"


def _suppression(reason: SuppressionReason, fact: Fact) -> Suppression:
    return Suppression(reason=reason, at=fact.at, origin=f"event of {fact.provider}: {fact.cause}")
