"""How does a feed reader follow a newsletter? Its latest public issues as Atom (RFC 4287)."""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Request
from starlette.responses import Response

from digest.compose.page import Page
from digest.compose.typography import typeset
from digest.model.issue import Issue
from digest.pipeline import archive
from digest.pipeline.archive import feed_path, path_of
from digest.pipeline.showing import public_dressing
from digest.schedule.values import Newsletter
from digest.web import reading
from digest.web.archive import open_archive
from digest.web.caching import public
from digest.web.pages import Pages, brand_of

ATOM = "http://www.w3.org/2005/Atom"
LATEST = 15
"""Issues in a feed: a quarter of a year of a weekly."""
BEFORE_ALL = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""When a feed without issues was updated: it has to say something that stays."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML can't hold in any spelling (w3.org/TR/xml, Char)."""


def feed_routes(pages: Pages) -> APIRouter:
    """Give /archive/…/feed.xml."""
    router = APIRouter()

    @router.api_route("/archive/{newsletter}/feed.xml", methods=["GET", "HEAD"])
    def feed(request: Request, newsletter: str) -> Response:
        plan = open_archive(pages, newsletter)
        issues = archive.latest(pages.newsroom, newsletter, LATEST)
        xml = atom(pages, newsletter, plan, issues)
        response = Response(xml, media_type="application/atom+xml")
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # readers in browsers
        return public(request, response)

    return router


def atom(pages: Pages, newsletter: str, plan: Newsletter, issues: list[Issue]) -> bytes:
    """Write a feed; its ids stay the same as long as the newsletter's name and address do."""
    site = pages.newsroom.site_url
    feed = Element("feed", {"xmlns": ATOM, _LANGUAGE: plan.language})
    _text(feed, "id", site + path_of(newsletter))
    _text(feed, "title", typeset(plan.title, plan.language))
    if plan.about:
        _text(feed, "subtitle", reading.about_of(plan))
    newest = max(map(_appeared_at, issues), default=BEFORE_ALL)
    _text(feed, "updated", _moment(newest))
    author = SubElement(feed, "author")
    _text(author, "name", pages.newsroom.schedule.site.organisation)
    _link(feed, "self", "application/atom+xml", site + feed_path(newsletter))
    _link(feed, "alternate", "text/html", site + path_of(newsletter))
    feed.extend(_entries(pages, plan, issues))
    xml: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return xml


def _entries(pages: Pages, plan: Newsletter, issues: list[Issue]) -> Iterator[Element]:
    site, brand = pages.newsroom.schedule.site, brand_of(pages.newsroom)
    template = pages.templates[plan.language].get_template("stories.html")
    for issue in issues:
        dressing = public_dressing(pages.newsroom, issue, site_url=pages.newsroom.site_url)
        page = reading.read(issue, plan, site, brand, plan.language, dressing=dressing)
        html = template.render(page=page, own="", direction=page.direction, colours=brand.colours)
        yield _entry(pages.newsroom.site_url, issue, page, html)


def _entry(site_url: str, issue: Issue, page: Page, html: str) -> Element:
    entry = Element("entry")
    url = site_url + path_of(issue.newsletter, issue.number)
    _text(entry, "id", entry_id(site_url, issue))
    _text(entry, "title", page.subject)
    _text(entry, "published", _moment(_appeared_at(issue)))
    _text(entry, "updated", _moment(_appeared_at(issue)))
    _link(entry, "alternate", "text/html", url)
    if page.preheader:
        _text(entry, "summary", page.preheader)
    _text(entry, "content", html, type="html")
    return entry


def entry_id(site_url: str, issue: Issue) -> str:
    """Name an issue for ever: a tag URI (RFC 4151) of the site's domain and the issue's day."""
    host = urlsplit(site_url).hostname or ""
    return f"tag:{host},{issue.slot.date().isoformat()}:{issue.newsletter}/{issue.number}"


def _appeared_at(issue: Issue) -> datetime:
    """Say since when an issue can be read. Its words don't change after that, only its state does:
    that its sending ended is no news to show a reader again (RFC 4287 §4.2.15).
    """
    return min(issue.slot, issue.changed_at)


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _NO_XML.sub("", text)


def _link(parent: Element, relation: str, kind: str, url: str) -> None:
    SubElement(parent, "link", {"rel": relation, "type": kind, "href": url})


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
