"""How does somebody join by mail? From a form's request to the confirmation and the welcome.

A page never asks who somebody is: it puts a request down (digest.pipeline.signing_up), and what
becomes of it is decided here, by a worker.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection

from digest.model.notice import Notice, NoticeKind, Wish
from digest.pipeline.newsroom import Newsroom
from digest.storage import notices
from subscribers import lists
from subscribers.model import ConfirmationNeeded, Evidence, SubscriptionState
from subscribers.people import Holding, held
from subscribers.seats import Profile, find_seat
from subscribers.subscriptions import confirm, subscribe
from subscribers.tokens import Confirmation, read_confirmation_token

LULLS: Mapping[NoticeKind, timedelta] = {
    NoticeKind.CONFIRM: timedelta(minutes=10),
    NoticeKind.SUBSCRIBED: timedelta(days=1),
}
"""For how long nobody is told the same again, however often a form is sent with their address."""


def join(connection: Connection, newsroom: Newsroom, notice: Notice) -> Wish | str:
    """Take in a form's request; give the mail that must follow, or why none may."""
    title = titles(newsroom).get(notice.list_name)
    if title is None:
        return "no newsletter has this list any more"
    known = lists.ensure(connection, notice.list_name, title, newsroom.clock())
    if known.archived_at is not None:
        return "the list was archived meanwhile"
    needed = subscribe(
        connection,
        secret_key=newsroom.secret_key,
        address=notice.address,
        list_name=notice.list_name,
        evidence=Evidence(**{"origin": "form", **notice.details.get("evidence", {})}),
        now=newsroom.clock(),
        profile=Profile(language=notice.language, themes=tuple(notice.details.get("themes", ()))),
    )
    if needed is not None:
        return _unless_told(connection, newsroom, confirmation(newsroom, needed, notice.language))
    holding = held(connection, secret_key=newsroom.secret_key, address=notice.address)
    if holding.subscriber is None or holding.suppression is not None:
        return "suppressed"
    wish = Wish(
        kind=NoticeKind.SUBSCRIBED,
        address=holding.subscriber.address,
        language=holding.subscriber.language,
        list_name=notice.list_name,
        subscriber_id=holding.subscriber.id,
    )
    return _unless_told(connection, newsroom, wish)


def confirmation(newsroom: Newsroom, needed: ConfirmationNeeded, language: str) -> Wish:
    """Give the mail that asks somebody to confirm."""
    asked = read_confirmation_token(newsroom.secret_key, needed.token, newsroom.clock())
    return Wish(
        kind=NoticeKind.CONFIRM,
        address=needed.address,
        language=language,
        list_name=needed.list,
        subscriber_id=asked.subscriber_id,
        details={"asked": int(asked.asked_at.timestamp())},
    )


def confirm_reader(newsroom: Newsroom, token: str, evidence: Evidence) -> Confirmation:
    """Confirm by the token that was mailed, and ask for the welcome; again, nothing happens.

    Raises:
        TokenError: the token is not ours, has expired, or is older than an unsubscription.
    """
    now = newsroom.clock()
    asked = read_confirmation_token(newsroom.secret_key, token, now)
    with newsroom.database.write() as connection:
        before = find_seat(connection, asked.subscriber_id, asked.list_name)
        confirm(connection, secret_key=newsroom.secret_key, token=token, evidence=evidence, now=now)
        if before is not None and before.state is not SubscriptionState.CONFIRMED:
            notices.ask(connection, _welcome(connection, newsroom, before.address, asked), now)
    return asked


def unwanted(connection: Connection, newsroom: Newsroom, notice: Notice) -> str:
    """Say why a notice is not to be mailed any more; empty: it is."""
    holding = held(connection, secret_key=newsroom.secret_key, address=notice.address)
    if holding.suppression is not None:
        return "suppressed"
    if holding.subscriber is None or holding.subscriber.id != notice.subscriber_id:
        return "erased"
    match notice.kind:
        case NoticeKind.SIGN_UP | NoticeKind.DATA:
            return ""
        case NoticeKind.CONFIRM:
            return _unless_in(holding, notice, SubscriptionState.PENDING)
        case NoticeKind.SUBSCRIBED | NoticeKind.WELCOME:
            return _unless_in(holding, notice, SubscriptionState.CONFIRMED)


def titles(newsroom: Newsroom) -> dict[str, str]:
    """Give the lists that newsletters go to, each with its newsletters' titles."""
    found: dict[str, list[str]] = {}
    for one in newsroom.schedule.newsletters.values():
        found.setdefault(one.list, []).append(one.title)
    return {name: ", ".join(of_list) for name, of_list in found.items()}


def _welcome(connection: Connection, newsroom: Newsroom, address: str, asked: Confirmation) -> Wish:
    person = held(connection, secret_key=newsroom.secret_key, address=address).subscriber
    return Wish(
        kind=NoticeKind.WELCOME,
        address=address,
        language=person.language if person else "fr",
        list_name=asked.list_name,
        subscriber_id=asked.subscriber_id,
    )


def _unless_told(connection: Connection, newsroom: Newsroom, wish: Wish) -> Wish | str:
    since = newsroom.clock() - LULLS[wish.kind]
    return "told so already" if notices.told_since(connection, wish, since) else wish


def _unless_in(holding: Holding, notice: Notice, state: SubscriptionState) -> str:
    places = {place.list: place.state for place in holding.memberships}
    found = places.get(notice.list_name)
    return "" if found is state else f"is {found or 'not on the list'} by now"
