"""How do mails to single readers reach them? Claim, prepare, intend, call, settle: one at a time.

The intent is committed before the call and the outcome after it, so that a killed process leaves a
doubt and never a second mail. Any number of processes may do this at once.
"""

import random
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

import structlog
from sqlalchemy import Connection

from digest.deliver.notices import PATIENCE, ending
from digest.deliver.provider import Call, Provider, Receipt
from digest.deliver.providers.rated import rate_of
from digest.engine.jobs import Engine, Job
from digest.errors import DigestError
from digest.model.delivery import Outcome
from digest.model.notice import Ending, Notice, NoticeKind, NoticeState, Wish
from digest.pipeline.desk import Desk
from digest.pipeline.insisting import insist
from digest.pipeline.joining import join, unwanted
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.notice_letters import call_of
from digest.pipeline.rounds import new_id
from digest.storage import notices, paces

NOTICES = "notices"
"""The step that mails what single readers are told."""
REST = timedelta(minutes=1)
"""How long this process leaves a provider alone that refuses everything, or whose answers are lost:
each further notice would be in doubt, and is not mailed again.
"""
_LOG = structlog.get_logger(__name__)


class NoticeLane:
    """This process's part in mailing notices."""

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._desk = desk
        self._engine = engine
        self._alone = Lock()
        self._rests_until: datetime | None = None

    def look(self) -> None:
        """Ask for a job when something waits."""
        newsroom = self._desk.newsroom
        now = newsroom.clock()
        if self._rests_until is not None and now < self._rests_until:
            return
        with newsroom.database.read() as connection:
            waiting = notices.is_waiting(connection, now)
        if waiting:
            self._engine.enqueue(Job(step=NOTICES, key=""))

    def work(self) -> None:
        """Mail what waits; a fault lets it rest, for the next look to go on."""
        if not self._alone.acquire(blocking=False):
            return
        try:
            newsroom = self._desk.newsroom
            if not mail_notices(newsroom):
                self._rests_until = newsroom.clock() + REST
        except DigestError as error:
            self._rests_until = self._desk.newsroom.clock() + REST
            _LOG.warning("no notice can be mailed", why=str(error))
        finally:
            self._alone.release()


def mail_notices(newsroom: Newsroom) -> bool:
    """Mail all that waits; False when it was better to stop before the end.

    Raises:
        ConfigError: the provider's URL is wrong.
    """
    with newsroom.database.write() as connection:
        notices.recover(connection, newsroom.clock())
    counts = Counter[NoticeState]()
    with closing(newsroom.provider()) as provider:
        goes_on = True
        while goes_on and (notice := _claim(newsroom, provider)) is not None:
            goes_on = _mail(newsroom, provider, notice, counts)
    if counts:
        _LOG.info("notices mailed", **{str(state): count for state, count in counts.items()})
    return goes_on


def unmailed(newsroom: Newsroom) -> dict[str, int]:
    """Count what was not mailed (yet) in the last three months: waiting, failed, in_doubt."""
    with newsroom.database.read() as connection:
        counts = notices.by_state(connection)
    lost = (NoticeState.FAILED, NoticeState.IN_DOUBT)
    waiting = sum(counts.get(state, 0) for state in notices.LIVE)
    return {"waiting": waiting, **{str(state): counts.get(state, 0) for state in lost}}


def _claim(newsroom: Newsroom, provider: Provider) -> Notice | None:
    now = newsroom.clock()
    if newsroom.stopping.is_set():
        return None
    with newsroom.database.read() as connection:
        free_at = paces.free_at(connection, paces.of_provider(provider.name))
        held = free_at is not None and free_at > now + _turn(provider)
        if held or not notices.is_waiting(connection, now):
            return None
    until = now + timedelta(seconds=PATIENCE.longest_call)
    with newsroom.database.write() as connection:
        return notices.claim(connection, attempt_id=new_id(), now=now, lease_until=until)


def _turn(provider: Provider) -> timedelta:
    """Give how far our own rate may push the next call; a single mail does not wait for that."""
    rate = rate_of(provider)
    return timedelta(seconds=provider.capacity / rate if rate else 0)


