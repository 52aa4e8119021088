"""May a browser go on with what it has? Validators of public pages (RFC 9110 §13)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from fastapi import Request
from starlette.responses import Response

PUBLIC: Mapping[str, str] = {
    "Cache-Control": "public, max-age=300",  # a page is five minutes behind at the most
    "X-Robots-Tag": "all",
}


def public(request: Request, response: Response, changed: datetime | None) -> Response:
    """Let a public answer be kept and asked about; 304 for who has it already.

    `changed` is when one of the issues that it may speak of last changed.
    """
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers.update({**PUBLIC, "ETag": tag})
    if changed is not None:
        response.headers["Last-Modified"] = format_datetime(changed, usegmt=True)
    return _unchanged(response) if _is_known(request, response) else response


def _is_known(request: Request, response: Response) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool(known & {"*", response.headers["etag"]})
    # Only the very moment: what was taken back since would look older than what is known.
    since = request.headers.get("if-modified-since")
    return since is not None and since == response.headers.get("last-modified")


def _unchanged(response: Response) -> Response:
    dropped = {"content-length", "content-type"}
    kept = {name: value for name, value in response.headers.items() if name not in dropped}
    return Response(status_code=304, headers=kept)
