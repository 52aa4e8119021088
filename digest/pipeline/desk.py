"""Which schedule.yaml is in force? The last good one: a broken edit never stops what runs."""

from dataclasses import replace
from pathlib import Path

import structlog

from digest.errors import ConfigError, ScheduleError
from digest.pipeline.newsroom import Newsroom
from digest.schedule.reading import check_schedule, read_content
from digest.schedule.values import Schedule

_LOG = structlog.get_logger(__name__)


class Desk:
    """The newsroom as the last good schedule.yaml describes it."""

    def __init__(self, newsroom: Newsroom, path: Path) -> None:
        self.newsroom = newsroom
        self.trouble = ""
        """What is wrong with the file as it stands now; empty when it is in force."""
        self._path = path
        self._seen: bytes | str = b""

    def refresh(self) -> bool:
        """Look at the file; True when it is not as it was at the last look.

        A fault is logged once for each change of the file, not at every look.
        """
        found = self._look()
        if found == self._seen:
            return False
        self._seen = found
        if isinstance(found, str):
            self._complain((found,))
        else:
            self._judge(found)
        return True

    def _look(self) -> bytes | str:
        """Give the file's content, or why it can't be read."""
        try:
            return read_content(self._path)
        except ConfigError as error:
            return str(error)

    def _judge(self, content: bytes) -> None:
        try:
            self._take_over(check_schedule(content, str(self._path)))
        except ScheduleError as error:
            self._complain(tuple(str(problem) for problem in error.problems))

    def _take_over(self, schedule: Schedule) -> None:
        self.trouble = ""
        former = self.newsroom
        if schedule == former.schedule:
            return
        follows = former.site_url == former.schedule.site.url.rstrip("/")  # no setting overrides it
        site_url = schedule.site.url.rstrip("/") if follows else former.site_url
        self.newsroom = replace(former, schedule=schedule, site_url=site_url)
        _LOG.info("schedule taken over", newsletters=sorted(schedule.newsletters))

    def _complain(self, problems: tuple[str, ...]) -> None:
        self.trouble = "\n".join(problems)
        _LOG.error("schedule is broken, the last good one stays in force", problems=problems)
