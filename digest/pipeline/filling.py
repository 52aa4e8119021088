"""How does an article get the text that its feed left out? Its own page is asked, politely.

A stage of its own, after storing: it finds its work in the database. A page is claimed before it is
asked, and what came of it is committed before the next one is read; so a killed run goes on when
the claim has lapsed, and two runs never ask one page at once.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic

import structlog
from sqlalchemy import Connection

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.entries import Origin
from digest.collect.pages import Taken, after_try, condensed, read_page, why_never
from digest.collect.urls import host_of
from digest.collect.waits import FIRST
from digest.model.article import Article, Entry
from digest.model.page import PageTry
from digest.pipeline.receiving import STORING, Desk, SourceReport
from digest.pipeline.twins import merge_twin
from digest.schedule.values import Schedule, Source
from digest.storage.articles import articles, complete_article
from digest.storage.pages import Lacking, lacking, page_of, pages_of, save_page
from subscribers.database import alone

CLAIMING = "choose pages to ask"
LEASE = timedelta(minutes=10)
"""After which a page that was claimed, and never told of, may be asked again."""
log = structlog.wrap_logger(logging.getLogger("digest.collect"))


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How far one run of filling goes; the next one goes on."""

    pages: int = 200
    seconds: float = 120
    """After which no further pages are asked."""
    at_once: int = 20
    of_host: int = 20
    """Pages of one host in one run."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What came of one page."""

    source: str
    outcome: str
    """Why the article is not whole, in words; empty when it is."""


BOUNDS = Bounds()


def fill(
    desk: Desk, sources: Sequence[Source], chance: Callable[[], float], bounds: Bounds
) -> Iterator[Filled]:
    """Ask the pages of articles that lack their text, the newest first; tell of each."""
    wanted = [one for one in sources if one.full_text and one.on_the_web]
    until, asked = monotonic() + bounds.seconds, Counter[str]()
    while wanted and asked.total() < bounds.pages and monotonic() < until:
        wave = _claim(desk, wanted, asked, bounds)
        if not wave:
            return
        yield from _ask(desk, wave, chance)


def told(reports: Sequence[SourceReport], filled: Sequence[Filled]) -> tuple[SourceReport, ...]:
    """Say in the sources' reports what came of their pages."""
    return tuple(
        _told(report, [one.outcome for one in filled if one.source == report.source])
        for report in reports
    )


def _told(report: SourceReport, outcomes: Sequence[str]) -> SourceReport:
    failed = Counter(filter(None, outcomes))
    notes = [f"pages without their article: {times}, {why}" for why, times in failed.most_common()]
    whole = len(outcomes) - failed.total()
    return replace(report, filled=whole, notes=(*report.notes, *notes))


def _claim(
    desk: Desk, sources: Sequence[Source], asked: Counter[str], bounds: Bounds
) -> list[tuple[Article, PageTry]]:
    """Choose the next pages and hold them, before anybody is asked."""
    now = desk.newsroom.clock()
    names = [source.name for source in sources]
    with desk.newsroom.database.write() as connection:
        alone(connection, CLAIMING)
        since = now - longest_window(desk.newsroom.schedule)
        due = lacking(connection, names, since=since, now=now)
        room = min(bounds.at_once, bounds.pages - asked.total())
        chosen = list(islice(_polite(_possible(connection, due), asked, bounds.of_host), room))
        ids = [one.article_id for one in chosen]
        texts, known = articles(connection, ids), pages_of(connection, ids)
        wave = [(texts[id_], _held(known.get(id_), texts[id_], now)) for id_ in ids]
        for _, page in wave:
            save_page(connection, page)
    return wave


def longest_window(schedule: Schedule) -> timedelta:
    """Say how old an article may be and still be in an issue: one that was made late looks twice as
    far back as its newsletter says.
    """
    return 2 * max(plan.window for plan in schedule.newsletters.values())


def _possible(connection: Connection, due: Sequence[Lacking]) -> Iterator[Lacking]:
    """Leave out, for good, the pages that are not to be asked."""
    for one in due:
        if why := why_never(one.url, one.key, one.tries):
            known = page_of(connection, one.article_id) or PageTry(article_id=one.article_id)
            save_page(connection, replace(known, not_before=None, outcome=why))
        else:
            yield one


def _polite(due: Iterator[Lacking], asked: Counter[str], most: int) -> Iterator[Lacking]:
    for one in due:
        host = host_of(one.url)
        if asked[host] < most:
            asked[host] += 1
            yield one


def _held(known: PageTry | None, stored: Article, now: datetime) -> PageTry:
    page = known or PageTry(article_id=stored.id)
    entry = page.entry if page.filled_at else condensed(stored)
    return replace(
        page, tries=page.tries + 1, not_before=now + LEASE, outcome="being asked", entry=entry
    )


def _ask(
    desk: Desk, wave: Sequence[tuple[Article, PageTry]], chance: Callable[[], float]
) -> Iterator[Filled]:
    answers = desk.ask([Request(url=held.url) for held, _ in wave], now=desk.now)
    asked = [answer for answer in answers if answer.verdict is not Verdict.LEFT]
    offline = len(asked) > 1 and not any(answer.heard for answer in asked)
    for (held, page), answer in zip(wave, answers, strict=True):
        taken, now = _guarded(desk, held, answer), desk.newsroom.clock()
        # Nobody was asked, or nobody answered at all, so that it is our line: no page's try.
        if offline or answer.verdict is Verdict.LEFT:
            after = replace(
                page, tries=page.tries - 1, not_before=now + FIRST, outcome=taken.outcome
            )
        else:
            after = after_try(page, taken, answer, now=now, chance=chance())
        with desk.newsroom.database.write() as connection:
            _keep(connection, held, after, taken, now)
        log.info("page asked", source=held.source, url=held.url, outcome=taken.outcome)
        yield Filled(source=held.source, outcome=taken.outcome)


def _guarded(desk: Desk, held: Article, answer: Answer) -> Taken:
    """Read what one page answered; let no surprise in it stop the others."""
    source = desk.newsroom.schedule.source(held.source)
    language = source.language if source else ""
    origin = Origin(source=held.source, base=answer.url, language=language, zone=desk.zone)
    try:
        return read_page(held, answer, desk.parser, origin)
    except Exception as error:
        log.exception("page failed", url=held.url)
        return Taken(outcome=f"unexpected {type(error).__name__}", again=True)


def _keep(
    connection: Connection, held: Article, page: PageTry, taken: Taken, now: datetime
) -> None:
    """Store what came of a page, unless its source changed the article, or its twin took its place,
    meanwhile.
    """
    alone(connection, STORING)
    known = articles(connection, [held.id]).get(held.id)
    if known is None or known.updated_at != held.updated_at:
        return
    entry = taken.entry
    if entry and not _is_part_of(entry, held):
        complete_article(connection, held.id, entry, now=now)
        page = replace(page, filled_at=now)
    save_page(connection, page)
    if taken.canonical:
        merge_twin(connection, held.id, taken.canonical, now=now)


def _is_part_of(entry: Entry, held: Article) -> bool:
    known = asdict(held)
    return all(known[name] == value for name, value in asdict(entry).items())
