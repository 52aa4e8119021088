"""Is the process up, and can it do its work? For whatever watches or balances it."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from digest.storage.migrating import HEAD, revision
from subscribers.database import Database


def health_routes(database: Database) -> APIRouter:
    """Give /healthz and /readyz."""
    router = APIRouter()

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def healthz() -> JSONResponse:
        return JSONResponse({"up": True})

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    def readyz() -> JSONResponse:
        why = _trouble(database)
        answer = {"ready": False, "why": why} if why else {"ready": True, "revision": HEAD}
        return JSONResponse(answer, 503 if why else 200)

    return router


def _trouble(database: Database) -> str:
    """Say what keeps the database from being used, without its address; empty for nothing."""
    try:
        found = revision(database)
    except (SQLAlchemyError, OSError):
        return "the database does not answer"
    return "" if found == HEAD else f"the database is at revision {found}, not {HEAD}"
