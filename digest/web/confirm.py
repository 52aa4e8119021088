"""How does a reader confirm by the link that was mailed? GET shows a button, POST does it.

Scanners that follow links only ever GET, and a GET changes nothing.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from digest.compose.typography import typeset
from digest.pipeline.joining import confirm_reader
from digest.web.offers import Offer, offers, words
from digest.web.pages import Pages
from digest.web.security import small_body
from subscribers.addresses import masked
from subscribers.errors import TokenError
from subscribers.model import Evidence, Membership, SubscriptionState
from subscribers.subscriptions import membership
from subscribers.tokens import Confirmation, read_confirmation_token, unsubscribe_token

_ORIGIN = "confirmation page"


def confirm_routes(pages: Pages) -> APIRouter:
    """Give the routes under /c/."""
    router = APIRouter()

    @router.api_route("/c/{token}", methods=["GET", "HEAD", "POST"])
    def show_or_confirm(
        request: Request, token: str, _body: Annotated[bytes, Depends(small_body)]
    ) -> Response:
        try:
            if request.method == "POST":
                return _confirmed(pages, request, token)
            return _show(pages, request, token)
        except TokenError:
            return pages.notice(request, 404, "dead_link")

    return router


def _show(pages: Pages, request: Request, token: str) -> Response:
    newsroom = pages.newsroom
    asked = read_confirmation_token(newsroom.secret_key, token, newsroom.clock())
    place = _place(pages, asked)
    if place.state is SubscriptionState.CONFIRMED:
        return _welcome(pages, request, asked, place)
    if place.state is SubscriptionState.UNSUBSCRIBED:
        raise TokenError("they have left since")
    language = pages.language(request, place.language)
    offer = _offer(pages, place)
    return pages.page(
        "confirm.html",
        language,
        newsletter=offer.title,
        address=masked(place.address),
        wording=words(pages, language, [offer]),
    )


def _confirmed(pages: Pages, request: Request, token: str) -> Response:
    newsroom = pages.newsroom
    asked = read_confirmation_token(newsroom.secret_key, token, newsroom.clock())
    place = _place(pages, asked)
    shown = words(pages, pages.language(request, place.language), [_offer(pages, place)])
    evidence = Evidence(
        origin=_ORIGIN,
        wording=shown.text,
        wording_version=shown.version,
        network=request.client.host if request.client else "",
    )
    confirm_reader(newsroom, token, evidence)
    return _welcome(pages, request, asked, place)


def _welcome(pages: Pages, request: Request, asked: Confirmation, place: Membership) -> Response:
    return pages.page(
        "confirmed.html",
        pages.language(request, place.language),
        newsletter=_offer(pages, place).title,
        address=masked(place.address),
        preferences="/p/"
        + unsubscribe_token(pages.newsroom.secret_key, asked.subscriber_id, asked.list_name),
    )


def _place(pages: Pages, asked: Confirmation) -> Membership:
    with pages.newsroom.database.read() as connection:
        place = membership(connection, asked.subscriber_id, asked.list_name)
    if place is None:
        raise TokenError("nobody waits there: they were erased")
    return place


def _offer(pages: Pages, place: Membership) -> Offer:
    """Give what is confirmed; a list without a newsletter goes by its own title."""
    own = Offer(list_name=place.list, title=typeset(place.title, place.language), themes=())
    return offers(pages).get(place.list, own)
