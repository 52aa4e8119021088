"""How do providers tell what became of mails? Signed posts, answered when they are kept for good.

Nothing of a reader's or a browser's is asked for: no cookie, no token, no form.
"""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from digest.deliver.providers.sendgrid_events import (
    SIGNATURE,
    TIMESTAMP,
    Flaw,
    Post,
    Seal,
    read_post,
)
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.settling import hear
from digest.web.security import body_of

_LARGEST_POST = 4 * 1024 * 1024
"""Bytes. SendGrid writes less than one million."""
_LOG = structlog.get_logger(__name__)


def event_routes(newsroom: Newsroom) -> APIRouter:
    """Give the routes under /events/; whose provider has no key set is told that nobody listens.

    Raises:
        ConfigError: a key is none.
    """
    key = newsroom.event_keys.get("sendgrid")
    return _listening(newsroom, Seal(key)) if key else _deaf()


def _listening(newsroom: Newsroom, seal: Seal) -> APIRouter:
    router = APIRouter()

    @router.post("/events/sendgrid")
    def hear_sendgrid(post: Annotated[Post, Depends(_post)]) -> Response:
        told = read_post(post, seal, newsroom.clock())
        if isinstance(told, Flaw):
            _LOG.warning("events refused", provider="sendgrid", why=str(told))
            raise HTTPException(_status(told))
        new = hear(newsroom, told.events)
        counts = {"malformed": told.malformed, "foreign": told.foreign}
        _LOG.info("events heard", provider="sendgrid", told=len(told.events), new=new, **counts)
        return Response(status_code=204)

    return router


def _deaf() -> APIRouter:
    router = APIRouter()

    @router.post("/events/sendgrid")
    def hear_nothing() -> Response:
        _LOG.warning("events refused", provider="sendgrid", why="SENDGRID_WEBHOOK_KEY is not set")
        raise HTTPException(404)

    return router


async def _post(request: Request) -> Post:
    return Post(
        body=await body_of(request, _LARGEST_POST),
        signature=request.headers.get(SIGNATURE, ""),
        timestamp=request.headers.get(TIMESTAMP, ""),
    )


def _status(flaw: Flaw) -> int:
    match flaw:
        case Flaw.FORGED | Flaw.STALE:
            return 403
        case Flaw.UNREADABLE:
            return 400
        case Flaw.TOO_MANY:
            return 413
