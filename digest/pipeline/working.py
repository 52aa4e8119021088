"""What does a process do as long as it is at work? It takes jobs, and looks at the clock."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import structlog

from digest.engine.jobs import Engine
from digest.engine.ticking import ticking
from digest.pipeline.clocks import Clocks
from digest.pipeline.desk import Desk

LOOK = 5.0
"""Seconds between two looks for sendings to join, and for a changed schedule.yaml."""
_LOG = structlog.get_logger(__name__)


@contextmanager
def at_work(
    desk: Desk, engine: Engine, *, clocks: bool = True, look: float = LOOK
) -> Iterator[None]:
    """Work until the block ends: no further call is begun then, and the jobs in hand are finished.

    Without `clocks` it does what others hand out, and hands nothing out itself.
    """
    newsroom = desk.newsroom
    part = Clocks(desk, engine)
    engine.run(part.handle)
    try:
        with ExitStack() as tickers:
            tickers.enter_context(ticking(part.look, clock=newsroom.clock, seconds=look))
            if clocks:
                tickers.enter_context(ticking(part.tick, clock=newsroom.clock))
            tickers.callback(newsroom.stopping.set)
            yield
    finally:
        newsroom.stopping.set()
        engine.stop()
        newsroom.database.close()
        _LOG.info("stopped")
