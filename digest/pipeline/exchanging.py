"""How do lists of feeds come from other feed readers, and go to them?"""

import re
from dataclasses import dataclass

from pydantic import ValidationError

from digest.collect.opml import Outline, read_opml, write_opml
from digest.collect.urls import canonical
from digest.errors import DigestError
from digest.pipeline.enlisting import entry, free_name
from digest.schedule.values import Schedule, Source
from digest.schedule.writing import Entry


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A feed of a list that is not taken, and why."""

    title: str
    url: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Import:
    """What of a list is to be written."""

    entries: tuple[Entry, ...]
    passed: tuple[Passed, ...]


@dataclass(frozen=True, kw_only=True)
class Export:
    """Our feeds as a list."""

    opml: str
    feeds: int
    left_out: tuple[str, ...]
    """Names of the sources that are no feeds."""


def choose(content: bytes, schedule: Schedule, *, file: str) -> Import:
    """Choose what of an OPML list is new and usable.

    Raises:
        DigestError: it can't be read.
    """
    try:
        outlines = read_opml(content)
    except ValueError as error:
        raise DigestError(f"{file} can't be read as OPML: {error}") from error
    known = {canonical(one.place): one.name for one in schedule.sources if one.on_the_web}
    taken = {one.name for one in schedule.sources}
    entries: list[Entry] = []
    passed: list[Passed] = []
    for outline in outlines:
        name = free_name(outline.title, outline.url, taken)
        written = _entry(outline, name)
        if reason := _reason(written, known.get(canonical(outline.url))):
            passed.append(Passed(title=outline.title, url=_shown(outline.url), reason=reason))
            continue
        known[canonical(outline.url)] = name
        taken.add(name)
        entries.append(written)
    return Import(entries=tuple(entries), passed=tuple(passed))


def export(schedule: Schedule) -> Export:
    """Write all feeds of the schedule as an OPML list."""
    feeds = [source for source in schedule.sources if source.feed]
    outlines = [
        Outline(url=one.feed, title=one.title or one.name, language=one.language) for one in feeds
    ]
    others = tuple(source.name for source in schedule.sources if not source.feed)
    opml = write_opml(schedule.site.organisation, outlines)
    return Export(opml=opml, feeds=len(feeds), left_out=others)


def _entry(outline: Outline, name: str) -> Entry:
    return entry("feed", outline.url, name=name, title=outline.title, language=outline.language)


def _reason(written: Entry, known: str | None) -> str:
    """Say why a feed is not taken; nothing when it is."""
    if known:
        return f"is there already, as {known}"
    try:
        Source.model_validate(dict(written))
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return ""


def _shown(url: str) -> str:
    """Hide a password: what a list holds may end in a log."""
    return re.sub(r"//[^/]*@", "//…@", url)
