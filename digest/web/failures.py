"""What does a reader or a program see when a request fails? A sentence, never a traceback.

Pages for people, `{"error": {"status": …, "what": …}}` for who asks for JSON only. A surprise is
answered here and still raised to the server, which logs it.
"""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError, TimeoutError  # noqa: A004 - of the pool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.web.pages import Pages
from digest.web.security import HEADERS

_RETRY = {"Retry-After": "60"}
_WHAT = {
    "not_found": "there is nothing at this address",
    "refused": "the request is not one that can be answered",
    "failed": "something broke on our side: try again in a few minutes",
}


def answer_failures(app: FastAPI, pages: Pages) -> None:
    """Register what answers for each kind of failure."""

    @app.exception_handler(HTTPException)
    def refuse(request: Request, failure: HTTPException) -> Response:
        kind = "not_found" if failure.status_code == 404 else "refused"
        return _answer(pages, request, failure.status_code, kind, failure.headers)

    @app.exception_handler(OperationalError)
    @app.exception_handler(TimeoutError)
    def later(request: Request, _failure: Exception) -> Response:
        return _answer(pages, request, 503, "failed", _RETRY)

    @app.exception_handler(Exception)
    def fail(request: Request, _failure: Exception) -> Response:
        return _answer(pages, request, 500, "failed", HEADERS)  # outside of all middleware


def _answer(
    pages: Pages, request: Request, status: int, kind: str, headers: Mapping[str, str] | None
) -> Response:
    response: Response
    if _wants_json(request):
        response = JSONResponse({"error": {"status": status, "what": _WHAT[kind]}}, status)
    else:
        response = pages.notice(request, status, kind)
    response.headers.update(headers or {})
    return response


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted
