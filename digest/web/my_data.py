"""What is kept of a reader, for the reader: looked at, taken along, erased.

The token of /d/ was mailed to the reader's address and is good for a day; that of a mail's foot
only asks for it, and gets the same answer whoever it is of. GET changes nothing; erasing is asked
about once more.
"""

from collections.abc import Callable
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digest.compose.draft import section_title
from digest.compose.typography import typeset
from digest.compose.wording import long_date
from digest.pipeline.own_data import ask_for_data, erase, everything, holding_of
from digest.schedule.fields import LANGUAGES
from digest.web.forms import fields_of, only
from digest.web.links import asked_by, language_of, title_of_list, visit_of
from digest.web.pages import Pages
from digest.web.security import small_body
from subscribers.errors import TokenError
from subscribers.people import Holding
from subscribers.tokens import read_data_token

_FILE = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"}
_READABLE = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
Body = Annotated[bytes, Depends(small_body)]


def data_routes(pages: Pages) -> APIRouter:
    """Give /p/…/data and the routes under /d/."""
    router = APIRouter()

    @router.post("/p/{token}/data")
    def ask(request: Request, token: str, _body: Body) -> Response:
        asked = asked_by(pages, token)
        if asked is None:
            return pages.notice(request, 404, "bad_link")
        ask_for_data(pages.newsroom, asked.subscriber_id)
        language = language_of(pages, request, visit_of(pages, token, asked))
        return pages.page("data_asked.html", language)

    @router.api_route("/d/{token}", methods=["GET", "HEAD"])
    def show(request: Request, token: str) -> Response:
        return _opened(pages, request, token, lambda _, holding: _show(pages, token, holding))

    @router.post("/d/{token}/download")
    def download(request: Request, token: str, _body: Body) -> Response:
        return _opened(pages, request, token, lambda reader, _: _file(pages, request, reader))

    @router.post("/d/{token}/erase")
    def erase_all(request: Request, token: str, body: Body) -> Response:
        return _opened(
            pages,
            request,
            token,
            lambda reader, holding: _erase(pages, token, body, reader, holding),
        )

    return router


def _opened(
    pages: Pages, request: Request, token: str, answer: Callable[[int, Holding], Response]
) -> Response:
    """Answer by what is held of whom the token speaks for; kindly when there is nothing."""
    try:
        reader = read_data_token(pages.newsroom.secret_key, token, pages.newsroom.clock())
    except TokenError:
        return pages.notice(request, 404, "data_link")
    holding = holding_of(pages.newsroom, reader)
    return _nothing(pages, request) if holding is None else answer(reader, holding)


def _nothing(pages: Pages, request: Request) -> HTMLResponse:
    return pages.page("data_nothing.html", pages.language(request))


def _show(pages: Pages, token: str, holding: Holding) -> HTMLResponse:
    language, zone, person = _language(holding), _timezone(pages), holding.subscriber
    return pages.page(
        "data.html",
        language,
        token=token,
        person=person,
        themes=[_theme(pages, theme, language) for theme in (person.themes if person else ())],
        places=[
            (
                title_of_list(pages, place.list, place),
                place.state,
                long_date(place.confirmed_at or place.asked_at, language, zone),
            )
            for place in holding.memberships
        ],
        since=long_date(person.created_at, language, zone) if person else "",
        consents=len(holding.consents),
        suppressed=holding.suppression is not None,
    )


def _theme(pages: Pages, name: str, language: str) -> str:
    """Name a theme as readers know it; one that is gone from the schedule by its own name."""
    schedule = pages.newsroom.schedule
    return (
        typeset(section_title(name, schedule, language), language)
        if name in schedule.themes
        else name
    )


def _file(pages: Pages, request: Request, reader: int) -> Response:
    stored = everything(pages.newsroom, reader)
    if stored is None:  # erased a moment ago
        return _nothing(pages, request)
    text = orjson.dumps(stored, option=_READABLE)
    return Response(text, media_type="application/json", headers=_FILE)


def _erase(pages: Pages, token: str, body: bytes, reader: int, holding: Holding) -> HTMLResponse:
    fields, language = fields_of(body), _language(holding)
    if only(fields, "sure") == "yes":
        erase(pages.newsroom, reader, pages.newsroom.clock())
        return pages.page("data_erased.html", language)
    forgotten = "asked" in fields
    return pages.page(
        "data_erase.html",
        language,
        status=422 if forgotten else 200,
        token=token,
        address=holding.subscriber.address if holding.subscriber else "",
        mistake=forgotten,
    )


def _language(holding: Holding) -> str:
    language = holding.subscriber.language if holding.subscriber else ""
    return language if language in LANGUAGES else LANGUAGES[0]


def _timezone(pages: Pages) -> str:
    return next(iter(pages.newsroom.schedule.newsletters.values())).timezone
