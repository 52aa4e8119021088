"""What an editor can decide: the checked values of schedule.yaml.

The pydantic models state the shape; digest.schedule.reading turns text into them and reports every
problem with its line.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

LANGUAGES = ("fr", "en")
"""Languages of readers and editors; articles may be in any."""


class Value(BaseModel):
    """A frozen value that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _period(value: object) -> object:
    """Read `7 days`, `12 hours`, `30 minutes` as a timedelta."""
    match str(value).split():
        case [number, unit] if number.isdigit() and unit.rstrip("s") in {
            "minute",
            "hour",
            "day",
            "week",
        }:
            return timedelta(**{unit.rstrip("s") + "s": int(number)})
        case _:
            raise ValueError(f"{value!r} is not a period: write e.g. '7 days', '12 hours'")


Period = Annotated[timedelta, BeforeValidator(_period)]
Words = tuple[str, ...]
Language = Literal["fr", "en"]


class Sender(Value):
    """The From identity."""

    name: str = Field(min_length=1)
    address: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")


class Site(Value):
    """Who publishes, and where readers reach the pages."""

    url: str
    organisation: str = Field(min_length=1)
    postal_address: str = Field(min_length=1)
    sender: Sender
    reply_to: str = ""


class Theme(Value):
    """An editor-defined subject."""

    title: dict[Language, str]
    about: str = ""
    keywords: Words = Field(min_length=1)
    exclude: Words = ()
    examples: Words = ()
    minimum: float | None = Field(default=None, gt=0)
    """Score from which an article belongs; the general one when absent."""


class Licence(Value):
    """What of a source's text may be shown."""

    excerpt: int = Field(default=300, ge=0)
    """Characters of the source's own words in a summary."""


class Source(Value):
    """Where articles come from: exactly one of feed and folder."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = ""
    """As readers see it; the name when empty."""
    feed: str = ""
    folder: str = ""
    language: str = ""
    """ISO 639-1 when all its articles share one."""
    weight: float = Field(default=1.0, ge=0, le=10)
    licence: Licence = Licence()


class Limits(Value):
    """How many stories fit."""

    section: int = Field(default=6, ge=1, le=50)
    issue: int = Field(default=14, ge=1, le=50)


class Approval(StrEnum):
    """Who lets an issue go."""

    REQUIRED = "required"
    AUTOMATIC = "automatic"


class Unapproved(StrEnum):
    """What the send clock does with an issue nobody approved."""

    HOLD = "hold"
    SEND = "send"
    SHORTEN = "shorten"
    """Send only the lead story of each section."""


class ThinWeek(Value):
    """What to do with an issue of few stories."""

    below: int = Field(default=3, ge=0)
    do: Literal["hold", "send"] = "hold"


class Newsletter(Value):
    """The publication: when it is made, from what, for whom."""

    title: str = Field(min_length=1)
    language: Language
    timezone: str
    list: str = Field(min_length=1)
    draft: str
    """Five-field cron, weekdays by name: when the draft is made and the editors are told."""
    send: str
    """Five-field cron: when it is sent, if approved."""
    window: Period = timedelta(days=7)
    grace: Period = timedelta(hours=12)
    """How late a missed run is still caught up."""
    sections: Words = Field(min_length=1)
    """Theme names in reading order."""
    stories: Limits = Limits()
    approval: Approval = Approval.REQUIRED
    unapproved: Unapproved = Unapproved.HOLD
    thin_week: ThinWeek = ThinWeek()
    editors: Words = ()
    """Addresses that get proofs and notices."""


class Schedule(Value):
    """The whole file."""

    site: Site
    themes: dict[str, Theme] = Field(min_length=1)
    aliases: tuple[Words, ...] = ()
    """Names of one thing; the first is shown."""
    sources: tuple[Source, ...] = Field(min_length=1)
    newsletters: dict[str, Newsletter] = Field(min_length=1)

    def source(self, name: str) -> Source | None:
        """Find a source by its name."""
        return next((source for source in self.sources if source.name == name), None)
