"""How does an issue come by its pictures? Asked like sources, shrunk in a worker, kept with it.

A picture that can't be had costs the issue nothing else: why is written down for the preflight, and
the next draft or edit asks for it again, and for no other. Each is kept as soon as it is there, so
who is killed loses none.
"""

from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any

import structlog

from digest.collect.answers import Answer, Limits, Request, Verdict
from digest.collect.worker import ParseError, Worker
from digest.compose.brand import read_brand
from digest.compose.pictured import Wanted, source_name, wanted_of
from digest.errors import ConfigError
from digest.model.issue import Issue, IssueState
from digest.model.picture import Copy, Picture, Size, name_of
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.outside import Outside
from digest.pipeline.showing import barred_pictures
from digest.schedule.values import Newsletter, Pictures
from digest.storage import issues, pictures

ALTOGETHER = 15.0
"""Seconds after which no picture more is looked into; two thirds of them are for asking."""
_ASKING = 8.0  # seconds of one picture, its redirects included
LOOKING = 5.0
"""Seconds of one picture in the worker."""
_LARGEST = 8 * 1024 * 1024
"""Bytes: what cameras write has as many."""
_WAVE = 8
"""Pictures asked for at once, and held in memory: 64 MB at most."""
_NO_TIME = "there was no time left to ask"
_LOG = structlog.get_logger(__name__)


def keep_pictures(newsroom: Newsroom, issue: Issue) -> None:
    """Have copies of the pictures that a draft shows and that are not kept yet; 20 s at most.

    What was approved stays as it was looked at. A broken brand.yaml is for whoever renders to tell.
    """
    plan = newsroom.schedule.newsletters.get(issue.newsletter)
    if plan is None or newsroom.outside is None or issue.state is not IssueState.DRAFT:
        return
    try:
        wanted = pictures_of(newsroom, issue, plan)
    except ConfigError as failure:
        _LOG.warning("no pictures kept", issue=issue.id, why=str(failure))
        return
    if missing := _missing(newsroom, issue, wanted):
        copies = list(_Round(newsroom, newsroom.outside, issue.id).keep(missing))
        had = sum(one.picture is not None for one in copies)
        _LOG.info("pictures kept", issue=issue.id, kept=had, absent=len(copies) - had)


def pictures_of(newsroom: Newsroom, issue: Issue, plan: Newsletter) -> list[Wanted]:
    """Give the pictures of which an issue's editions show copies; none where none are kept.

    Raises:
        ConfigError: brand.yaml is wrong.
    """
    if plan.pictures is not Pictures.KEPT:
        return []
    images = read_brand(newsroom.templates / "brand.yaml").images
    barred = barred_pictures(newsroom, [issue])
    return [one for one in wanted_of(issue.content, images) if one.source not in barred]


def _missing(newsroom: Newsroom, issue: Issue, wanted: Collection[Wanted]) -> list[Wanted]:
    """Give what is not there yet; what an edit took out is needed no more."""
    with newsroom.database.read() as connection:
        known = pictures.of_issues(connection, [issue.id])
    shown = {(one.source, one.size) for one in wanted}
    if wanted and (gone := [one for one in known if (one.source, one.size) not in shown]):
        with newsroom.database.write() as connection:
            pictures.forget(connection, gone)
    there = {(one.source, one.size) for one in known if one.picture}
    return [one for one in wanted if (one.source, one.size) not in there]


class _Round:
    """One draft's questions, until the time is over."""

    def __init__(self, newsroom: Newsroom, outside: Outside, issue_id: int) -> None:
        from digest.pipeline.asking import agent_of

        self._newsroom = newsroom
        self._outside = outside
        self._issue_id = issue_id
        self._agent = agent_of(newsroom)
        self._until = monotonic() + ALTOGETHER
        self._ask_until = self._until - ALTOGETHER / 3

    def keep(self, missing: Collection[Wanted]) -> Iterator[Copy]:
        """Keep what can be had; give what became of each."""
        sizes: defaultdict[str, list[Size]] = defaultdict(list)
        for one in missing:
            sizes[one.url].append(one.size)
        urls = list(sizes)
        with Worker(limit=LOOKING) as worker:
            for start in range(0, len(urls), _WAVE):
                for answer in self._ask(urls[start : start + _WAVE]):
                    found = self._look(worker, answer)
                    url = answer.request.url
                    yield from (self._keep(url, size, found) for size in sizes[url])

    def _ask(self, urls: Collection[str]) -> tuple[Answer, ...]:
        left = self._ask_until - monotonic()
        requests = [Request(url=url) for url in urls]
        if left <= 0:
            late = (Answer(request=one, verdict=Verdict.FAILED, error=_NO_TIME) for one in requests)
            return tuple(late)
        limits = Limits(size=_LARGEST, total=_ASKING, connect=5, altogether=left)
        now, permitted = self._newsroom.clock(), self._outside.permitted
        return self._outside.ask(
            requests, now=now, agent=self._agent, limits=limits, permitted=permitted
        )

    def _look(self, worker: Worker, answer: Answer) -> Mapping[str, Any] | str:
        """Give an answer's copies by size, or why it has none."""
        if answer.error or answer.cut:
            return answer.error or f"it is {answer.cut}"
        if monotonic() > self._until:
            return "there was no time left to look into it"
        try:
            found = worker.run("picture", b64encode(answer.body).decode())
        except ParseError as error:
            return str(error)
        said = f" (its server calls it {answer.kind})" if answer.kind else ""
        return f"{found['no_picture']}{said}" if "no_picture" in found else found

    def _keep(self, url: str, size: Size, found: Mapping[str, Any] | str) -> Copy:
        copy = Copy(issue_id=self._issue_id, source=source_name(url), size=size)
        if isinstance(found, str):
            copy, data = replace(copy, why=found), b""
        else:
            shrunk = found[size]
            data = b64decode(shrunk["data"])
            copy = replace(copy, picture=_picture(shrunk, data))
        with self._newsroom.database.write() as connection:
            if issues.locked(connection, self._issue_id).state is IssueState.DRAFT:
                pictures.keep(connection, copy, data)  # else it was approved as it looked meanwhile
        return copy


def _picture(shrunk: Mapping[str, Any], data: bytes) -> Picture:
    return Picture(
        name=name_of(data, shrunk["kind"]),
        kind=shrunk["kind"],
        width=shrunk["width"],
        height=shrunk["height"],
        bytes=len(data),
    )
