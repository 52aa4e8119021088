"""Where do mails and pages show kept pictures from? One path a picture; nobody is told of a reader.

All readers of a picture ask for the same address, so who asks for it says nothing of who they are.
"""

import re

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from digest.model.picture import KINDS, PATH
from digest.storage import pictures
from digest.web.caching import lasting
from subscribers.database import Database

_NAME = re.compile(rf"[0-9a-f]{{32}}\.(?:{'|'.join(KINDS.values())})")


def picture_routes(database: Database) -> APIRouter:
    """Give /pictures/…."""
    router = APIRouter()

    @router.api_route(PATH + "{name}", methods=["GET", "HEAD"])
    def picture(request: Request, name: str) -> Response:
        found = None
        if _NAME.fullmatch(name):
            with database.read() as connection:
                found = pictures.read(connection, name)
        if found is None:
            raise HTTPException(404)
        kind, data = found
        response = Response(data, media_type=kind)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail read in browsers
        return lasting(request, response, name)

    return router
