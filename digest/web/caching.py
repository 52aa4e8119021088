"""May a browser go on with what it has? Validators of public pages (RFC 9110 §13)."""

import hashlib
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

PUBLIC: Mapping[str, str] = {
    "Cache-Control": "public, max-age=300",  # a page is five minutes behind at the most
    "X-Robots-Tag": "all",
}


LASTING = "public, max-age=31536000, immutable"
"""Of what never changes under its name: a year (RFC 8246)."""


def public(request: Request, response: Response) -> Response:
    """Let a public answer be kept and asked about; 304 for who has it already.

    Its bytes alone tell. No date does: when an issue is taken back or a newsletter renamed, the
    latest change of the issues that are left may be as old as before.
    """
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers.update({**PUBLIC, "ETag": tag})
    return _unchanged(response) if _is_known(request, response) else response


def lasting(request: Request, response: Response, name: str) -> Response:
    """Let an answer be kept for good whose name is a hash of its bytes; 304 for who has it."""
    response.headers.update({"Cache-Control": LASTING, "ETag": f'"{name}"'})
    return _unchanged(response) if _is_known(request, response) else response


def _is_known(request: Request, response: Response) -> bool:
    tags = request.headers.get("if-none-match", "").split(",")
    known = {tag.strip().removeprefix("W/") for tag in tags}
    return bool(known & {"*", response.headers["etag"]})


def _unchanged(response: Response) -> Response:
    dropped = {"content-length", "content-type"}
    kept = {name: value for name, value in response.headers.items() if name not in dropped}
    return Response(status_code=304, headers=kept)
