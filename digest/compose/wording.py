"""What does the product say around the editors' words, in each reader's language?

Catalogues are digest/locale/<language>/digest.po, compiled in memory: an edited .po needs no build.
"""

import re
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment

from digest.compose.typography import typeset

LOCALE = Path(__file__).parents[1] / "locale"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ku", "yi"})


@cache
def catalogue(language: str) -> GNUTranslations:
    """Give the language's translations."""
    compiled = BytesIO()
    with (LOCALE / language / "digest.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def speak(environment: Environment, language: str) -> None:
    """Let templates say `_("…")` and `ngettext(…)` in the language, typeset.

    A message is taken for the template's own text, what is filled in is escaped as ever.
    """
    words = catalogue(language)
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        lambda message: typeset(words.gettext(message), language),
        lambda one, many, count: typeset(words.ngettext(one, many, count), language),
        newstyle=True,
    )


def long_date(at: datetime, language: str, timezone: str) -> str:
    """`vendredi 27 novembre 2026`, `Friday, 27 November 2026`."""
    pattern = "EEEE d MMMM y" if language == "fr" else "EEEE, d MMMM y"
    return _first(
        format_date(at.astimezone(ZoneInfo(timezone)), pattern, locale=language), language
    )


def weekday(day: date, language: str) -> str:
    """`jeudi 3 décembre`, `Thursday, 3 December`."""
    pattern = "EEEE d MMMM" if language == "fr" else "EEEE, d MMMM"
    return _first(format_date(day, pattern, locale=language), language)


def days(first: datetime, last: datetime, language: str, timezone: str) -> str:
    """`13 nov. – 4 déc. 2026`, `Nov 13 – Dec 4, 2026`."""
    zone = ZoneInfo(timezone)
    begin, end = (moment.astimezone(zone).date() for moment in (first, last))
    return _first(format_interval(begin, end, "yMMMd", locale=language), language)


def short_date(at: datetime, language: str, timezone: str, precision: str) -> str:
    """`24 nov.`, `Nov 24`; only the month when no more is known; nothing for a guess."""
    match precision:
        case "first-seen":
            return ""
        case "month":
            skeleton = "yMMMM"
        case _:
            skeleton = "MMMd"
    here = at.astimezone(ZoneInfo(timezone))
    return _first(format_skeleton(skeleton, here, locale=language), language)


def _first(words: str, language: str) -> str:
    """Write a month's first day as French does, `1er décembre`: CLDR's patterns can't."""
    return re.sub(r"\b1(?=\s[^\W\d]|\s?–)", "1er", words) if language == "fr" else words


def moment(at: datetime, language: str, timezone: str) -> str:
    """`vendredi 27 novembre 2026, 06:53 (Europe/Paris)`."""
    here = at.astimezone(ZoneInfo(timezone))
    day = long_date(at, language, timezone)
    return f"{day}, {format_datetime(here, 'HH:mm', locale=language)} ({timezone})"


def language_name(language: str, reader: str) -> str:
    """`anglais` for `en` read by a French reader; the code itself when nobody knows it."""
    try:
        return Locale.parse(language).get_display_name(reader) or language
    except (UnknownLocaleError, ValueError):
        return language


def direction(language: str) -> str:
    """Say which way the language is written: `ltr` or `rtl`."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"
