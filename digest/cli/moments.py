"""How is a moment said to a person? On the wall clock of the newsletter's own place."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

_WORDS = "EEEE d MMMM y 'at' HH:mm"


def in_words(at: datetime, zone: str) -> str:
    """`Friday 27 November 2026 at 06:53 (Europe/Paris)`."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{format_datetime(here, _WORDS, locale='en')} ({zone})"


def in_short(at: datetime, zone: str) -> str:
    """`Fri 27 Nov 2026 06:53`."""
    return format_datetime(at.astimezone(ZoneInfo(zone)), "EEE d MMM y HH:mm", locale="en")
