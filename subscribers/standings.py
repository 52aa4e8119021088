"""What does the program that wrote a row say of the reader's consent and choices?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import orjson

from subscribers.formats import NO, Format, Role
from subscribers.model import Cadence
from subscribers.texts import one_line

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d{1,6})?\d*)? ?(.*)")
_ZONES = {"": "+00:00", "Z": "+00:00", "UTC": "+00:00", "+0000 UTC": "+00:00"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a row says beyond who the reader is."""

    refused: str = ""
    """`unsubscribed` or `suppressed`: no longer mailed by the program that wrote the file."""
    waits: bool = False
    """The reader has yet to confirm."""
    cadence: str = Cadence.EVERY.value
    paused_until: datetime | None = None
    tracking: bool = False
    joined: datetime | None = None
    network: str = ""
    fields: Mapping[str, str] | None = None


PLAIN = Standing()
"""Of a row that says nothing of the kind."""


def standing_of(program: Format, places: Mapping[Role, int], cells: Sequence[str]) -> Standing:
    """Read the columns that `program` writes; `places` counts from 0.

    Raises:
        ValueError: a cell can't be understood.
    """
    told = {role: cells[place].strip() for role, place in places.items()}
    word = _folded(told[Role.STANDING]) if Role.STANDING in told else ""
    return Standing(
        refused=_refused(program, told, word),
        waits=word in program.waiting and bool(word),
        cadence=_cadence(told.get(Role.CADENCE, "")),
        paused_until=_moment(told.get(Role.PAUSED_UNTIL, "")),
        tracking=_folded(told.get(Role.TRACKING, "")) not in NO,
        joined=_moment(told.get(Role.JOINED, "")),
        network=told.get(Role.NETWORK, ""),
        fields=_attributes(told.get(Role.ATTRIBUTES, "")),
    )


def _refused(program: Format, told: Mapping[Role, str], word: str) -> str:
    if _says_yes(told, Role.BANNED) or (Role.STANDING in told and word in program.banned):
        return "suppressed"
    misses = Role.STANDING in told and word not in program.good | program.waiting
    return "unsubscribed" if misses or _says_yes(told, Role.LEFT) else ""


def _says_yes(told: Mapping[Role, str], role: Role) -> bool:
    return _folded(told.get(role, "")) not in NO


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _cadence(text: str) -> str:
    if text in {"", *Cadence}:
        return text or Cadence.EVERY.value
    raise ValueError(f"{text[:40]!r} is no cadence: write every or monthly")


def _moment(text: str) -> datetime | None:
    """Read what programs write: RFC 3339, with a space for the T, or a day; UTC by default."""
    if not text:
        return None
    found = _MOMENT.fullmatch(text)
    if not found:
        raise ValueError(f"{text[:40]!r} is no date: write 2026-01-31, or 2026-01-31 08:00:00")
    day, hour, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(
            f"{day}T{hour or '00:00'}{(fraction or '').ljust(7, '0') if fraction else ''}"
            f"{_ZONES.get(zone, zone)}"
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is no date that there is") from None
    return moment if moment >= _EARLIEST else None


def _attributes(text: str) -> dict[str, str] | None:
    if text in {"", "{}"}:
        return None
    try:
        values = orjson.loads(text)
    except ValueError:
        raise ValueError(f"attributes are no JSON: {text[:40]!r}") from None
    if not isinstance(values, dict):
        raise ValueError(f"attributes are no JSON object: {text[:40]!r}")  # noqa: TRY004 - a cell's
    return {one_line(str(name)): _flat(value) for name, value in values.items() if value}


def _flat(value: object) -> str:
    return one_line(value if isinstance(value, str) else orjson.dumps(value).decode())
