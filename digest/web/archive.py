"""What may anyone read? The newsletters, their past issues, each at an address that lasts.

A page speaks its newsletter's language, or with `?language=` another; the home page speaks the
browser's. The editors' words are the same in all of them.
"""

import re

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from digest.compose.layout import entitle
from digest.compose.typography import typeset
from digest.pipeline import archive
from digest.pipeline.archive import Found, Shelf, feed_path, in_language, path_of
from digest.pipeline.showing import public_dressing
from digest.schedule.fields import LANGUAGES
from digest.schedule.values import Newsletter
from digest.web import reading
from digest.web.caching import public
from digest.web.offers import offers
from digest.web.pages import Pages, brand_of

LATEST = 3
"""Issues of each newsletter on the home page."""
_READ = ["GET", "HEAD"]
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
"""One spelling a number: a page has one address."""


def archive_routes(pages: Pages) -> APIRouter:
    """Give / and what stands under /archive/, but for the feeds."""
    router = APIRouter()

    @router.api_route("/", methods=_READ)
    def home(request: Request) -> Response:
        asked = request.query_params.get("language", "")
        response = _home(pages, _known(asked or pages.language(request)), asked)
        response.headers["Vary"] = "Accept-Language"
        return public(request, response)

    @router.api_route("/archive/{newsletter}", methods=_READ)
    def past_issues(request: Request, newsletter: str) -> Response:
        plan = open_archive(pages, newsletter)
        language = _known(request.query_params.get("language", plan.language))
        number = number_in(request.query_params.get("page", "1"))
        shelf = archive.shelf(pages.newsroom, newsletter, number) if number else None
        if shelf is None:
            raise HTTPException(404)
        response = _shelf(pages, newsletter, plan, shelf, language)
        return public(request, response)

    @router.api_route("/archive/{newsletter}/{number}", methods=_READ)
    def one_issue(request: Request, newsletter: str, number: str) -> Response:
        plan = open_archive(pages, newsletter)
        language = _known(request.query_params.get("language", plan.language))
        known = number_in(number)
        found = archive.find(pages.newsroom, newsletter, known) if known else None
        if found is None:
            raise HTTPException(404)
        response = _issue(pages, plan, found, language)
        return public(request, response)

    return router


def open_archive(pages: Pages, newsletter: str) -> Newsletter:
    """Give a newsletter whose issues anyone may read.

    Raises:
        HTTPException: 404, for any other name.
    """
    plan = archive.open_archives(pages.newsroom).get(newsletter)
    if plan is None:
        raise HTTPException(404)
    return plan


def number_in(text: str) -> int:
    """Read the number in an address; 0 for what is none, or is spelt another way."""
    return int(text) if _NUMBER.fullmatch(text) else 0


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise HTTPException(404)
    return language


def _home(pages: Pages, language: str, asked: str) -> Response:
    plans = pages.newsroom.schedule.newsletters
    letters = [_letter(pages, name, plan, language) for name, plan in plans.items()]
    return _page(
        pages,
        "home.html",
        language,
        at=reading.address("/", asked, ""),
        letters=letters,
        description=" ".join(one.about for one in letters if one.about),
        feeds=[(one.title, one.feed) for one in letters if one.feed],
        may_join=bool(offers(pages)),
    )


def _letter(pages: Pages, name: str, plan: Newsletter, language: str) -> reading.Letter:
    found = archive.latest(pages.newsroom, name, LATEST) if plan.archive else []
    path = in_language(path_of(name), language, plan.language)
    return reading.Letter(
        title=typeset(plan.title, plan.language),
        own=reading.other_than(language, plan.language),
        about=reading.about_of(plan),
        themes=reading.theme_titles(plan, pages.newsroom.schedule, language),
        archive=path if plan.archive else "",
        feed=feed_path(name) if plan.archive else "",
        lines=tuple(reading.line_of(issue, plan, language) for issue in found),
    )


def _shelf(
    pages: Pages, newsletter: str, plan: Newsletter, shelf: Shelf, language: str
) -> Response:
    def at(number: int) -> str:
        return path_of(newsletter) + (f"?page={number}" if number > 1 else "")

    def turned(number: int) -> str:
        there = 1 <= number <= shelf.pages
        return in_language(at(number), language, plan.language) if there else ""

    return _page(
        pages,
        "archive.html",
        language,
        description=reading.about_of(plan),
        shelf=shelf,
        lines=[reading.line_of(issue, plan, language) for issue in shelf.issues],
        newer=turned(shelf.page - 1),
        older=turned(shelf.page + 1),
        at=reading.address(at(shelf.page), language, plan.language),
        **_common(pages, newsletter, plan, language),
    )


def _issue(pages: Pages, plan: Newsletter, found: Found, language: str) -> Response:
    issue, brand = found.issue, brand_of(pages.newsroom)

    def beside(number: int | None) -> str:
        path = path_of(issue.newsletter, number)
        return in_language(path, language, plan.language) if number else ""

    site, dressing = pages.newsroom.schedule.site, public_dressing(pages.newsroom, issue)
    page = reading.read(issue, plan, site, brand, language, dressing=dressing)
    return _page(
        pages,
        "issue.html",
        language,
        page=page,
        description=page.preheader or " ".join(page.introduction)[:300],
        heading=entitle(issue.content, plan, language),
        colours=brand.colours,
        day=reading.day_of(issue.slot, plan),
        changed=issue.changed_at.isoformat(timespec="seconds"),
        before=beside(found.before),
        after=beside(found.after),
        at=reading.address(path_of(issue.newsletter, issue.number), language, plan.language),
        **_common(pages, issue.newsletter, plan, language),
    )


def _common(pages: Pages, newsletter: str, plan: Newsletter, language: str) -> dict[str, object]:
    """Say what all pages of a newsletter say."""
    title = typeset(plan.title, plan.language)
    return {
        "newsletter": title,
        "own": reading.other_than(language, plan.language),
        "about": reading.about_of(plan),
        "archive": in_language(path_of(newsletter), language, plan.language),
        "feeds": [(title, feed_path(newsletter))],
        "may_join": plan.list in offers(pages),
    }


def _page(pages: Pages, template: str, language: str, **values: object) -> Response:
    return pages.page(
        template,
        language,
        status=200,
        site_url=pages.newsroom.site_url,
        home=in_language("/", language, ""),
        languages=reading.LANGUAGE_NAMES,
        locales=reading.LOCALES,
        **values,
    )
