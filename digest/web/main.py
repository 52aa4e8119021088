"""What answers over HTTP? The app, put together from its parts."""

from fastapi import FastAPI
from starlette.responses import Response

from digest.pipeline.gauges import registry_of
from digest.pipeline.newsroom import Newsroom
from digest.web.archive import archive_routes
from digest.web.confirm import confirm_routes
from digest.web.events import event_routes
from digest.web.failures import answer_failures
from digest.web.feed import feed_routes
from digest.web.health import health_routes
from digest.web.metrics import metrics_routes
from digest.web.my_data import data_routes
from digest.web.pages import Pages, open_pages
from digest.web.pictures import picture_routes
from digest.web.preferences import preference_routes
from digest.web.redirects import redirect_routes
from digest.web.robots import robot_routes
from digest.web.security import SecurityHeaders
from digest.web.subscribe import subscribe_routes
from digest.web.unsubscribe import unsubscribe_routes

_KEEP = {"Cache-Control": "public, max-age=3600"}


def create_app(newsroom: Newsroom) -> FastAPI:
    """Make the app. It shows nobody a machine-readable description of itself."""
    pages = open_pages(newsroom)
    app = FastAPI(title="digest", openapi_url=None, redirect_slashes=False)
    app.add_middleware(SecurityHeaders, https=newsroom.site_url.startswith("https://"))
    app.include_router(unsubscribe_routes(pages))
    app.include_router(preference_routes(pages))
    app.include_router(data_routes(pages))
    app.include_router(redirect_routes(pages))
    app.include_router(subscribe_routes(pages))
    app.include_router(confirm_routes(pages))
    app.include_router(feed_routes(pages))
    app.include_router(archive_routes(pages))
    app.include_router(robot_routes(pages))
    app.include_router(picture_routes(newsroom.database))
    app.include_router(event_routes(newsroom))
    app.include_router(health_routes(newsroom.database))
    if newsroom.metrics_token:
        app.include_router(metrics_routes(registry_of(newsroom), newsroom.metrics_token))
    _serve_style(app, pages)
    answer_failures(app, pages)
    return app


def _serve_style(app: FastAPI, pages: Pages) -> None:
    @app.api_route("/style.css", methods=["GET", "HEAD"])
    def style() -> Response:
        return Response(pages.style(), media_type="text/css", headers=_KEEP)

    @app.api_route("/archive.css", methods=["GET", "HEAD"])
    def archive_style() -> Response:
        return Response(pages.style("archive.css"), media_type="text/css", headers=_KEEP)
