"""Does a reader have this already? An answer that anybody may keep, named by what it says."""

import hashlib
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

_KEEP = "public, max-age=300"


def answered(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a body, or with 304 to who names it (RFC 9110 §13.1.2)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    kept = {**(headers or {}), "ETag": tag, "Cache-Control": _KEEP, "Vary": "Accept-Language"}
    known = request.headers.get("if-none-match", "")
    if known == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=kept)
    return Response(body, media_type=media_type, headers=kept)
