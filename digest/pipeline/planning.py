"""Who gets an issue, and is it fit to be sent? Decided once, when its sending starts."""

from collections.abc import Sequence

from digest.deliver.plan import edition_for_all, lots
from digest.deliver.provider import Provider
from digest.errors import ConfigError, DeliveryError, unknown
from digest.model.issue import Issue, IssueState, RenderedEdition
from digest.pipeline.composing import render_editions
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter
from digest.storage import editions, issues, ledger
from subscribers import lists

_MAIL_NOBODY = ("outbox", "null")
"""Providers whose mail leaves this machine for nobody: links in it need not be https."""


def plan(newsroom: Newsroom, issue: Issue, provider: Provider) -> None:
    """Freeze who gets what, in one transaction with the step to `sending`: it is done once.

    Raises:
        ConflictError: the issue was changed at this moment.
        DeliveryError: it is not fit to be sent, or has no reader.
    """
    rendered = render_editions(newsroom, issue)
    newsletter = newsletter_of(newsroom, issue)
    _check(newsroom, issue, rendered, provider)
    with newsroom.database.write() as connection:
        if issues.issue(connection, issue.id).state is not IssueState.APPROVED:
            return  # another process was faster
        ids = lists.active_ids(connection, newsletter.list)
        if not ids:
            raise DeliveryError(
                f"list {newsletter.list!r} has no confirmed reader: nothing to send;"
                " `digest subscribers add` or `digest subscribers import` makes some"
            )
        frozen = editions.freeze(connection, issue.id, rendered)
        chosen = edition_for_all(frozen, newsletter.language)
        ledger.freeze(
            connection, issue.id, lots(ids, edition_id=chosen.id, capacity=provider.capacity)
        )
        issues.change(connection, issue, state=IssueState.SENDING, now=newsroom.clock())


def _check(
    newsroom: Newsroom, issue: Issue, rendered: Sequence[RenderedEdition], provider: Provider
) -> None:
    """Refuse what would not be fit to be received.

    Raises:
        DeliveryError: says what is missing.
    """
    if not rendered or not all(one.subject.strip() and one.html.strip() for one in rendered):
        raise DeliveryError(f"issue {issues.named(issue)} is empty: it has no subject or no body")
    if provider.name not in _MAIL_NOBODY and not newsroom.site_url.startswith("https://"):
        raise DeliveryError(
            f"DIGEST_SITE_URL is {newsroom.site_url!r}: one-click unsubscribe needs an https"
            " address (RFC 8058); set it, or site.url in schedule.yaml"
        )


def newsletter_of(newsroom: Newsroom, issue: Issue) -> Newsletter:
    """Give what schedule.yaml says of an issue's newsletter.

    Raises:
        ConfigError: it says nothing any more.
    """
    newsletter = newsroom.schedule.newsletters.get(issue.newsletter)
    if newsletter is None:
        raise ConfigError(unknown("newsletter", issue.newsletter, newsroom.schedule.newsletters))
    return newsletter
