"""What do events prove of a doubt? The rule, from values alone.

    an event with the attempt's id                     accepted, however late it comes
    no event, and all of these                         refused: nobody was mailed
        the provider posts its events to us
        it tries no more to post those of that time          (settle)
        we heard it while it still tried                     (ears)
        a later call was accepted, soon after this one       (near)
        each reader of every call accepted around this one has an event, which the same look-up
        found: had posts been lost in those hours, another's would be missing too
    no event, and no way or no time left to prove it   held for a person
    no event yet                                       waits

Absence alone is no proof: events come late, get lost, or are looked for by a wrong id. A call that
a provider takes reader by reader is accepted when each of its readers has an event; part of a
mixed receipt had no call of its own, so that its absence means nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model.delivery import Attempt
from digest.model.event import Traces, Witness

WHOLE = frozenset({"sendgrid"})
"""Providers that accept or refuse a call as a whole: one event speaks for all its readers."""


class Verdict(StrEnum):
    """What is to become of a doubt."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    HELD = "held"
    WAITS = "waits"


class Lack(StrEnum):
    """What is missing for absence to prove anything."""

    POSTS = "posts"
    """The provider's events do not reach us."""
    CALL = "call"
    """No call carried this id alone: a part of a mixed receipt, or taken reader by reader."""
    TIME = "time"
    """Events may still come."""
    EARS = "ears"
    """Nothing was heard of the provider after the call: what it told may be lost."""
    WITNESS = "witness"
    """No later call was accepted soon after."""
    COMPLETENESS = "completeness"
    """Of the calls accepted around it, some readers have no event: so might this one's."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How long events are waited for, and what makes a later call a witness."""

    settle: timedelta = timedelta(hours=25)
    """After the call's deadline. SendGrid tries for 24 hours to post an event."""
    near: timedelta = timedelta(hours=1)
    """A witness's call began at most so long after the doubt's."""
    ears: timedelta = timedelta(hours=12)
    """In this time after the call's deadline some event has to come, of whatever call: if we were
    deaf for a day, the witness's may come when the retries of the doubt's are over."""
    patience: timedelta = timedelta(hours=48)
    """After the call's deadline a person is asked."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A doubt, and all that is known about it."""

    attempt: Attempt
    recipient_ids: frozenset[int]
    """Whose fate is in doubt."""
    posts: bool
    """Whether the provider's events reach us."""
    heard: bool
    """Whether any did in the hours after the call."""
    held: bool
    """Whether a person was asked already."""
    traces: Traces
    """Of the attempt's id, or its origin's."""
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict and its reasons."""

    verdict: Verdict
    lacks: tuple[Lack, ...] = ()
    """What keeps absence from proving a refusal."""
    witness_id: str = ""
    """The attempt whose events prove a refusal."""


def judge(case: Case, now: datetime, terms: Terms) -> Judgement:
    """Say what is proved of a doubt, and what is missing."""
    if is_proved(case):
        return Judgement(verdict=Verdict.ACCEPTED)
    lacks = tuple(_lacks(case, now, terms))
    if case.held or Lack.POSTS in lacks:
        return Judgement(verdict=Verdict.HELD, lacks=lacks)
    if not lacks:
        witness = next(_near(case, terms))
        return Judgement(verdict=Verdict.REFUSED, witness_id=witness.attempt.id)
    late = now >= case.attempt.deadline + terms.patience
    return Judgement(verdict=Verdict.HELD if late else Verdict.WAITS, lacks=lacks)


def is_proved(case: Case) -> bool:
    """Say whether events prove that the call was accepted for all who are in doubt."""
    if _speaks_for_all(case.attempt):
        return case.traces.events > 0
    return bool(case.recipient_ids) and case.recipient_ids <= case.traces.readers


def _lacks(case: Case, now: datetime, terms: Terms) -> Iterator[Lack]:
    if not case.posts:
        yield Lack.POSTS
    if not _speaks_for_all(case.attempt):
        yield Lack.CALL
    if now < case.attempt.deadline + terms.settle:
        yield Lack.TIME
    if not case.heard:
        yield Lack.EARS
    if not any(_near(case, terms)):
        yield Lack.WITNESS
    elif not all(map(_is_complete, _around(case, terms))):
        yield Lack.COMPLETENESS


def _speaks_for_all(attempt: Attempt) -> bool:
    return attempt.provider in WHOLE and not attempt.origin_id


def _near(case: Case, terms: Terms) -> Iterator[Witness]:
    """Give the witnesses whose calls began after the doubt's: they mailed somebody."""
    for witness in _around(case, terms):
        if witness.attempt.intent_at > case.attempt.intent_at and witness.recipient_ids:
            yield witness


def _around(case: Case, terms: Terms) -> Iterator[Witness]:
    for witness in case.witnesses:
        same = witness.attempt.provider == case.attempt.provider
        if same and abs(witness.attempt.intent_at - case.attempt.intent_at) <= terms.near:
            yield witness


def _is_complete(witness: Witness) -> bool:
    return witness.recipient_ids <= witness.traces.readers


def missing(witnesses: Iterable[Witness]) -> int | None:
    """Count the readers of all witnesses who have no event; None without a witness."""
    gaps = [len(one.recipient_ids - one.traces.readers) for one in witnesses]
    return sum(gaps) if gaps else None
