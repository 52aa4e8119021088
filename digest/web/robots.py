"""What may search engines read, and what is there? robots.txt (RFC 9309) and the sitemap."""

from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Request
from starlette.responses import Response

from digest.pipeline import archive
from digest.pipeline.archive import path_of
from digest.web.caching import public
from digest.web.offers import offers
from digest.web.pages import Pages

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
CLOSED = ("/u/", "/p/", "/c/", "/d/", "/l/", "/events", "/metrics", "/healthz", "/readyz")
"""Paths that hold a token, or nothing to read."""


def robot_routes(pages: Pages) -> APIRouter:
    """Give /robots.txt and /sitemap.xml."""
    router = APIRouter()

    @router.api_route("/robots.txt", methods=["GET", "HEAD"])
    def robots(request: Request) -> Response:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
        lines.append(f"Sitemap: {pages.newsroom.site_url}/sitemap.xml")
        return public(request, Response("\n".join(lines) + "\n", media_type="text/plain"))

    @router.api_route("/sitemap.xml", methods=["GET", "HEAD"])
    def sitemap(request: Request) -> Response:
        found = archive.places(pages.newsroom)
        return public(request, Response(_map(pages, found), media_type="application/xml"))

    return router


def _map(pages: Pages, found: list[archive.Place]) -> bytes:
    urls = Element("urlset", {"xmlns": SITEMAP})
    names = archive.open_archives(pages.newsroom)
    form = ("/subscribe",) if offers(pages) else ()
    for path in ("/", *form, *(path_of(name) for name in names)):
        SubElement(SubElement(urls, "url"), "loc").text = pages.newsroom.site_url + path
    for place in found:
        url = SubElement(urls, "url")
        path = path_of(place.newsletter, place.number)
        SubElement(url, "loc").text = pages.newsroom.site_url + path
        SubElement(url, "lastmod").text = place.changed_at.isoformat(timespec="seconds")
    xml: bytes = tostring(urls, encoding="utf-8", xml_declaration=True)
    return xml
