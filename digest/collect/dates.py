"""When was it published? A moment with its precision, the words it came from, and any doubt.

French and English, absolute and relative. Relative words count from the moment the article was
first seen. A date in the future, or none, gives that moment itself.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone

from digest.collect.clean import tidy
from digest.collect.date_words import (
    COUNTS,
    DAY,
    DAYS_AGO,
    MONTH,
    MONTHS,
    NUMBER,
    TIME,
    UNIT,
    UNITS,
    YEAR,
    any_of,
)
from digest.collect.stamps import ISO, Found, read_iso, read_mail_date, stamp
from digest.model.article import Precision, Published

_LONGEST = 120  # characters a date may take: anything longer is a sentence, or an attack
_WEEKDAY = (
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer|jeu|ven|sam|dim"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)\b\.?,?\s+)?(?:le\s+)?"
)
_AGO = re.compile(
    rf"il y a\s+(?:environ\s+)?{NUMBER}\s*{UNIT}|(?:about\s+)?{NUMBER.replace('number', 'n2')}\s*"
    rf"{UNIT.replace('unit', 'u2')}\s+ago",
    re.IGNORECASE,
)
_NEAR = re.compile(rf"(?P<word>{any_of(DAYS_AGO)})\b{TIME}", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"{_WEEKDAY}{DAY}\s+{MONTH}(?:,?\s+{YEAR})?{TIME}", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"{_WEEKDAY}{MONTH}\s+{DAY}(?!\d)(?:,?\s+{YEAR})?{TIME}", re.IGNORECASE)
_NUMERIC = re.compile(
    rf"{_WEEKDAY}(?P<day>\d?\d)[/.-](?P<month>\d?\d)[/.-]{YEAR}{TIME}", re.IGNORECASE
)
_DATELINE = re.compile(rf"(?:publié|paru|published|posted)\b.*?{_DAY_MONTH.pattern}", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"{MONTH}\s+{YEAR}", re.IGNORECASE)
_HINT = re.compile(rf"\d|{any_of(DAYS_AGO)}|il y a|ago\b", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:publié|publiée|posté|mis(?:e)? à jour|paru|published|posted|updated|date|last updated)"
    r"\s*(?:le|on|at)?\s*:?\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*[-–—|·•,(]\s*(?:mis(?:e)? à jour|modifié|actualisé|(?:last )?updated)\b.*", re.IGNORECASE
)
_WORTH = re.compile(
    rf"\b(?:{any_of(MONTHS)}|{any_of(UNITS)})s?\b|\d[/.-]\d+[/.-]\d|\d:\d\d", re.IGNORECASE
)


def resolve(raw: str, *, seen_at: datetime, body: str = "") -> Published:
    """Read a date as received; check it against the dates that the text itself names.

    An hour without a zone is one of `seen_at`'s zone.
    """
    words = _as_words(raw)
    return _resolved(words, read(words, seen_at=seen_at), seen_at, body)


def resolve_first(dates: Sequence[str], *, seen_at: datetime, body: str = "") -> Published:
    """Resolve the first of several dates that is one; else the first."""
    for raw in dates:
        if found := read(raw, seen_at=seen_at):
            words = _as_words(raw)
            known = found if words == raw else read(words, seen_at=seen_at)
            return _resolved(words, known, seen_at, body)
    return resolve(next(iter(dates), ""), seen_at=seen_at, body=body)


def _as_words(raw: str) -> str:
    return " ".join(tidy(raw[:1000]).split())[:_LONGEST]


def _resolved(words: str, found: Found | None, seen_at: datetime, body: str) -> Published:
    if found is None:
        doubt = f"no date could be read from {words!r}" if words else ""
        return _first_seen(seen_at, words, doubt, body)
    at, precision = found
    if precision is Precision.DAY and at.date() == seen_at.date():
        at = min(at, seen_at.astimezone(UTC))  # a day that has begun here, but not in Greenwich
    if at > seen_at:
        return _first_seen(seen_at, words, f"{words!r} lay in the future", body)
    doubt = doubt_of(at, words, body) if is_relative(words) else _dateline(at, body)
    return Published(at=at, precision=precision, raw=words, doubt=doubt)


def read(words: str, *, seen_at: datetime) -> Found | None:
    """Read one date, None when there is none: the words must be a date and nothing else.

    An hour without a zone is one of `seen_at`'s zone; the result is in UTC.
    """
    if moment := stamp(words):
        return moment, Precision.SECOND
    words = _bare(words)
    if not words or not _HINT.search(words):
        return None
    readers: tuple[Callable[[str, datetime], Found | None], ...] = (
        read_iso,
        read_mail_date,
        _ago,
        _near,
        _absolute,
        _guess,
    )
    for reader in readers:
        try:
            found = reader(words, seen_at)
        except (ValueError, OverflowError):  # the 31st of February, the year 0, the far past
            continue
        if found and found[0].year >= 1970:
            return found
    return None


def is_date(words: str) -> bool:
    """Tell whether a short line is a date and nothing else."""
    bare = _bare(words)
    patterns = (ISO, _AGO, _NEAR, _DAY_MONTH, _MONTH_DAY, _NUMERIC, _MONTH_YEAR)
    return len(words) < _LONGEST and any(pattern.fullmatch(bare) for pattern in patterns)


def _bare(words: str) -> str:
    """Give a date without `Publié le` before it and `- Mis à jour le …` behind it."""
    return _LEAD.sub("", _TAIL.sub("", words.strip()[:_LONGEST], count=1))


def is_relative(words: str) -> bool:
    """Tell whether a date counts from the day it is read."""
    return stamp(words) is None and bool(_AGO.search(words) or _NEAR.search(words))


def _first_seen(seen_at: datetime, words: str, doubt: str, body: str) -> Published:
    doubts = (doubt, doubt_of(seen_at, words, body))
    return Published(
        at=seen_at.astimezone(UTC),
        precision=Precision.FIRST_SEEN,
        raw=words,
        doubt="; ".join(filter(None, doubts)),
    )


def doubt_of(at: datetime, words: str, body: str) -> str:
    """Say so when every date that the text names is more than 30 days from the one it was given."""
    named = [
        (_nearest(match, at), " ".join(filter(None, match.group("day", "month", "year"))))
        for match in _DAY_MONTH.finditer(body)
    ]
    near = sorted((abs((day - at.date()).days), text) for day, text in named if day)
    if not near or near[0][0] <= 30:
        return ""
    return f"{words or 'its arrival'} gives {at:%Y-%m-%d}, but the text speaks of {near[0][1]}"


def _nearest(match: re.Match[str], at: datetime) -> date | None:
    """Give the day named; where the year is not, the year that brings it nearest."""
    years = [int(match["year"])] if match["year"] else [at.year - 1, at.year, at.year + 1]
    days = [_day(year, match) for year in years]
    return min(filter(None, days), key=lambda day: abs((day - at.date()).days), default=None)


def _day(year: int, match: re.Match[str]) -> date | None:
    try:
        return date(year, MONTHS[match["month"].lower()], int(match["day"]))
    except ValueError:
        return None


def _dateline(at: datetime, body: str) -> str:
    """Say so when the text's own `Publié le …` names another day."""
    for row in body.splitlines()[:3]:
        match = _DATELINE.match(row)
        day = _nearest(match, at) if match else None
        if day and abs((day - at.date()).days) > 2:
            return f"dated {at:%Y-%m-%d}, but the text says {row[:_LONGEST]!r}"
    return ""


