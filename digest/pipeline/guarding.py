"""How is one source kept from stopping the others?"""

import logging
from collections.abc import Callable

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from digest.pipeline.receiving import SourceReport

log = structlog.wrap_logger(logging.getLogger("digest.collect"))


def guarded(source: str, take: Callable[[], SourceReport]) -> SourceReport:
    """Let no surprise in one source stop the others; the database's failures stop the run."""
    try:
        report = take()
    except IntegrityError:
        report = SourceReport(source=source, error="another run is storing it: try again")
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("source failed", source=source)
        report = SourceReport(source=source, error=f"unexpected {type(error).__name__}")
    return noted(report)


def noted(report: SourceReport) -> SourceReport:
    """Have the log tell of a source."""
    log.info("source collected", source=report.source, new=report.new, error=report.error)
    return report
