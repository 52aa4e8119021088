"""Which links has an issue, and what is each called? By a name that is the same in all editions."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from digest.compose.links import safe_link
from digest.model.issue import IssueContent

_BYTES = 8
"""Of a name: two of an issue's links share one with a chance of one in 10¹⁶."""


@dataclass(frozen=True, kw_only=True)
class ArticleLink:
    """A link of a story, as readers are led there."""

    name: str
    url: str
    """Safe to be sent to."""
    story_id: int
    headline: str
    """The story's."""
    source: str
    """Whose article it leads to."""


def link_name(url: str) -> str:
    """Give the name of a link: eleven letters that its address alone decides.

    Old mails and counts hold it: neither it nor what `safe_link` makes of an address may change.
    """
    digest = hashlib.blake2b(url.encode(), digest_size=_BYTES, person=b"link").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def links_of(content: IssueContent) -> dict[str, ArticleLink]:
    """Give the links to articles that stand in an issue, by name, in reading order.

    Of two stories with one address, the link is the first's.
    """
    found: dict[str, ArticleLink] = {}
    for link in _links(content):
        found.setdefault(link.name, link)
    return found


def _links(content: IssueContent) -> Iterator[ArticleLink]:
    for brief in (brief for section in content.sections for brief in section.briefs):
        own = [(brief.url, brief.source), *((also.url, also.source) for also in brief.also)]
        for address, source in own:
            if url := safe_link(address):
                yield ArticleLink(
                    name=link_name(url),
                    url=url,
                    story_id=brief.story_id,
                    headline=brief.headline,
                    source=source,
                )
