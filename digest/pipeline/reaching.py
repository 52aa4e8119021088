"""Do an issue's links and pictures answer? Each is asked once, and its answer kept for hours.

Asked like sources (collect.fetch): under caps, two connections a host, never an address inside.
"""

import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError

from digest.collect.answers import Answer, Limits, Request, Verdict
from digest.compose.preflight.pictures import HEAVY, measured
from digest.compose.preflight.reach import Addresses, Look
from digest.pipeline.outside import Outside

_WELL = timedelta(hours=6)
_DEAD = timedelta(hours=1)
"""A dead link comes back when its publisher mends it."""
_TROUBLED = timedelta(minutes=30)
_PAGE = 64 * 1024
"""Bytes of a page that are read: enough to tell a challenge."""
_LOOKS = TypeAdapter(dict[str, Look])


def looks_at(
    outside: Outside,
    asked: Addresses,
    *,
    now: datetime,
    agent: str,
    seconds: float,
    again: bool = False,
) -> Mapping[str, Look]:
    """Give how each address answers: as remembered, else asked for `seconds` in all.

    `again` asks all of them anew. Nobody's answer is remembered that was not heard.
    """
    wanted = asked.links.keys() | asked.images.keys()
    kept = {} if again else _remembered(outside.memory, now)
    known = {url: look for url, look in kept.items() if url in wanted}
    fresh = _ask(outside, asked.links.keys() - known, _links(seconds), now, agent)
    images = asked.images.keys() - known - fresh.keys()
    fresh |= _ask(outside, images, _images(seconds), now, agent, pictures=True)
    if fresh:
        _remember(outside.memory, _remembered(outside.memory, now) | fresh)
    return known | fresh


def _links(seconds: float) -> Limits:
    return Limits(size=_PAGE, total=min(10, seconds), connect=5, altogether=seconds * 0.7)


def _images(seconds: float) -> Limits:
    return Limits(size=HEAVY, total=min(10, seconds), connect=5, altogether=seconds * 0.3)


def _ask(
    outside: Outside,
    urls: Iterable[str],
    limits: Limits,
    now: datetime,
    agent: str,
    *,
    pictures: bool = False,
) -> dict[str, Look]:
    requests = [Request(url=url) for url in sorted(urls)]
    if not requests:
        return {}
    answers = outside.ask(
        requests, now=now, agent=agent, limits=limits, permitted=outside.permitted
    )
    return {one.request.url: _look(one, now, pictures=pictures) for one in answers}


def _look(answer: Answer, now: datetime, *, pictures: bool) -> Look:
    picture = None
    if pictures and answer.verdict is Verdict.CONTENT:
        data = answer.body + b"\0" * bool(answer.cut)  # of more bytes than were read
        picture = measured(data, answer.kind)
    blocked = answer.verdict is Verdict.BLOCKED
    return Look(
        url=answer.request.url,
        at=now,
        status=0 if blocked else answer.status,  # what a challenge page says is no answer
        final=answer.url,
        error=answer.error,
        heard=answer.heard,
        inside=answer.inside,
        picture=picture,
    )


def _remembered(path: Path, now: datetime) -> dict[str, Look]:
    """Read what is fresh enough to count; a file that can't be read remembers nothing."""
    try:
        known = _LOOKS.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return {}
    return {url: look for url, look in known.items() if timedelta() <= now - look.at < _holds(look)}


def _holds(look: Look) -> timedelta:
    if look.dead:
        return _DEAD
    return _TROUBLED if look.error else _WELL


def _remember(path: Path, looks: Mapping[str, Look]) -> None:
    """Write the file whole or not at all; of two who write at once the later one's stays."""
    kept = {url: look for url, look in looks.items() if look.heard or look.inside}
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(orjson.dumps(kept))
        os.replace(fresh, path)  # noqa: PTH105 - Path.replace says the same in two lines
    except OSError:  # then everything is asked again, and no more is lost
        with suppress(OSError):
            fresh.unlink()
