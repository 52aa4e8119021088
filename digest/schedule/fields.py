"""What may stand in one field of schedule.yaml? Each check says what to write instead."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from difflib import get_close_matches
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator

from digest.schedule.countries import read_country
from digest.schedule.cron import parse_cron

LANGUAGES = ("fr", "en")
"""Languages of readers and editors; articles may be in any."""

PLACES = ("newsletter", "number", "date")
"""What stands in braces in a value of `utm:`."""
LONGEST_BOUNCE_NAME = 15
"""So that a return path, with +, 48 letters and the @ behind it, is one that all servers take."""
_UNITS = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
_LONGEST_LINE = 300
_LONGEST_TEXT = 20_000
_LONGEST_TAG = 100
_YEAR = 366 * 24 * 60
_LONGEST_SPREAD = timedelta(days=7)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_ADDRESS = re.compile(r"[^@\s<>()\[\]\\,;:\"\x00-\x1f\x7f]+@[^@\s<>()\[\]\\,;:\"\x00-\x1f\x7f]+")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """The time of day in which no mail goes out, on the wall clock; may go over midnight."""

    start: time
    end: time
    """The first minute in which mail goes out again."""

    def __str__(self) -> str:
        """`22:00-07:00`."""
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def _filled(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _line(text: str) -> str:
    if len(text) > _LONGEST_LINE:
        raise ValueError(f"is longer than {_LONGEST_LINE} characters")
    if _CONTROL.search(text):
        raise ValueError("must be one line, without control characters")
    return text


def _paragraphs(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"is longer than {_LONGEST_TEXT} characters")
    if _CONTROL.search(text.replace("\n", " ").replace("\t", " ")):
        raise ValueError("must be free of control characters")
    return text


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} can't be a name: lower-case letters a-z, digits and hyphens, at most 64"
        )
    return text


def _address(text: str) -> str:
    if text and (len(text) > 254 or not _ADDRESS.fullmatch(text)):
        raise ValueError(f"{text!r} is not an email address: write e.g. redaction@example.org")
    return text


def _bounce_address(text: str) -> str:
    local, at, _ = _address(text).rpartition("@")
    if at and (len(local) > LONGEST_BOUNCE_NAME or not local.isascii() or "+" in local):
        raise ValueError(
            f"{text!r}: before the @ there must be {LONGEST_BOUNCE_NAME} letters at most and no +,"
            " for digest adds its own: write e.g. bounces@example.org"
        )
    return text


def _web_address(text: str) -> str:
    if text and not _is_web_address(text):
        raise ValueError(f"{text!r} is not an address that starts with https:// or http://")
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise ValueError("the address holds a user or password: secrets don't belong in this file")
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text
    except ValueError:  # a damaged [::1]
        return False


def _mailbox(text: str) -> str:
    if text and not _is_mailbox(text):
        raise ValueError(
            f"{re.sub('//.*@', '//…@', text)!r} is no mailbox: write e.g. "
            "imaps://revue@mail.example.org/INBOX; its password goes into the environment, and "
            "imap://, which is not secret, only reads from 127.0.0.1"
        )
    return text


def _is_mailbox(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname and parts.username) and parts.password is None
        here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        bare = not (parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        return False
    return named and bare and (parts.scheme == "imaps" or (parts.scheme == "imap" and here))


def _iso_language(text: str) -> str:
    if text and not re.fullmatch(r"[a-z]{2}", text):
        raise ValueError(f"{text!r} is not a language code: two letters such as fr, en, ar")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {text!r} ({_nearest_zone(text)})") from None
    return text


def _nearest_zone(text: str) -> str:
    near = get_close_matches(text, sorted(available_timezones()), n=1)
    return f"did you mean {near[0]!r}?" if near else "write e.g. Europe/Paris, Africa/Bamako, UTC"


def _cron(text: str) -> str:
    parse_cron(text)
    return " ".join(text.split())


def _period(value: object) -> object:
    """Read `7 days`, `12 hours`, `30 minutes` as a timedelta."""
    found = re.fullmatch(r"(\d{1,6})\s*(minute|hour|day|week)s?", str(value).strip())
    if isinstance(value, timedelta):
        return value
    if not found:
        raise ValueError(f"{value!r} is not a period: write e.g. '7 days', '12 hours'")
    minutes = int(found[1]) * _UNITS[found[2]]
    if not 0 < minutes <= _YEAR:
        raise ValueError(f"{value!r}: a period goes from 1 minute to 366 days")
    return timedelta(minutes=minutes)


def read_spread(text: object) -> timedelta:
    """Read `2 hours`, over which a sending is spread.

    Raises:
        ValueError: it is no period, or longer than a week.
    """
    period = _period(text)
    if not isinstance(period, timedelta) or period > _LONGEST_SPREAD:
        raise ValueError(f"{text!r}: a sending is spread over 7 days at most")
    return period


def _quiet(value: object) -> object:
    """Read `22:00-07:00`."""
    if isinstance(value, QuietHours):
        return value
    try:
        start, end = map(_time_of_day, str(value).split("-"))
    except ValueError:
        raise ValueError(f"{value!r} are no quiet hours: write e.g. '22:00-07:00'") from None
    if start == end:
        raise ValueError(f"{value!r} would be all day or never: write e.g. '22:00-07:00'")
    return QuietHours(start=start, end=end)


def _time_of_day(text: str) -> time:
    hour, minute = text.strip().split(":")
    return time(int(hour), int(minute))


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError(f"{value!r} is no day: write e.g. 2026-11-01") from None


def _tag(text: str) -> str:
    """Take a value of a link's parameter, whose braces name something of the issue."""
    if len(_line(text)) > _LONGEST_TAG:
        raise ValueError(f"is longer than {_LONGEST_TAG} characters: it stands in every link")
    bare = text
    for place in PLACES:
        bare = bare.replace(f"{{{place}}}", "")
    if strange := re.search(r"\{[^{}]*\}?|\}", bare):
        known = ", ".join(f"{{{place}}}" for place in PLACES)
        raise ValueError(f"nothing is filled in for {strange[0]!r}: write {known}, or no braces")
    return text


