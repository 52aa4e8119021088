"""How does a reader change what they get? By the link in each mail, without a log-in.

GET shows how things stand and changes nothing. POST takes all over or nothing. The token in the
address is what allows it: no cookie is asked for, so no other site can act for a reader.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digest.compose.draft import section_title
from digest.compose.typography import typeset
from digest.compose.wording import catalogue, long_date
from digest.web.forms import Fields, fields_of
from digest.web.links import (
    Visit,
    asked_by,
    language_of,
    network_of,
    newsletters_of,
    title_of,
    visit_of,
)
from digest.web.pages import Pages
from digest.web.security import small_body
from digest.web.unsubscribe import farewell
from digest.web.wishes import Form, Mistake, Offer, form_of, form_sent, read_wishes
from subscribers.addresses import masked
from subscribers.choices import Preferences, choices_of, choose
from subscribers.model import Evidence

TRACKING_WORDING = (
    "You may measure which issues I open and which links I follow, to improve the newsletter."
)
"""What a reader agrees to; it stands in the template in these words."""


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """A visit by who is on the list, with all that the page is made of."""

    pages: Pages
    request: Request
    visit: Visit
    chosen: Preferences
    offer: Offer


def preference_routes(pages: Pages) -> APIRouter:
    """Give the routes under /p/."""
    router = APIRouter()

    @router.api_route("/p/{token}", methods=["GET", "HEAD", "POST"])
    def show_or_choose(
        request: Request, token: str, body: Annotated[bytes, Depends(small_body)]
    ) -> Response:
        asked = asked_by(pages, token)
        if asked is None:
            return pages.notice(request, 404, "bad_link")
        visit = visit_of(pages, token, asked)
        desk = _open(pages, request, visit)
        if desk is None:
            return farewell(pages, request, visit)
        if request.method != "POST":
            return _show(desk, form_of(desk.chosen, desk.offer))
        return _choose(desk, fields_of(body))

    return router


def _open(pages: Pages, request: Request, visit: Visit) -> _Desk | None:
    """Lay out what a reader can choose; None for who has left."""
    with pages.newsroom.database.read() as connection:
        chosen = choices_of(connection, visit.reader_id, visit.list_name)
    if chosen is None:
        return None
    offer = _offer(pages, visit, pages.language(request, chosen.language))
    return _Desk(pages=pages, request=request, visit=visit, chosen=chosen, offer=offer)


def _offer(pages: Pages, visit: Visit, language: str) -> Offer:
    schedule, timezone = pages.newsroom.schedule, _timezone(pages, visit)
    names = [name for one in newsletters_of(pages, visit.list_name) for name in one.sections]
    return Offer(
        themes={
            name: typeset(section_title(name, schedule, language), language)
            for name in dict.fromkeys(names)
        },
        tracking=schedule.site.tracking,
        today=visit.now.astimezone(ZoneInfo(timezone)).date(),
        timezone=timezone,
    )


def _timezone(pages: Pages, visit: Visit) -> str:
    every = pages.newsroom.schedule.newsletters.values()
    return next(iter(newsletters_of(pages, visit.list_name) or every)).timezone


def _choose(desk: _Desk, fields: Fields) -> HTMLResponse:
    wanted = read_wishes(fields, desk.chosen, desk.offer)
    if not isinstance(wanted, Preferences):
        return _show(desk, form_sent(fields), wanted)
    newsroom, visit = desk.pages.newsroom, desk.visit
    with newsroom.database.write() as connection:
        kept = choose(
            connection,
            secret_key=newsroom.secret_key,
            subscriber_id=visit.reader_id,
            list_name=visit.list_name,
            wanted=wanted,
            offered=tuple(desk.offer.themes),
            evidence=_evidence(desk),
            now=visit.now,
        )
    if not kept:  # they left while the form was on its way
        return farewell(desk.pages, desk.request, replace(visit, place=None))
    return _saved(desk, wanted)


def _evidence(desk: _Desk) -> Evidence:
    """Keep the words as they stood on the page, and know them again by their hash."""
    language = language_of(desk.pages, desk.request, desk.visit)
    words = typeset(catalogue(language).gettext(TRACKING_WORDING), language)
    version = hashlib.sha256(f"{language}\n{words}".encode()).hexdigest()[:16]
    network = network_of(desk.request)
    return Evidence(origin="preferences", wording=words, wording_version=version, network=network)


def _show(desk: _Desk, form: Form, mistakes: list[Mistake] | None = None) -> HTMLResponse:
    visit, language = desk.visit, language_of(desk.pages, desk.request, desk.visit)
    return desk.pages.page(
        "preferences.html",
        language,
        status=422 if mistakes else 200,
        newsletter=title_of(desk.pages, visit),
        address=masked(visit.place.address) if visit.place else "",
        token=visit.token,
        form=form,
        offer=desk.offer,
        mistakes=frozenset(mistakes or ()),
        last_day=_long(desk, desk.offer.last_day, language),
    )


def _saved(desk: _Desk, wanted: Preferences) -> HTMLResponse:
    """Say what is stored now, in the language that was chosen a moment ago."""
    language = wanted.language
    offer = _offer(desk.pages, desk.visit, language)
    chosen = [title for name, title in offer.themes.items() if name in wanted.themes]
    until = wanted.paused_until
    return desk.pages.page(
        "preferences_saved.html",
        language,
        newsletter=title_of(desk.pages, desk.visit),
        token=desk.visit.token,
        themes=[] if len(chosen) == len(offer.themes) else chosen,
        wanted=wanted,
        offer=offer,
        until=long_date(until, language, offer.timezone) if until else "",
    )


def _long(desk: _Desk, day: date, language: str) -> str:
    noon = datetime.combine(day, time(12), ZoneInfo(desk.offer.timezone))
    return long_date(noon, language, desk.offer.timezone)
