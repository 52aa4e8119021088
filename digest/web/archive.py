"""What can anybody read here? The newsletters, their past issues, and what tells of them.

Whoever reads these pages is asked nothing and told nothing of other readers; they hold no link of
anybody's own. Machines read /sitemap.xml, /robots.txt and each newsletter's feed.xml.
"""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from starlette.responses import Response

from digest.compose.page import Page, lay_out
from digest.compose.typography import typeset
from digest.compose.wording import long_date
from digest.model.issue import Issue
from digest.pipeline import archive
from digest.schedule.values import Newsletter
from digest.web.atom import Entry, Feed, feed_of, sitemap_of
from digest.web.caching import answered
from digest.web.pages import Pages, brand_of

_DIGITS = 9
"""Of an issue's number or a page's: a longer one is none of ours."""
_FED = 20
"""Issues in a feed."""
_ROBOTS = """User-agent: *
Disallow: /u/
Disallow: /p/
Disallow: /c/
Disallow: /d/
Disallow: /events
Sitemap: {site}/sitemap.xml
"""
_READ = ["GET", "HEAD"]


def archive_routes(pages: Pages) -> APIRouter:
    """Give / and what is under /archive/, the site map and what robots ask first."""
    router = APIRouter()
    _for_people(router, pages)
    _for_machines(router, pages)
    return router


def _for_people(router: APIRouter, pages: Pages) -> None:
    @router.api_route("/", methods=_READ)
    def home(request: Request) -> Response:
        return _home(pages, request)

    @router.api_route("/archive/{key}", methods=_READ)
    def shelf(request: Request, key: str, page: str = "1") -> Response:
        return _shelf(pages, request, key, page)

    @router.api_route("/archive/{key}/{number}", methods=_READ)
    def issue(request: Request, key: str, number: str) -> Response:
        if number == "feed.xml":
            return _feed(pages, request, key)
        return _issue(pages, request, key, number)


def _for_machines(router: APIRouter, pages: Pages) -> None:
    site = pages.newsroom.site_url

    @router.api_route("/sitemap.xml", methods=_READ)
    def sitemap(request: Request) -> Response:
        urls: list[tuple[str, datetime | None]] = [(f"{site}/", None), (f"{site}/subscribe", None)]
        for key, issues in archive.everything(pages.newsroom):
            urls.append((f"{site}/archive/{key}", issues[0].changed_at if issues else None))
            urls += [(f"{site}{_path(one)}", one.changed_at) for one in issues]
        return answered(request, sitemap_of(urls), "application/xml")

    @router.api_route("/robots.txt", methods=_READ)
    def robots() -> Response:
        return PlainTextResponse(_ROBOTS.format(site=site))


def _home(pages: Pages, request: Request) -> Response:
    language = pages.language(request)
    shelves = [archive.shelf(pages.newsroom, key) for key in pages.newsroom.schedule.newsletters]
    values: dict[str, Any] = {
        "url": f"{pages.newsroom.site_url}/",
        "newsletters": [
            {
                "title": typeset(one.newsletter.title, one.newsletter.language),
                "path": f"/archive/{one.key}",
                "language": one.newsletter.language,
                "issues": _listed(one.newsletter, one.issues[:3]),
            }
            for one in shelves
            if one is not None
        ],
    }
    return _shown(pages, request, "home.html", language, values)


def _shelf(pages: Pages, request: Request, key: str, page: str) -> Response:
    found = archive.shelf(pages.newsroom, key, _number(page))
    if found is None:
        return pages.notice(request, 404, "not_found")
    language, path = found.newsletter.language, f"/archive/{key}"
    values: dict[str, Any] = {
        "newsletter": typeset(found.newsletter.title, language),
        "url": f"{pages.newsroom.site_url}{_paged(path, found.page)}",
        "feed": f"{path}/feed.xml",
        "issues": _listed(found.newsletter, found.issues),
        "newer": _paged(path, found.page - 1) if found.page > 1 else "",
        "older": _paged(path, found.page + 1) if found.page < found.pages else "",
        "page": found.page,
    }
    return _shown(pages, request, "shelf.html", language, values)


def _issue(pages: Pages, request: Request, key: str, number: str) -> Response:
    found = archive.past_issue(pages.newsroom, key, _number(number))
    if found is None:
        return pages.notice(request, 404, "not_found")
    page = _laid_out(pages, found)
    values: dict[str, Any] = {
        "page": page,
        "url": f"{pages.newsroom.site_url}{_path(found)}",
        "published": found.slot.isoformat(),
        "shelf": f"/archive/{key}",
        "feed": f"/archive/{key}/feed.xml",
    }
    return _shown(pages, request, "issue.html", page.language, values)


def _feed(pages: Pages, request: Request, key: str) -> Response:
    found = archive.shelf(pages.newsroom, key)
    if found is None:
        return pages.notice(request, 404, "not_found")
    site, schedule = pages.newsroom.site_url, pages.newsroom.schedule
    feed = Feed(
        key=f"{schedule.site.organisation}/{key}",
        title=typeset(found.newsletter.title, found.newsletter.language),
        author=schedule.site.organisation,
        language=found.newsletter.language,
        url=f"{site}/archive/{key}",
        entries=tuple(_entry(pages, one) for one in found.issues[:_FED]),
    )
    return answered(request, feed_of(feed), "application/atom+xml")


def _entry(pages: Pages, issue: Issue) -> Entry:
    page = _laid_out(pages, issue)
    stories = pages.templates[page.language].get_template("stories.html").render(page=page)
    return Entry(
        key=f"{issue.newsletter}/{issue.number}/{issue.created_at.isoformat()}",
        title=page.subject,
        url=f"{pages.newsroom.site_url}{_path(issue)}",
        published=issue.slot,
        updated=issue.sent_at or issue.slot,
        summary=page.preheader,
        html=stories,
    )


def _laid_out(pages: Pages, issue: Issue) -> Page:
    schedule = pages.newsroom.schedule
    newsletter = schedule.newsletters[issue.newsletter]
    return lay_out(issue, newsletter, schedule.site, brand_of(pages.newsroom))


def _shown(
    pages: Pages, request: Request, template: str, language: str, values: dict[str, Any]
) -> Response:
    page = pages.page(template, language, **values)
    kept = {"Content-Language": language, "X-Robots-Tag": "all"}
    return answered(request, bytes(page.body), "text/html; charset=utf-8", kept)


def _listed(newsletter: Newsletter, issues: tuple[Issue, ...]) -> list[dict[str, object]]:
    language = newsletter.language
    return [
        {
            "path": _path(one),
            "number": one.number,
            "subject": typeset(" ".join(one.content.subject.split()), language),
            "day": long_date(one.slot, language, newsletter.timezone),
            "at": one.slot.isoformat(),
        }
        for one in issues
    ]


def _path(issue: Issue) -> str:
    return f"/archive/{issue.newsletter}/{issue.number}"


def _paged(path: str, page: int) -> str:
    return path if page == 1 else f"{path}?page={page}"


def _number(text: str) -> int:
    """Read a number as we write it; 0 for anything else."""
    plain = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if plain and not text.startswith("0") else 0
