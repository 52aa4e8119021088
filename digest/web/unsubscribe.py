"""How does a reader leave by a link? GET shows a button, POST does it, both without a log-in.

A mailbox provider's button posts `List-Unsubscribe=One-Click` by itself (RFC 8058): no cookie, no
redirect, no further question, and the same answer however often it is asked. Scanners that follow
links only ever GET, and a GET changes nothing.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digest.compose.typography import typeset
from digest.web.pages import Pages
from digest.web.security import small_body
from subscribers.addresses import masked
from subscribers.errors import TokenError
from subscribers.model import Evidence, Membership, SubscriptionState
from subscribers.subscriptions import membership, unsubscribe
from subscribers.tokens import Unsubscription, read_unsubscribe_token

_ONE_CLICK = re.compile(rb'List-Unsubscribe(=|"\s+)One-Click')
"""As a form's body, or as a part of multipart/form-data."""
_FROM_PAGE = b"from=page"


def unsubscribe_routes(pages: Pages) -> APIRouter:
    """Give the routes under /u/."""
    router = APIRouter()

    @router.api_route("/u/{token}", methods=["GET", "HEAD", "POST"])
    def show_or_leave(
        request: Request, token: str, body: Annotated[bytes, Depends(small_body)]
    ) -> Response:
        asked = _read(pages, token)
        if asked is None:
            return pages.notice(request, 404, "bad_link")
        if request.method != "POST":
            return _show(pages, request, asked)
        _leave(pages, asked, Evidence(origin=_origin(body), network=_network(request)))
        return _left(pages, request, asked, _place(pages, asked))

    return router


def _read(pages: Pages, token: str) -> Unsubscription | None:
    try:
        return read_unsubscribe_token(pages.newsroom.secret_key, token)
    except TokenError:
        return None


def _place(pages: Pages, asked: Unsubscription) -> Membership | None:
    with pages.newsroom.database.read() as connection:
        return membership(connection, asked.subscriber_id, asked.list_name)


def _show(pages: Pages, request: Request, asked: Unsubscription) -> HTMLResponse:
    place = _place(pages, asked)
    if place is None or place.state is SubscriptionState.UNSUBSCRIBED:
        return _left(pages, request, asked, place)
    return pages.page(
        "unsubscribe.html",
        pages.language(request, place.language),
        newsletter=_newsletter(pages, asked, place),
        address=masked(place.address),
    )


def _leave(pages: Pages, asked: Unsubscription, evidence: Evidence) -> None:
    with pages.newsroom.database.write() as connection:
        unsubscribe(
            connection,
            secret_key=pages.newsroom.secret_key,
            subscriber_id=asked.subscriber_id,
            list_name=asked.list_name,
            evidence=evidence,
            now=pages.newsroom.clock(),
        )


def _left(
    pages: Pages, request: Request, asked: Unsubscription, place: Membership | None
) -> HTMLResponse:
    language = pages.language(request, place.language if place else "")
    return pages.page("unsubscribed.html", language, newsletter=_newsletter(pages, asked, place))


def _newsletter(pages: Pages, asked: Unsubscription, place: Membership | None) -> str:
    """Name what is left as the mail does: the list's newsletters, each set in its language."""
    newsletters = pages.newsroom.schedule.newsletters.values()
    titles = [
        typeset(one.title, one.language) for one in newsletters if one.list == asked.list_name
    ]
    own = typeset(place.title, place.language) if place else asked.list_name
    return ", ".join(titles) or own


def _origin(body: bytes) -> str:
    if _ONE_CLICK.search(body):
        return "one-click"
    return "page" if _FROM_PAGE in body else "post"


def _network(request: Request) -> str:
    return request.client.host if request.client else ""
