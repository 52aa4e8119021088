"""What does Prometheus scrape? /metrics, for who knows the token; or a port of its own, loopback.

How many readers a newsletter has is nobody's business, and behind a proxy every visitor comes from
loopback: so the web has the page only where a token is set (DIGEST_METRICS_TOKEN).
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, HTTPException, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.exposition import start_http_server
from starlette.responses import Response

from digest.errors import ConfigError


def metrics_routes(registry: CollectorRegistry, token: str) -> APIRouter:
    """Give /metrics."""
    router = APIRouter()

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        if not _knows(request, token):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


@contextmanager
def serve_metrics(
    registry: CollectorRegistry, host: str = "127.0.0.1", port: int = 9464
) -> Iterator[int]:
    """Answer scrapes on a port of its own, for a process without a web; give the port.

    It asks for no token: only this machine, or a network of one's own, may reach it. 0 takes any
    free port.

    Raises:
        ConfigError: the port can't be had.
    """
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        raise ConfigError(f"{host}:{port} can't be had for metrics: {error}") from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _knows(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())
