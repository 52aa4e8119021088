"""Where does a link of a mail lead? To the article, or by way of us for readers who agreed to that.

An article's own address stands in the mails of readers who agreed to nothing. In those of readers
who agreed stands one of ours: its token names the issue and the link, and is the same for all of
them. What is counted of it: digest.pipeline.clicks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from digest.compose.dressing import LinkMaker
from digest.compose.followed import link_name, links_of
from digest.compose.utm import spared_by, tagged, tags_of
from digest.errors import NotFoundError
from digest.model.click import Click
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter
from digest.storage import issues
from subscribers.errors import TokenError
from subscribers.tokens import link_token, read_link_token


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A link that somebody followed."""

    url: str
    """Where it leads."""
    click: Click


def link_maker(
    newsroom: Newsroom, newsletter: Newsletter, told: Sequence[Issue], *, tracked: bool
) -> LinkMaker:
    """Give what makes the links of an edition that tells stories of these issues, the latest last.

    A link belongs to the latest of them that has it, so a month's best counts for the issues that
    it is made of. Links to our own pages stay as they are.
    """
    holders = {name: issue for issue in told for name in links_of(issue.content)}

    def make(url: str) -> str:
        name = link_name(url)
        if _is_ours(newsroom, url):
            return url
        if tracked and name in holders:
            token = link_token(newsroom.secret_key, holders[name].id, name)
            return f"{newsroom.site_url}/l/{token}"
        return _told(newsletter, holders.get(name, told[-1]), url)

    return make


def follow(newsroom: Newsroom, token: str) -> Followed | None:
    """Find out where a token leads; nothing for one that is not ours, or whose link is gone."""
    try:
        asked = read_link_token(newsroom.secret_key, token)
        with newsroom.database.read() as connection:
            issue = issues.issue(connection, asked.issue_id)
    except (TokenError, NotFoundError):
        return None
    link = links_of(issue.content).get(asked.link)
    if link is None:
        return None
    plan = newsroom.schedule.newsletters.get(issue.newsletter)
    day = newsroom.clock().astimezone(ZoneInfo(plan.timezone if plan else "UTC")).date()
    return Followed(
        url=_told(plan, issue, link.url) if plan else link.url,
        click=Click(issue_id=issue.id, link=link.name, day=day),
    )


def _told(newsletter: Newsletter, issue: Issue, url: str) -> str:
    return tagged(url, tags_of(issue, newsletter), spared_by(newsletter))


def _is_ours(newsroom: Newsroom, url: str) -> bool:
    return f"{url}/".startswith(f"{newsroom.site_url}/")
