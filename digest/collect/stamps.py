"""Which moment is a date that a program wrote? `Wed, 25 Nov 2026 10:00:00 GMT`."""

import calendar
import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TypeAlias

from digest.collect.date_words import MONTH, MONTHS
from digest.model.article import Precision

Found: TypeAlias = tuple[datetime, Precision]

ISO = re.compile(r"\d{4}-\d\d(?:-\d\d(?:[T ]\d\d:?\d\d.*)?)?")
_MAIL = re.compile(
    rf"(?:\w{{3,9}}\.?,\s*)?(\d\d?)\s+{MONTH}\s+(\d{{4}})\s+(\d\d?:\d\d(:\d\d)?)\s*(\S*)",
    re.IGNORECASE,
)
_YEAR, _HOUR = r"(?:19[89]|20\d)\d", r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_OFFSET = r"[+-](?:0\d|1[0-4])"
_ENGLISH = {name: f"{number:02}" for number, name in enumerate(calendar.month_abbr) if name}
_USUAL_MAIL = re.compile(
    rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ({'|'.join(_ENGLISH)}) ({_YEAR}) ({_HOUR})"
    rf" (?:GMT|({_OFFSET}[0-5]\d))",
    re.ASCII,
)
_LONGEST = 40  # characters, more than either of them has
_USUAL_ISO = re.compile(rf"{_YEAR}-\d\d-\d\dT{_HOUR}(?:Z|{_OFFSET}:[0-5]\d)", re.ASCII)


def stamp(words: str) -> datetime | None:
    """Read a date to the second with its zone, as nearly all feeds write it, at a glance: in UTC.

    Every other reader makes the same of it: those of this package, and feedparser's.
    """
    return _remembered(words) if len(words) < _LONGEST else None


def _stamp(words: str) -> datetime | None:
    if mail := _USUAL_MAIL.fullmatch(words):
        words = f"{mail[3]}-{_ENGLISH[mail[2]]}-{mail[1]}T{mail[4]}{mail[5] or 'Z'}"
    elif not _USUAL_ISO.fullmatch(words):
        return None
    try:
        return datetime.fromisoformat(words).astimezone(UTC)
    except ValueError:  # the 31st of February
        return None


_remembered = lru_cache(maxsize=256)(_stamp)
"""One date is read in a feed, in its entry, and where that tells whether it is relative."""


def read_iso(words: str, seen_at: datetime) -> Found | None:
    """Read ISO 8601, from a month to a second. Raises ValueError for a day that never was."""
    if not ISO.fullmatch(words):
        return None
    if len(words) == 7:
        return datetime.fromisoformat(f"{words}-01").replace(tzinfo=UTC), Precision.MONTH
    moment = datetime.fromisoformat(words.replace(" UTC", "Z").replace(" GMT", "Z"))
    if len(words) == 10:
        return moment.replace(tzinfo=UTC), Precision.DAY
    seconds = re.search(r"\d\d:?\d\d:?\d\d", words[11:])
    return _aware(moment, seen_at.tzinfo), Precision.SECOND if seconds else Precision.MINUTE


def read_mail_date(words: str, seen_at: datetime) -> Found | None:
    """Read RFC 5322 dates, in French too: `lun., 22 sept. 2025 10:15:00 +0200`.

    Raises ValueError for a day that never was.
    """
    match = _MAIL.fullmatch(words)
    if not match:
        return None
    english = calendar.month_abbr[MONTHS[match["month"].lower()]]
    text = f"{match[1]} {english} {match[3]} {match[4]} {match[6]}"
    # `-0000` is UTC with nothing said of the place (RFC 5322, 3.3): the parser gives it no zone.
    moment = _aware(parsedate_to_datetime(text.strip()), UTC if match[6] else seen_at.tzinfo)
    return moment, Precision.SECOND if match[5] else Precision.MINUTE


def _aware(moment: datetime, zone: tzinfo | None) -> datetime:
    """Give a moment in UTC; one without a zone is of the one given."""
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
