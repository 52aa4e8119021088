"""Who looks at the clock? An APScheduler in the background, calling one function again and again.

It holds no schedule of its own: what is due is worked out at every tick, from schedule.yaml and the
database, so that a missed tick loses nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest.clock import Clock
from subscribers.database import is_away

_LOG = structlog.get_logger(__name__)


@contextmanager
def ticking(tick: Callable[[], object], *, clock: Clock, seconds: float = 30) -> Iterator[None]:
    """Call `tick` now and every `seconds`, one call at a time, until the block ends."""
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        _safely(tick),
        IntervalTrigger(seconds=seconds, timezone=UTC),
        next_run_time=clock(),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # a tick is never too late
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)


def _safely(tick: Callable[[], object]) -> Callable[[], None]:
    def once() -> None:
        try:
            tick()
        except Exception as failure:
            if is_away(failure):
                _LOG.warning("the database is away, the next tick tries again")
            else:
                _LOG.exception("tick failed, the next one tries again")

    return once
