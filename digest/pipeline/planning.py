"""Who gets an issue, and is it fit to be sent? Decided once, when its sending starts."""

from collections.abc import Sequence

from digest.deliver.plan import edition_for_all, lots
from digest.deliver.provider import Provider
from digest.errors import ConfigError, DeliveryError, unknown
from digest.model.issue import Issue, IssueState, RenderedEdition
from digest.pipeline import pacing
from digest.pipeline.composing import MAIL_NOBODY, render_editions
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter
from digest.storage import editions, issues, ledger
from subscribers import lists


def plan(newsroom: Newsroom, issue: Issue, provider: Provider) -> None:
    """Freeze who gets what, in one transaction with the step to `sending`: it is done once.

    Raises:
        ConfigError: schedule.yaml has no newsletter of that name any more.
        ConflictError: the issue was changed at this moment.
        DeliveryError: it is not fit to be sent, or has no reader.
    """
    rendered = render_editions(newsroom, issue)
    newsletter = _newsletter_of(newsroom, issue)
    _check(issue, rendered)
    check_links(newsroom, provider)
    with newsroom.database.write() as connection:
        if issues.locked(connection, issue.id).state is not IssueState.APPROVED:
            return  # another process was faster
        ids = lists.active_ids(connection, newsletter.list)
        if not ids:
            raise DeliveryError(
                f"list {newsletter.list!r} has no confirmed reader: nothing to send;"
                " `digest subscribers add` or `digest subscribers import` makes some"
            )
        frozen = editions.freeze(connection, issue.id, rendered)
        chosen = edition_for_all(frozen, newsletter.language)
        capacity = pacing.begin(connection, newsroom, issue, provider, readers=len(ids))
        planned = lots(ids, edition_id=chosen.id, list_name=newsletter.list, capacity=capacity)
        ledger.freeze(connection, issue.id, planned)
        issues.change(connection, issue, state=IssueState.SENDING, now=newsroom.clock())


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


def _check(issue: Issue, rendered: Sequence[RenderedEdition]) -> None:
    if not rendered or not all(one.subject.strip() and one.html.strip() for one in rendered):
        raise DeliveryError(f"issue {issues.named(issue)} is empty: it has no subject or no body")


def _newsletter_of(newsroom: Newsroom, issue: Issue) -> Newsletter:
    newsletter = newsroom.schedule.newsletters.get(issue.newsletter)
    if newsletter is None:
        raise ConfigError(unknown("newsletter", issue.newsletter, newsroom.schedule.newsletters))
    return newsletter
