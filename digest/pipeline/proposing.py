"""Which source is behind an address that an editor gives? Found, looked into, not yet written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.candidates import feed_title, named_feeds, usual_places
from digest.collect.charset import decode
from digest.collect.entries import Origin, entry_of
from digest.collect.feeds import read_feed
from digest.collect.items import named
from digest.collect.language import UNKNOWN
from digest.collect.link_pages import is_page, reading_of
from digest.collect.readings import Parser, Reading
from digest.collect.urls import canonical
from digest.collect.worker import ParseError
from digest.model.article import Entry, Mark, Precision
from digest.pipeline.receiving import Ask

_SHOWN = 5
_READ = 20  # entries that tell a feed's language
_SAME = 0.9  # share of entries in one language from which all are said to share it


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An entry as an editor looks at it."""

    title: str
    at: datetime | None
    """None where the feed dates nothing."""
    whole: bool
    """It holds the text, not an excerpt or a title."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A feed that was found, and what stands in it."""

    kind: str
    """The key of schedule.yaml that names it: `feed`, or `page` of one whose links are followed."""
    url: str
    title: str
    language: str
    """ISO 639-1 where its entries share one."""
    found: int
    """How many entries it holds."""
    entries: tuple[Shown, ...]
    """The newest."""

    @property
    def whole(self) -> int:
        """Count those of the entries shown that hold their text."""
        return sum(entry.whole for entry in self.entries)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is behind an address."""

    url: str
    candidates: tuple[Candidate, ...] = ()
    """The best first."""
    error: str = ""
    """Why there is none, in words."""
    asked: tuple[str, ...] = ()
    """Every address that was asked."""


def propose(url: str, ask: Ask, parser: Parser, *, now: datetime) -> Proposal:
    """Ask an address, and where it is a page those at which its feed may be.

    The page's own feeds are asked at once, then the usual places one after the other until one is
    a feed: at most thirteen addresses, hardly ever more than two. Where none is, the page itself is
    proposed when it links to articles.
    """
    [answer] = ask([Request(url=url)], now=now)
    if answer.verdict is not Verdict.CONTENT:
        return Proposal(url=url, error=answer.error, asked=(url,))
    found, error = _looked_into(answer, parser, now)
    if found:
        return Proposal(url=url, candidates=(found,), asked=(url,))
    told = _told(answer, parser)
    named_there = named_feeds(told, answer.url) if told else ()
    waves = [named_there, *((place,) for place in usual_places(answer.url))]
    tried = _tried(waves, ask, parser, now)
    if told and not tried.candidates and (page := _page(told, answer, now)):
        tried = replace(tried, candidates=(page,))
    return replace(tried, url=url, error=error)


def _told(answer: Answer, parser: Parser) -> dict[str, Any] | None:
    """Read a page's links and feeds; None where it can't be read."""
    text = decode(answer.body, charset=answer.charset)
    try:
        return parser.run("links", text, base=answer.url) if is_page(text) else None
    except ParseError:
        return None


def _page(told: dict[str, Any], answer: Answer, now: datetime) -> Candidate | None:
    reading = reading_of(told, answer)
    found = _candidate(answer, reading, now) if reading.items else None
    return replace(found, kind="page") if found else None


def _tried(waves: Iterable[Sequence[str]], ask: Ask, parser: Parser, now: datetime) -> Proposal:
    """Ask wave after wave until one holds a feed."""
    asked: list[str] = []
    for wave in waves:
        asked += wave
        answers = ask([Request(url=place) for place in wave], now=now)
        looked = (_looked_into(one, parser, now)[0] for one in answers)
        if found := [one for one in looked if one]:
            return Proposal(url="", candidates=_best_first(found), asked=tuple(asked))
    return Proposal(url="", asked=tuple(asked))


def _best_first(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Put a feed with entries before an empty one; else keep the page's own order."""
    distinct = {canonical(one.url): one for one in reversed(list(found))}
    kept = list(distinct.values())[::-1]
    return tuple(sorted(kept, key=lambda one: not one.found))


def _looked_into(answer: Answer, parser: Parser, now: datetime) -> tuple[Candidate | None, str]:
    if answer.verdict is not Verdict.CONTENT:
        return None, answer.error
    reading = read_feed(answer, parser)
    return (None, reading.error) if reading.error else (_candidate(answer, reading, now), "")


def _candidate(answer: Answer, reading: Reading, now: datetime) -> Candidate:
    items = list(named(reading.items).items())
    origin = Origin(source="", base=answer.url)
    read = (entry_of(item, origin, key=key, seen_at=now) for key, item in items[:_READ])
    entries = sorted((one for one in read if one), key=lambda one: one.published.at, reverse=True)
    return Candidate(
        kind="feed",
        url=answer.moved_to or answer.request.url,
        title=feed_title(answer.body, charset=answer.charset),
        language=_language(entries),
        found=len(items),
        entries=tuple(map(_shown, entries[:_SHOWN])),
    )


def _language(entries: Sequence[Entry]) -> str:
    counted = Counter(entry.language for entry in entries if entry.language != UNKNOWN)
    [(language, count)] = counted.most_common(1) or [("", 0)]
    return language if count and count >= _SAME * len(entries) else ""


def _shown(entry: Entry) -> Shown:
    dated = entry.published.precision is not Precision.FIRST_SEEN
    return Shown(
        title=entry.title,
        at=entry.published.at if dated else None,
        whole=not entry.marks & {Mark.PARTIAL, Mark.TITLE_ONLY},
    )
