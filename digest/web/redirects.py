"""Where does a counted link lead? On to the article, at once; what is counted names nobody.

Only readers who agreed have such links in their mails. A token that is not ours leads nowhere: no
address is ever taken from a request. Who asks is looked at to tell readers from machines, and
forgotten; no cookie is set.
"""

import re

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from digest.pipeline.clicks import Tally
from digest.pipeline.links import follow
from digest.web.pages import Pages

_ADVANCE = ("purpose", "sec-purpose", "x-purpose", "x-moz")
"""Headers of who fetches what a reader may want later, or never: prefetch, prerender, preview."""
_MACHINES = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|scan|proxy|headless|monitor|validator|existence disc"
    r"|barracuda|proofpoint|mimecast|fortinet|ironport|symantec|trendmicro|sophos|zscaler"
    r"|facebookexternalhit|whatsapp|curl/|wget/|libwww|python|httpx|java/|okhttp|go-http-client",
    re.IGNORECASE,
)
"""Names by which mail filters, previews of links and programs call themselves. Those that pass for
browsers count: a number is never quite the readers'."""


def redirect_routes(pages: Pages) -> APIRouter:
    """Give the routes under /l/."""
    router, tally = APIRouter(), Tally(pages.newsroom)

    @router.api_route("/l/{token}", methods=["GET", "HEAD"])
    def lead_on(request: Request, token: str) -> Response:
        followed = follow(pages.newsroom, token)
        if followed is None:
            return pages.notice(request, 404, "lost_link")
        counts = pages.newsroom.schedule.site.tracking and _is_a_reader(request)
        after = BackgroundTask(tally.count, followed.click) if counts else None
        return Response(status_code=302, headers={"Location": followed.url}, background=after)

    return router


def _is_a_reader(request: Request) -> bool:
    """Guess whether a person follows the link now; a page's picture or frame is none."""
    told = request.headers
    name = told.get("user-agent", "")
    return (
        request.method == "GET"
        and not any(header in told for header in _ADVANCE)
        and told.get("sec-fetch-dest", "document") == "document"
        and bool(name)
        and not _MACHINES.search(name)
    )