def _mail(
    newsroom: Newsroom, provider: Provider, notice: Notice, counts: Counter[NoticeState]
) -> bool:
    """Mail a claimed notice; False when it is better to mail no other now."""
    now = newsroom.clock()
    ready = _prepared(newsroom, notice, now + timedelta(seconds=PATIENCE.longest_call))
    if isinstance(ready, Ending):
        _end(newsroom, notice, ready, counts)
        return True
    call, notice = ready
    if not (intended := _intended(newsroom, notice, call)) or isinstance(intended, Ending):
        if isinstance(intended, Ending):
            _end(newsroom, notice, intended, counts)
        return True
    receipt = _called(provider, call)
    _end(newsroom, notice, _ending(newsroom, notice, receipt), counts)
    return _goes_on(newsroom, provider, receipt)


def _prepared(
    newsroom: Newsroom, notice: Notice, deadline: datetime
) -> tuple[Call, Notice] | Ending:
    """Find out what is to be mailed, and write it; nothing of that may fail after the intent."""
    try:
        if notice.kind is NoticeKind.SIGN_UP:
            joined = _joined(newsroom, notice)
            if isinstance(joined, Ending):
                return joined
            notice = joined
        return call_of(newsroom, notice, deadline), notice
    except Exception as fault:  # whatever is wrong with one must not keep the others waiting
        _LOG.exception("a notice can't be written", notice=notice.id, kind=str(notice.kind))
        why = str(fault) if isinstance(fault, DigestError) else type(fault).__name__
        return _ending(newsroom, notice, Receipt(outcome=Outcome.REFUSED, detail=why))


def _joined(newsroom: Newsroom, notice: Notice) -> Notice | Ending:
    with newsroom.database.write() as connection:
        wish = join(connection, newsroom, notice)
        if isinstance(wish, Wish) and notices.turn_into(connection, notice, wish):
            return replace(
                notice,
                kind=wish.kind,
                address=wish.address,
                language=wish.language,
                subscriber_id=wish.subscriber_id,
                details=wish.details,
            )
    why = wish if isinstance(wish, str) else "another worker has it"
    return Ending(state=NoticeState.SKIPPED, why=why)


def _intended(newsroom: Newsroom, notice: Notice, call: Call) -> bool | Ending:
    """Look once more whether it is wanted, and write the intent down; False: it is not ours."""
    lease = call.deadline + timedelta(seconds=PATIENCE.slack)
    with newsroom.database.write() as connection:
        if why := unwanted(connection, newsroom, notice):
            return Ending(state=NoticeState.SKIPPED, why=why)
        return notices.intend(connection, notice, lease_until=lease)


def _called(provider: Provider, call: Call) -> Receipt:
    try:
        return provider.deliver(call)
    except Exception as surprise:  # the provider may have the mail
        _LOG.exception("the sender broke", attempt=call.attempt_id)
        return Receipt(
            outcome=Outcome.UNKNOWN, detail=f"the sender broke: {type(surprise).__name__}"
        )


def _ending(newsroom: Newsroom, notice: Notice, receipt: Receipt) -> Ending:
    return ending(
        receipt,
        notice.subscriber_id or 0,
        tries=notice.tries + 1,
        now=newsroom.clock(),
        jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
        patience=PATIENCE,
    )


def _end(newsroom: Newsroom, notice: Notice, how: Ending, counts: Counter[NoticeState]) -> None:
    def write() -> None:
        with newsroom.database.write() as connection:
            _write(connection, newsroom, notice, how)

    insist(write)  # nobody else knows the outcome
    counts[how.state] += 1
    if how.state in {NoticeState.FAILED, NoticeState.IN_DOUBT}:
        _LOG.warning("notice not mailed", notice=notice.id, state=str(how.state), why=how.why)


def _write(connection: Connection, newsroom: Newsroom, notice: Notice, how: Ending) -> None:
    notices.end(connection, notice, how, newsroom.clock())


def _goes_on(newsroom: Newsroom, provider: Provider, receipt: Receipt) -> bool:
    """Say whether the next is to be mailed now; a wait that was asked for is everyone's."""
    if receipt.retry_after is not None:
        until = newsroom.clock() + timedelta(
            seconds=min(receipt.retry_after, PATIENCE.longest_hold)
        )
        with newsroom.database.write() as connection:
            paces.hold(connection, paces.of_provider(provider.name), until)
        return False
    return not receipt.permanent and receipt.outcome is not Outcome.UNKNOWN
