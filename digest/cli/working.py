"""What runs under `digest worker`? Jobs and clocks without the web, on any number of machines."""

import signal
import time
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson
from digest.config import Settings
from digest.errors import ConfigError

if TYPE_CHECKING:
    from digest.pipeline.newsroom import Newsroom


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("worker")(worker)


def worker(
    threads: Annotated[int, typer.Option(min=1, max=64, help="Jobs at once.")] = 4,
    clocks: Annotated[bool, typer.Option(help="Look which moments are due, too.")] = True,
    metrics: Annotated[
        str, typer.Option(metavar="[HOST:]PORT", help="Answer Prometheus; on 127.0.0.1 if no host.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Work with other machines on one PostgreSQL until stopped; --json logs JSON lines."""
    from digest.config import read_settings

    work(read_settings(), threads=threads, clocks=clocks, metrics=metrics, json_logs=as_json)


def work(
    settings: Settings, *, threads: int, clocks: bool, metrics: str = "", json_logs: bool
) -> None:
    """Work until SIGTERM or Ctrl-C; calls in hand are settled first.

    Raises:
        ConfigError: it can't work with others: the database is SQLite, the secret key is not the
            readers', or a setting is wrong.
    """
    import structlog

    from digest.app import open_engine, open_shared_newsroom
    from digest.cli.logs import leave, write_logs
    from digest.pipeline.desk import Desk
    from digest.pipeline.working import at_work

    write_logs(json_logs=json_logs)
    signal.signal(signal.SIGTERM, leave)
    newsroom = open_shared_newsroom(settings)
    with closing(newsroom.provider()) as provider:  # who can't mail is told now, not in a sending
        mail = provider.where
    engine = open_engine(settings, newsroom.clock, threads=threads)
    with (
        _metrics(newsroom, metrics),
        at_work(Desk(newsroom, settings.schedule), engine, clocks=clocks),
    ):
        structlog.get_logger(__name__).info("working", threads=threads, clocks=clocks, mail=mail)
        while True:  # a signal just before one long wait would not be seen until that wait's end
            time.sleep(1)


def read_place(text: str) -> tuple[str, int]:
    """Read where metrics are to be had: `9464`, `10.0.0.5:9464` or `[::1]:9464`.

    Raises:
        ConfigError: it names no port.
    """
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ConfigError(f"--metrics {text!r} names no port: say e.g. 9464 or 10.0.0.5:9464")
    return host.strip("[]") or "127.0.0.1", int(port)


def _metrics(newsroom: "Newsroom", place: str) -> AbstractContextManager[object]:
    if not place:
        return nullcontext()
    from digest.pipeline.gauges import registry_of
    from digest.web.metrics import serve_metrics

    return serve_metrics(registry_of(newsroom), *read_place(place))
