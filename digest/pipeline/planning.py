"""Who gets an issue, and is it fit to be sent? Decided once, when its sending starts."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain

import structlog

from digest.deliver.plan import Shares, lots
from digest.deliver.provider import Provider
from digest.errors import ConfigError, ConflictError, DeliveryError, unknown
from digest.model.issue import Issue, IssueState
from digest.pipeline import pacing
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.preflight import MAIL_NOBODY
from digest.pipeline.sharing import Shared, shared
from digest.schedule.values import Newsletter
from digest.storage import editions, issues, ledger

_LOG = structlog.wrap_logger(logging.getLogger(__name__))


@dataclass(frozen=True, kw_only=True)
class PlannedEdition:
    """An edition and how many get it."""

    key: str
    subject: str
    recipients: int
    calls: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who gets what of an issue, in numbers."""

    issue: str
    """`hebdo-sahel/12`."""
    list: str
    segment: str
    """Empty: all of the list."""
    recipients: int
    editions: tuple[PlannedEdition, ...]
    """The largest first."""
    left_out: Mapping[str, int]
    """How many active readers get none, by reason."""


def foresee(newsroom: Newsroom, issue: Issue, provider: Provider) -> Plan:
    """Say what planning an issue now would come to; change nothing.

    Raises:
        ConfigError: schedule.yaml has no newsletter of that name any more.
        ConflictError: it was planned already.
        RenderError: a template is broken.
    """
    if issue.state not in {IssueState.DRAFT, IssueState.APPROVED}:
        raise ConflictError(
            f"issue {issues.named(issue)} is {issue.state}: there is nothing left to plan;"
            f" `digest status {issues.named(issue)}` shows how far it is"
        )
    newsletter = _newsletter_of(newsroom, issue)
    made = shared(newsroom, issue, newsletter)
    return _told(issue, newsletter, made, provider.capacity)


def plan(newsroom: Newsroom, issue: Issue, provider: Provider) -> None:
    """Freeze who gets what, in one transaction with the step to `sending`: it is done once.

    Readers are shared out and editions rendered before it, so that nobody waits for that.

    Raises:
        ConfigError: schedule.yaml has no newsletter of that name any more.
        ConflictError: the issue was changed at this moment.
        DeliveryError: it is not fit to be sent, or nobody gets anything.
    """
    newsletter = _newsletter_of(newsroom, issue)
    check_links(newsroom, provider)
    made = shared(newsroom, issue, newsletter)
    _check(issue, newsletter, made)
    with newsroom.database.write() as connection:
        if issues.locked(connection, issue.id).state is not IssueState.APPROVED:
            return  # another process was faster
        frozen = editions.freeze(connection, issue.id, [*made.rendered.values()])
        ids = {edition.key: edition.id for edition in frozen}
        readers = made.shares.planned
        capacity = pacing.begin(connection, newsroom, issue, provider, readers=readers)
        planned = chain.from_iterable(
            lots(part, edition_id=ids[v.key], list_name=newsletter.list, capacity=capacity)
            for v, part in made.shares.readers.items()
        )
        ledger.freeze(connection, issue.id, planned)
        issues.change(connection, issue, state=IssueState.SENDING, now=newsroom.clock())
    _LOG.info("planned", **asdict(_told(issue, newsletter, made, capacity)))


def check_links(newsroom: Newsroom, provider: Provider) -> None:
    """Refuse to mail people links that lead nowhere: whoever planned had another provider, perhaps.

    Raises:
        DeliveryError: says which setting to mend.
    """
    if provider.name not in MAIL_NOBODY and not newsroom.site_url.startswith("https://"):
        raise DeliveryError(
            f"DIGEST_SITE_URL is {newsroom.site_url!r}: one-click unsubscribe needs an https"
            " address (RFC 8058); set it, or site.url in schedule.yaml"
        )


def _check(issue: Issue, newsletter: Newsletter, made: Shared) -> None:
    if not made.shares.planned:
        raise DeliveryError(_nobody(issue, newsletter, made.shares))
    if not all(one.subject.strip() and one.html.strip() for one in made.rendered.values()):
        raise DeliveryError(f"issue {issues.named(issue)} is empty: it has no subject or no body")


def _nobody(issue: Issue, newsletter: Newsletter, shares: Shares) -> str:
    if shares.left_out:
        why = ", ".join(f"{count} {reason}" for reason, count in shares.left_out.items())
        return f"no reader of list {newsletter.list!r} gets anything of this issue: {why}"
    if issue.segment:
        return (
            f"nobody of list {newsletter.list!r} is in segment {issue.segment!r}: nothing to send;"
            f" `digest segments show {issue.segment}` says whom it means"
        )
    return (
        f"list {newsletter.list!r} has no confirmed reader: nothing to send;"
        " `digest subscribers add` or `digest subscribers import` makes some"
    )


def _told(issue: Issue, newsletter: Newsletter, made: Shared, capacity: int) -> Plan:
    return Plan(
        issue=issues.named(issue),
        list=newsletter.list,
        segment=issue.segment,
        recipients=made.shares.planned,
        editions=tuple(
            PlannedEdition(
                key=variant.key,
                subject=made.rendered[variant].subject,
                recipients=len(readers),
                calls=-(-len(readers) // capacity),
            )
            for variant, readers in made.shares.readers.items()
        ),
        left_out={why.value: count for why, count in made.shares.left_out.items()},
    )


def _newsletter_of(newsroom: Newsroom, issue: Issue) -> Newsletter:
    newsletter = newsroom.schedule.newsletters.get(issue.newsletter)
    if newsletter is None:
        raise ConfigError(unknown("newsletter", issue.newsletter, newsroom.schedule.newsletters))
    return newsletter
