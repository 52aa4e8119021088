"""What runs under `digest serve`? The web, the clocks and the engine, in one process.

With PostgreSQL it is one worker among others (digest.cli.working).
"""

import signal
import socket
from contextlib import AbstractContextManager

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.app import open_engine, open_newsroom
from digest.cli.logs import leave, write_logs
from digest.config import Settings
from digest.engine.ticking import ticking
from digest.errors import ConfigError
from digest.pipeline.desk import Desk
from digest.pipeline.working import at_work
from digest.web.main import create_app

_LOG = structlog.get_logger(__name__)


def serve(settings: Settings, host: str, port: int, *, json_logs: bool, works: bool = True) -> None:
    """Serve until SIGTERM or Ctrl-C; calls in hand are settled first.

    Where it does not work too, others do: `digest worker`.

    Raises:
        ConfigError: the port can't be had, or a setting or the schedule is wrong.
    """
    write_logs(json_logs=json_logs)
    signal.signal(signal.SIGTERM, leave)
    newsroom = open_newsroom(settings)
    desk = Desk(newsroom, settings.schedule)
    with listen(host, port) as listener, _beside_the_web(desk, settings, works=works):
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


def _beside_the_web(desk: Desk, settings: Settings, *, works: bool) -> AbstractContextManager[None]:
    clock = desk.newsroom.clock
    if works:
        return at_work(desk, open_engine(settings, clock))
    return ticking(desk.refresh, clock=clock)


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
