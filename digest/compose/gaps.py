"""What do the sources lack before an issue is drafted, and how is it told?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.compose.wording import catalogue, long_date
from digest.schedule.countries import name_of


class Lack(StrEnum):
    """What is lacking."""

    SILENT = "silent"
    """A source that matters gave nothing for too long."""
    NO_SOURCE = "no-source"
    """No source tells of a country that a theme is about."""
    NOTHING = "nothing"
    """There are such sources, and none gave an article."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One thing that sources lack."""

    lack: Lack
    source: str = ""
    """Its name in schedule.yaml, of a silence."""
    theme: str = ""
    """The same of a theme, where a country is lacking."""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    since: datetime | None = None
    """The latest article of a silent source; None when there never was one."""
    reason: str = ""
    """Why, in its server's or our words; empty when it answers with nothing new."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """For whom a gap is put into words."""

    language: str
    timezone: str


def in_words(gap: Gap, reader: Reader) -> str:
    """Say what is lacking: `rfi, which matters, is silent since Sunday, …: no connection`."""
    words = catalogue(reader.language)
    match gap.lack:
        case Lack.SILENT if gap.since:
            said = words.gettext(
                "%(source)s, which the issue needs, is silent since %(day)s: %(reason)s"
            )
        case Lack.SILENT:
            said = words.gettext(
                "%(source)s, which the issue needs, never gave anything: %(reason)s"
            )
        case Lack.NO_SOURCE:
            said = words.gettext("%(theme)s has no source from this country: %(country)s")
        case Lack.NOTHING:
            said = words.gettext(
                "%(theme)s: no source of this country gave an article: %(country)s"
            )
    return said % {
        "source": gap.source,
        "theme": gap.theme,
        "country": name_of(gap.country, reader.language),
        "day": long_date(gap.since, *_at(reader)) if gap.since else "",
        "reason": gap.reason or words.gettext("it answers, with nothing new"),
    }


def _at(reader: Reader) -> tuple[str, str]:
    return reader.language, reader.timezone


def subject(newsletter: str, reader: Reader) -> str:
    """Give a warning's subject."""
    words = catalogue(reader.language)
    return words.gettext("Before the draft of %(newsletter)s: what its sources lack") % {
        "newsletter": newsletter
    }


def closing(reader: Reader) -> str:
    """Say what an editor can do."""
    return catalogue(reader.language).gettext(
        "`digest sources` shows all sources, `digest sources show NAME` what to do about one."
    )