def _host(text: str) -> str:
    """Take a host's name in ASCII and small letters, as it stands in addresses."""
    try:
        name = text.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name):
        raise ValueError(
            f"{text!r} is no host: write e.g. lemonde.fr, without https:// and without a path;"
            " www.lemonde.fr and all others under it are meant too"
        )
    return name


def _both_languages(titles: dict[str, str]) -> dict[str, str]:
    lacking = [language for language in LANGUAGES if not titles.get(language)]
    if lacking:
        raise ValueError(f"needs both fr and en: {' and '.join(lacking)} is missing")
    return titles


Line = Annotated[str, AfterValidator(_line)]
"""One line of text."""
Paragraphs = Annotated[str, AfterValidator(_paragraphs)]
"""Text that may have several lines."""
NotEmpty = AfterValidator(_filled)
Filled = Annotated[Line, NotEmpty]
Name = Annotated[str, AfterValidator(_name)]
Address = Annotated[str, AfterValidator(_address)]
BounceAddress = Annotated[str, AfterValidator(_bounce_address)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
MailboxAddress = Annotated[Line, AfterValidator(_mailbox)]
IsoLanguage = Annotated[str, AfterValidator(_iso_language)]
Zone = Annotated[str, AfterValidator(_zone)]
CronText = Annotated[str, AfterValidator(_cron)]
Period = Annotated[timedelta, BeforeValidator(_period)]
Spread = Annotated[timedelta, BeforeValidator(read_spread)]
Quiet = Annotated[QuietHours, BeforeValidator(_quiet)]
Day = Annotated[date, BeforeValidator(_day)]
Countries = tuple[Annotated[str, AfterValidator(read_country)], ...]
Tag = Annotated[str, AfterValidator(_tag)]
Hosts = tuple[Annotated[str, AfterValidator(_host)], ...]
Words = tuple[Filled, ...]
BothLanguages = AfterValidator(_both_languages)
