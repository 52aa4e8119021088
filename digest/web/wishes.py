"""What does a reader wish by the form of preferences, and what of it can't be meant?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.schedule.fields import LANGUAGES
from digest.web.forms import Fields, only
from subscribers.choices import Preferences
from subscribers.model import Cadence

LONGEST_PAUSE = timedelta(days=366)  # a year, be it a leap year
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_SHOWN = 40


class Mistake(StrEnum):
    """What can be wrong with one field."""

    THEME = "theme"
    LANGUAGE = "language"
    CADENCE = "cadence"
    NO_DAY = "no day"
    PAST = "past"
    TOO_FAR = "too far"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What there is to choose from."""

    themes: Mapping[str, str]
    """Name → title, of the list's newsletters."""
    tracking: bool
    today: date
    timezone: str

    @property
    def first_day(self) -> date:
        """The first day until which a reader can pause."""
        return self.today + timedelta(days=1)

    @property
    def last_day(self) -> date:
        """The last day until which a reader can pause."""
        return self.today + LONGEST_PAUSE


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the fields stand, as the page shows them."""

    themes: frozenset[str]
    language: str
    cadence: str
    paused_until: str = ""
    tracking: bool = False


def form_of(chosen: Preferences, offer: Offer) -> Form:
    """Show what is stored; none of the offered themes means all, and so does a past pause none."""
    themes = frozenset(chosen.themes).intersection(offer.themes)
    paused = chosen.paused_until
    day = paused.astimezone(ZoneInfo(offer.timezone)).date() if paused else None
    return Form(
        themes=themes or frozenset(offer.themes),
        language=chosen.language,
        cadence=chosen.cadence,
        paused_until=day.isoformat() if day and day > offer.today else "",
        tracking=chosen.tracking,
    )


def form_sent(fields: Fields) -> Form:
    """Show again what was typed."""
    return Form(
        themes=frozenset(fields.get("themes", ())),
        language=only(fields, "language") or "",
        cadence=only(fields, "cadence") or "",
        paused_until=(only(fields, "paused_until") or "")[:_LONGEST_SHOWN],
        tracking="tracking" in fields,
    )


def read_wishes(fields: Fields, before: Preferences, offer: Offer) -> Preferences | list[Mistake]:
    """Give what is wanted, or every mistake in the order of the page."""
    language, cadence = only(fields, "language"), only(fields, "cadence")
    until = _until(fields, offer)
    found = [
        *([Mistake.THEME] if not offer.themes.keys() >= set(fields.get("themes", ())) else []),
        *([Mistake.CADENCE] if cadence not in list(Cadence) else []),
        *([until] if isinstance(until, Mistake) else []),
        *([Mistake.LANGUAGE] if language not in LANGUAGES else []),
    ]
    if found or isinstance(until, Mistake):
        return found
    return Preferences(
        language=language or "",
        themes=tuple(fields.get("themes", ())),
        tracking="tracking" in fields if offer.tracking else before.tracking,
        cadence=Cadence(cadence or ""),
        paused_until=until,
    )


def _until(fields: Fields, offer: Offer) -> datetime | Mistake | None:
    """Read the day on which mail may come again; its first moment where the newsletter lives."""
    text = only(fields, "paused_until") if "paused_until" in fields else ""
    if text == "":
        return None
    try:
        day = date.fromisoformat(text) if text and _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        return Mistake.NO_DAY
    if day < offer.first_day:
        return Mistake.PAST
    if day > offer.last_day:
        return Mistake.TOO_FAR
    return datetime.combine(day, time(), ZoneInfo(offer.timezone)).astimezone(UTC)