def _ago(words: str, seen_at: datetime) -> Found | None:
    match = _AGO.fullmatch(words)
    if not match:
        return None
    count = (match["number"] or match["n2"]).lower()
    length, precision = UNITS[(match["unit"] or match["u2"]).lower()]
    number = int(count) if count.isdigit() else COUNTS[count]
    return seen_at.astimezone(UTC) - number * length, precision


def _near(words: str, seen_at: datetime) -> Found | None:
    match = _NEAR.fullmatch(words)
    if not match:
        return None
    day = seen_at - timedelta(days=DAYS_AGO[match["word"].lower()])
    if match["hour"] is None:
        return day.astimezone(UTC), Precision.DAY
    return _timed(day.date(), match, seen_at)


def _absolute(words: str, seen_at: datetime) -> Found | None:
    for pattern in (_DAY_MONTH, _MONTH_DAY, _NUMERIC, _MONTH_YEAR):
        if match := pattern.fullmatch(words):
            return _named(match, seen_at)
    return None


def _named(match: re.Match[str], seen_at: datetime) -> Found:
    month = MONTHS.get(match["month"].lower()) or int(match["month"])
    if "day" not in match.groupdict():
        return datetime(int(match["year"]), month, 1, tzinfo=UTC), Precision.MONTH
    if match["year"]:
        return _timed(date(int(match["year"]), month, int(match["day"])), match, seen_at)
    day = date(seen_at.year, month, int(match["day"]))
    past = day if day <= seen_at.date() else day.replace(year=day.year - 1)
    return _timed(past, match, seen_at)


def _timed(day: date, match: re.Match[str], seen_at: datetime) -> Found:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if match["hour"] is None:
        return midnight, Precision.DAY
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    zone = _zone(match["zone"]) if match["zone"] else seen_at.tzinfo
    moment = midnight.replace(hour=hour, minute=minute, second=second, tzinfo=zone)
    return moment.astimezone(UTC), Precision.SECOND if match["second"] else Precision.MINUTE


def _zone(words: str) -> timezone:
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", words)
    if not offset:
        return UTC
    length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return timezone(-length if offset[1] == "-" else length)


def _guess(words: str, seen_at: datetime) -> Found | None:
    """Ask dateparser, which takes `Mars`, `mai` and `2022` for dates: only what looks like one."""
    if not (re.search(r"\d", words) and _WORTH.search(words)):
        return None
    import dateparser

    moment = dateparser.parse(
        words,
        languages=["fr", "en"],
        settings={
            "RELATIVE_BASE": seen_at.replace(tzinfo=None),
            "DATE_ORDER": "DMY",
            "PREFER_DATES_FROM": "past",
            "TIMEZONE": getattr(seen_at.tzinfo, "key", "UTC"),
            "TO_TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": True,
        },
    )
    if moment is None:
        return None
    timed = re.search(r"\d\s*[:h]\s*\d\d|\d\s*[ap]m\b", words, re.IGNORECASE)
    return moment.astimezone(UTC), Precision.MINUTE if timed else Precision.DAY
