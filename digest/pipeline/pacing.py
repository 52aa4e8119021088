"""Whose turn is it? Claims a batch when its sending may go on, or says what it waits for.

The rate is taken in the claim's own transaction, so that any number of workers on any number of
machines keep it together. A sending without a rate asks one question more than a bare claim, and
writes nothing more.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.deliver import warm_up
from digest.deliver.pace import (
    Manner,
    Terms,
    batch_size,
    full_day,
    has_rate,
    own_rate,
    pushed,
    turn,
)
from digest.deliver.provider import Provider
from digest.deliver.providers.rated import rate_of
from digest.deliver.quiet import Quiet, after_open_time
from digest.errors import ConfigError
from digest.model.delivery import Batch
from digest.model.issue import Issue, IssueState
from digest.model.pace import Pace, Wait, Why
from digest.pipeline.due import OVER
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.rounds import Round, new_id
from digest.storage import ledger, paces, sendings


def terms_of(
    newsroom: Newsroom, issue: Issue, provider: Provider | None, manner: Manner | None = None
) -> Terms:
    """Give what an issue's sending has to keep to, as schedule.yaml and the provider say."""
    plan = newsroom.schedule.newsletters.get(issue.newsletter)
    heeds = manner is None or not manner.through_quiet
    quiet = Quiet(hours=plan.quiet, zone=plan.timezone) if plan and plan.quiet and heeds else None
    return Terms(
        rate=None if provider is None else rate_of(provider),
        capacity=1 if provider is None else provider.capacity,
        quiet=quiet,
        warm_up=newsroom.schedule.site.warm_up,
    )


def begin(
    connection: Connection, newsroom: Newsroom, issue: Issue, provider: Provider, *, readers: int
) -> int:
    """Spread a sending that begins as its newsletter says; give how many a batch is to hold."""
    now, terms = newsroom.clock(), terms_of(newsroom, issue, provider)
    wishes = sendings.wishes(connection, issue.id)
    plan = newsroom.schedule.newsletters[issue.newsletter]
    if plan.spread is not None and wishes.rate is None and wishes.spread_until is None:
        until = after_open_time(terms.quiet, now, plan.spread)
        sendings.wish(connection, issue.id, spread_until=until)
        wishes = sendings.wishes(connection, issue.id)
    rate = own_rate(wishes, terms.quiet, left=readers, now=now)
    return batch_size(terms, rate=rate, now=now)


def claim(round_: Round) -> Batch | Wait | None:
    """Claim the next batch if a call may begin, else say what it waits for; None: none is ready."""
    with round_.newsroom.database.write() as connection:
        return claim_within(connection, round_)


def claim_within(connection: Connection, round_: Round) -> Batch | Wait | None:
    """Do the same within a transaction that does something else first."""
    issue_id = round_.issue.id
    pace = _locked(connection, round_)
    now = round_.newsroom.clock()  # not before: locks may have been waited for
    wait = _wait(connection, round_.terms, issue_id, pace, now)
    if wait is not None:
        return wait
    batch = ledger.claim(
        connection,
        issue_id,
        attempt_id=new_id(),
        worker=round_.worker,
        now=now,
        lease_until=now + round_.longest_call,
    )
    if batch is None:
        return _retry(connection, issue_id, now)
    full = _full_day(connection, round_.terms, 0, now)
    if full is not None:  # it is another batch than the one that was looked at
        ledger.release(connection, batch)
        return full
    _take(connection, round_, pace, batch, now)
    return batch


def may_call(round_: Round) -> bool:
    """Say whether a claimed batch may still be called: quiet hours may have begun meanwhile."""
    quiet = round_.terms.quiet
    return quiet is None or not quiet.at(round_.newsroom.clock())


def hold(round_: Round, seconds: float) -> None:
    """Let nobody call the provider for so long, on any machine: it asked for it."""
    until = round_.newsroom.clock() + timedelta(seconds=seconds)
    with round_.newsroom.database.write() as connection:
        paces.hold(connection, paces.of_provider(round_.provider.name), until)


def paused_at(connection: Connection, issue: Issue) -> datetime | None:
    """Give since when an issue is paused; a cancelled one goes nowhere anyway."""
    cancelled = issue.state is IssueState.CANCELLED
    return None if cancelled else sendings.wishes(connection, issue.id).paused_at


def wait_of(
    connection: Connection,
    newsroom: Newsroom,
    issue: Issue,
    provider: Provider | None,
    now: datetime,
) -> Wait | None:
    """Give what a sending waits for, if for anything; without a provider, as far as is known."""
    if issue.state in OVER:
        return None
    terms = terms_of(newsroom, issue, provider)
    pace = sendings.pace(connection, issue.id, "" if provider is None else provider.name)
    return _wait(connection, terms, issue.id, pace, now) or _retry(connection, issue.id, now)


@contextmanager
def provider_if_usable(newsroom: Newsroom) -> Iterator[Provider | None]:
    """Open the provider; give None when this machine's settings name none that can be used."""
    try:
        provider = newsroom.provider()
    except ConfigError:
        yield None
    else:
        with closing(provider):
            yield provider


def _locked(connection: Connection, round_: Round) -> Pace:
    """Give what is known of the pace; under a rate, after everyone who claimed before us."""
    provider, issue_id, now = round_.provider.name, round_.issue.id, round_.newsroom.clock()
    pace = sendings.pace(connection, issue_id, provider)
    names = [paces.of_provider(provider)] if round_.terms.rate is not None else []
    names += [paces.of_issue(issue_id)] if has_rate(pace.wishes, now) else []
    names += [paces.WARM_UP] if round_.terms.warm_up is not None else []
    if not names:
        return pace
    paces.lock(connection, names, now)
    return sendings.pace(connection, issue_id, provider)


def _wait(
    connection: Connection, terms: Terms, issue_id: int, pace: Pace, now: datetime
) -> Wait | None:
    wait = turn(terms, pace, now)
    if wait is not None and wait.until is None:
        return wait
    if wait is None and terms.warm_up is None:  # as nearly always: nothing more is asked
        return None
    ready = sendings.next_ready(connection, issue_id, now)
    if ready is None:
        return None
    return wait or _full_day(connection, terms, ready.recipients, now)


def _full_day(connection: Connection, terms: Terms, recipients: int, now: datetime) -> Wait | None:
    """Say until when so many recipients more have to wait for another day of the warm-up."""
    if terms.warm_up is None:
        return None
    midnight = warm_up.begins(terms.warm_up, warm_up.today(terms.warm_up, now))
    used = sendings.begun_since(connection, midnight)
    return full_day(terms, recipients=recipients, used=used, now=now)


def _retry(connection: Connection, issue_id: int, now: datetime) -> Wait | None:
    ready = sendings.next_ready(connection, issue_id, now)
    if ready is None or ready.not_before is None or ready.not_before <= now:
        return None
    return Wait(why=Why.RETRY, until=ready.not_before)


def _take(connection: Connection, round_: Round, pace: Pace, batch: Batch, now: datetime) -> None:
    """Let the next call begin when a batch's recipients have had their time."""
    count, terms = len(batch.recipient_ids), round_.terms
    rates = {paces.of_provider(round_.provider.name): terms.rate}
    if has_rate(pace.wishes, now):
        left = count + sendings.left(connection, batch.issue_id)
        own = own_rate(pace.wishes, terms.quiet, left=left, now=now)
        rates[paces.of_issue(batch.issue_id)] = own
    for name, rate in rates.items():
        if rate is not None:
            paces.push(connection, name, pushed(now, recipients=count, rate=rate))
