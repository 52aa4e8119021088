"""How does a reader leave by a link? GET shows a button, POST does it, both without a log-in.

A mailbox provider's button posts `List-Unsubscribe=One-Click` by itself (RFC 8058): no cookie, no
redirect, no further question, and the same answer however often it is asked. Scanners that follow
links only ever GET, and a GET changes nothing.

Who left by mistake takes it back on the page that says so, for an hour: by a field that only this
page's button sends, so that no program's repeated one-click does it.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digest.web.forms import fields_of, only
from digest.web.links import Visit, asked_by, language_of, network_of, title_of, visit_of
from digest.web.pages import Pages
from digest.web.security import small_body
from subscribers.addresses import masked
from subscribers.model import Evidence
from subscribers.subscriptions import unsubscribe
from subscribers.tokens import Unsubscription
from subscribers.undoing import undo

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
        asked = asked_by(pages, token)
        if asked is None:
            return pages.notice(request, 404, "bad_link")
        if request.method == "POST":
            _leave(pages, asked, Evidence(origin=_origin(body), network=network_of(request)))
        return _show(pages, request, visit_of(pages, token, asked))

    @router.post("/u/{token}/undo")
    def come_back(
        request: Request, token: str, body: Annotated[bytes, Depends(small_body)]
    ) -> Response:
        asked = asked_by(pages, token)
        if asked is None:
            return pages.notice(request, 404, "bad_link")
        if _ONE_CLICK.search(body) or only(fields_of(body), "undo") != "yes":
            raise HTTPException(400)
        return _come_back(pages, request, token, asked)

    return router


def farewell(pages: Pages, request: Request, visit: Visit, *, status: int = 200) -> HTMLResponse:
    """Tell a reader that they are not on the list, and how they would be again."""
    return pages.page(
        "unsubscribed.html",
        language_of(pages, request, visit),
        status=status,
        newsletter=title_of(pages, visit),
        token=visit.token,
        may_return=visit.may_return,
        too_late=status != 200,
    )


def _show(pages: Pages, request: Request, visit: Visit) -> HTMLResponse:
    if visit.place is None or not visit.is_on:
        return farewell(pages, request, visit)
    return pages.page(
        "unsubscribe.html",
        language_of(pages, request, visit),
        newsletter=title_of(pages, visit),
        address=masked(visit.place.address),
        token=visit.token,
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


def _come_back(pages: Pages, request: Request, token: str, asked: Unsubscription) -> Response:
    with pages.newsroom.database.write() as connection:
        back = undo(
            connection,
            secret_key=pages.newsroom.secret_key,
            subscriber_id=asked.subscriber_id,
            list_name=asked.list_name,
            evidence=Evidence(origin="undo", network=network_of(request)),
            now=pages.newsroom.clock(),
        )
    visit = visit_of(pages, token, asked)
    if not back:
        return farewell(pages, request, visit, status=409)
    language, title = language_of(pages, request, visit), title_of(pages, visit)
    return pages.page("undone.html", language, newsletter=title, token=token)


def _origin(body: bytes) -> str:
    if _ONE_CLICK.search(body):
        return "one-click"
    return "page" if _FROM_PAGE in body else "post"
