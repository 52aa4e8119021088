"""What does a folder of dropped texts give?"""

from dataclasses import replace
from datetime import datetime

from digest.model.source import SourceState
from digest.pipeline.receiving import STORING, Desk, Gathered, SourceReport, receive_drops, store
from digest.schedule.values import Source
from digest.storage.sources import save_source_state, source_state
from subscribers.database import alone


def from_folder(desk: Desk, source: Source) -> SourceReport:
    """Read a folder; store what is new in it, and how it stands."""
    folder = desk.newsroom.root / source.folder
    if not folder.is_dir():
        error = f"there is no folder {source.folder!r}"
        gathered = Gathered(report=SourceReport(source=source.name, error=error))
    else:
        gathered = receive_drops(desk, source, folder)
    with desk.newsroom.database.write() as connection:
        alone(connection, STORING)
        (report,) = store(connection, [gathered], desk.ground)
        state = source_state(connection, source.name)
        save_source_state(connection, _state_after(state, source, report, desk.now))
    return report


def _state_after(
    state: SourceState, source: Source, report: SourceReport, now: datetime
) -> SourceState:
    return replace(
        state,
        url=source.folder,
        checked_at=now,
        succeeded_at=state.succeeded_at if report.error else now,
        failures=state.failures + 1 if report.error else 0,
        error=report.error,
        not_before=None,
    )
