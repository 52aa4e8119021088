"""Whose link was opened? What the pages behind a reader's own token share."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from digest.compose.typography import typeset
from digest.schedule.values import Newsletter
from digest.web.pages import Pages
from subscribers.errors import TokenError
from subscribers.model import Membership, SubscriptionState
from subscribers.subscriptions import membership
from subscribers.tokens import Unsubscription, read_unsubscribe_token
from subscribers.undoing import can_undo


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A reader's link that was opened, and how they stand on its list."""

    token: str
    reader_id: int
    list_name: str
    now: datetime
    place: Membership | None
    """None for who is erased, or never was on the list."""
    may_return: bool = False
    """Whether they left so lately that it can be undone."""

    @property
    def is_on(self) -> bool:
        """Whether there is a place to leave."""
        return self.place is not None and self.place.state is not SubscriptionState.UNSUBSCRIBED


def asked_by(pages: Pages, token: str) -> Unsubscription | None:
    """Read a reader's token; None for one that is not ours."""
    try:
        return read_unsubscribe_token(pages.newsroom.secret_key, token)
    except TokenError:
        return None


def visit_of(pages: Pages, token: str, asked: Unsubscription) -> Visit:
    """Find out how things stand for who opened a link."""
    who, now = (asked.subscriber_id, asked.list_name), pages.newsroom.clock()
    with pages.newsroom.database.read() as connection:
        return Visit(
            token=token,
            reader_id=asked.subscriber_id,
            list_name=asked.list_name,
            now=now,
            place=membership(connection, *who),
            may_return=can_undo(connection, *who, now),
        )


def language_of(pages: Pages, request: Request, visit: Visit) -> str:
    """Choose the reader's own language, else the browser's."""
    return pages.language(request, visit.place.language if visit.place else "")


def newsletters_of(pages: Pages, list_name: str) -> list[Newsletter]:
    """Give the newsletters that go to a list, in the schedule's order."""
    newsletters = pages.newsroom.schedule.newsletters.values()
    return [one for one in newsletters if one.list == list_name]


def title_of(pages: Pages, visit: Visit) -> str:
    """Name the list of a link as readers know it."""
    return title_of_list(pages, visit.list_name, visit.place)


def title_of_list(pages: Pages, list_name: str, place: Membership | None) -> str:
    """Name a list as the mail does: by its newsletters, each set in its language."""
    titles = [typeset(one.title, one.language) for one in newsletters_of(pages, list_name)]
    own = typeset(place.title, place.language) if place else list_name
    return ", ".join(titles) or own


def network_of(request: Request) -> str:
    """Give the network address that asks, for the evidence; only its keyed hash is kept."""
    return request.client.host if request.client else ""
