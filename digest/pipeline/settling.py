"""What is done about doubts when there is news, or none came in time?

Any number of processes may do this at once: what is judged (digest.deliver.evidence) is written
fenced (digest.storage.proofs), so that each doubt is settled once.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from digest.deliver.evidence import Case, Judgement, Terms, Verdict, is_proved, judge
from digest.model.delivery import Batch, BatchState, Doubt, Outcome, Settlement
from digest.model.event import Event
from digest.pipeline.consequences import follow
from digest.pipeline.newsroom import Newsroom
from digest.storage import events, ledger, proofs, tallies

LATEST = timedelta(days=30)
"""How far back an attempt that counts as refused is looked at for news."""
_LOG = structlog.wrap_logger(logging.getLogger(__name__))


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How many batches came to what."""

    sent: int = 0
    again: int = 0
    held: int = 0
    stopped: int = 0
    """Counted as refused, but sent after all: taken back in time."""
    doubled: int = 0
    """The same, but another call was made meanwhile."""


def settle_doubts(
    newsroom: Newsroom, about: Collection[str] | None = None, terms: Terms | None = None
) -> Settled:
    """Settle what can be settled, of some attempts or of all; twice does nothing twice."""
    terms = terms or Terms()
    counts = dict.fromkeys(Settled.__dataclass_fields__, 0)
    for word in (*_settled(newsroom, about, terms), *_belated(newsroom, about, terms)):
        counts[word] += 1
    return Settled(**counts)


def hear(newsroom: Newsroom, told: Collection[Event]) -> int:
    """Keep events for good with what follows for readers, then settle the doubts that they are
    about; give how many are new.
    """
    with newsroom.database.write() as connection:
        new = events.store(connection, told, newsroom.clock())
        follow(connection, newsroom, told)
    settle_doubts(newsroom, {one.attempt_id for one in told if one.attempt_id})
    return new


def take_in(
    connection: Connection,
    batch: Batch,
    settlement: Settlement,
    *,
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Write down what came of a call, even when a person or an event was faster."""
    if ledger.settle(connection, batch, settlement, now=now, new_id=new_id):
        return
    if settlement.fates[0].outcome is not Outcome.ACCEPTED:
        return
    present = proofs.take_back(connection, batch.attempt_id, now)
    if present is not None:
        ledger.settle(connection, present, settlement, now=now, new_id=new_id)
    else:
        _double(connection, batch.id, batch.attempt_id, "its own answer, late", now)


def case_of(
    connection: Connection, newsroom: Newsroom, doubt: Doubt, terms: Terms, *, thorough: bool = True
) -> Case:
    """Gather what is known about a doubt; `thorough`: witnesses too."""
    attempt = doubt.attempt
    listens = attempt.provider in newsroom.event_keys
    return Case(
        attempt=attempt,
        recipient_ids=frozenset(doubt.recipient_ids),
        # Who resumes by hand may lack the key that the web has.
        posts=listens or events.heard(connection, attempt.provider, attempt.intent_at),
        heard=events.heard(
            connection, attempt.provider, attempt.deadline, attempt.deadline + terms.ears
        ),
        held=doubt.batch.state is BatchState.HELD,
        traces=events.traces(connection, attempt.origin_id or attempt.id),
        witnesses=tuple(proofs.witnesses(connection, attempt, terms.near)) if thorough else (),
    )


def _settled(newsroom: Newsroom, about: Collection[str] | None, terms: Terms) -> Iterator[str]:
    with newsroom.database.read() as connection:
        doubts = [one for one in tallies.doubts(connection) if _is_about(one, about)]
        likely = [one for one in doubts if _word(_judged(connection, newsroom, one, terms), one)]
    for doubt in likely:
        with newsroom.database.write() as connection:
            judgement = _judged(connection, newsroom, doubt, terms)
            done = _write(connection, doubt, judgement, newsroom.clock())
        if done:
            yield _word(judgement, doubt)


def _is_about(doubt: Doubt, about: Collection[str] | None) -> bool:
    return about is None or bool({doubt.attempt.id, doubt.attempt.origin_id} & {*about})


def _judged(connection: Connection, newsroom: Newsroom, doubt: Doubt, terms: Terms) -> Judgement:
    now = newsroom.clock()
    ripe = doubt.batch.state is not BatchState.HELD and now >= doubt.attempt.deadline + terms.settle
    return judge(case_of(connection, newsroom, doubt, terms, thorough=ripe), now, terms)


def _word(judgement: Judgement, doubt: Doubt) -> str:
    """Name what a judgement changes; nothing is an empty word."""
    match judgement.verdict:
        case Verdict.ACCEPTED:
            return "sent"
        case Verdict.REFUSED:
            return "again"
        case Verdict.HELD:
            return "" if doubt.batch.state is BatchState.HELD else "held"
        case Verdict.WAITS:
            return ""


def _write(connection: Connection, doubt: Doubt, judgement: Judgement, now: datetime) -> bool:
    match judgement.verdict:
        case Verdict.ACCEPTED:
            done = proofs.accept(connection, doubt, _proof(connection, doubt), now)
        case Verdict.REFUSED:
            why = f"no event of it, but one of each reader of attempt {judgement.witness_id}"
            done = proofs.refuse(connection, doubt, why, now)
        case Verdict.HELD:
            done = proofs.hold(connection, doubt)
        case Verdict.WAITS:
            done = False
    if done:
        names = {"batch": doubt.batch.id, "attempt": doubt.attempt.id}
        _LOG.warning("doubt judged", **names, verdict=judgement.verdict, lacks=[*judgement.lacks])
    return done


def _proof(connection: Connection, doubt: Doubt) -> str:
    event = events.earliest(connection, doubt.attempt.origin_id or doubt.attempt.id)
    if event is None:
        return doubt.attempt.detail
    moment = f"{event.at:%Y-%m-%d %H:%M:%S} UTC"
    return f"proved by event {event.key} of {event.provider}: {event.kind} {moment}"


def _belated(newsroom: Newsroom, about: Collection[str] | None, terms: Terms) -> Iterator[str]:
    """Take back what counts as refused and was accepted after all, where that can be done."""
    with newsroom.database.read() as connection:
        since = newsroom.clock() - LATEST
        found = (
            proofs.belated(connection, since)
            if about is None
            else proofs.belated_among(connection, about)
        )
    for one in found:
        with newsroom.database.write() as connection:
            for doubt in proofs.belated_among(connection, [one.attempt.id]):
                if word := _taken_back(connection, newsroom, doubt, terms):
                    yield word


def _taken_back(connection: Connection, newsroom: Newsroom, doubt: Doubt, terms: Terms) -> str:
    now = newsroom.clock()
    known = doubt.attempt.outcome is Outcome.DOUBLED
    if not (known or is_proved(case_of(connection, newsroom, doubt, terms, thorough=False))):
        return ""
    proof = _proof(connection, doubt)
    present = proofs.take_back(connection, doubt.attempt.id, now)
    if present is None:
        done = _double(connection, doubt.batch.id, doubt.attempt.id, proof, now)
        return "doubled" if done else ""
    proofs.accept(connection, replace(doubt, batch=present), proof, now)
    _LOG.warning("sent after all", batch=present.id, attempt=doubt.attempt.id, why=proof)
    return "stopped"


def _double(
    connection: Connection, batch_id: int, attempt_id: str, proof: str, now: datetime
) -> bool:
    """Tell loudly, once, that readers have two mails, or are about to."""
    done = proofs.double(connection, attempt_id, proof, now)
    if done:
        _LOG.error("mailed twice", batch=batch_id, attempt=attempt_id, why=proof)
    return done
