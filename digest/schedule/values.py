"""What an editor can decide: the checked values of schedule.yaml.

The pydantic models state the shape; digest.schedule.reading turns text into them and reports every
problem with its line.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from digest.model.run import RunClock
from digest.schedule.fields import (
    LANGUAGES as LANGUAGES,
)
from digest.schedule.fields import (
    Address,
    BothLanguages,
    BounceAddress,
    Countries,
    CronText,
    Day,
    Filled,
    Hosts,
    IsoLanguage,
    Line,
    MailboxAddress,
    Name,
    NotEmpty,
    Paragraphs,
    Period,
    Quiet,
    Spread,
    Tag,
    WebAddress,
    Words,
    Zone,
)

Language = Literal["fr", "en"]

WEB_KINDS = ("feed", "page", "sitemap", "wordpress")
"""Kinds of source that a web address is asked for; the key that holds the address."""
KINDS = (*WEB_KINDS, "folder", "mailbox")
"""All kinds of source."""


class Value(BaseModel):
    """A frozen value that refuses unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False
    )


class Sender(Value):
    """The From identity."""

    name: Filled
    address: Annotated[Address, NotEmpty]


class WarmUp(Value):
    """How a young domain gets its name: few recipients a day at first, then more and more."""

    since: Day
    """The plan's first day."""
    first_day: int = Field(ge=1, le=1_000_000)
    """Recipients of that day, over all issues."""
    growth: float = Field(ge=1.01, le=10)
    """Each day has so many times the recipients of the day before."""
    timezone: Zone = "Europe/Paris"
    """Whose days they are."""


class Bounces(Value):
    """What mail that comes back leads to. An address that is refused for good is never mailed again
    after one; one that is full or out of order, after `soft` different mails within `days`.
    """

    soft: int = Field(default=5, ge=2, le=100)
    days: int = Field(default=30, ge=1, le=366)
    address: BounceAddress = ""
    """Where mail that a relay can't deliver comes back to, for `digest bounces read`: each gets a
    return path of its own, `address` with +… before the @.
    """


class Site(Value):
    """Who publishes, and where readers reach the pages."""

    url: Annotated[WebAddress, NotEmpty]
    organisation: Filled
    postal_address: Annotated[Paragraphs, NotEmpty]
    sender: Sender
    reply_to: Address = ""
    warm_up: WarmUp | None = None
    bounces: Bounces = Bounces()
    tracking: bool = False
    """Whether readers are asked if their reading may be measured; nobody is without their yes."""


class Theme(Value):
    """An editor-defined subject."""

    title: Annotated[dict[Language, Line], BothLanguages]
    about: Paragraphs = ""
    keywords: Words = Field(min_length=1)
    exclude: Words = ()
    examples: tuple[Paragraphs, ...] = ()
    countries: Countries = ()
    """ISO 3166-1 alpha-2: the editors are told before the draft from which of them nothing came."""
    minimum: float | None = Field(default=None, gt=0)
    """Score from which an article belongs; the general one when absent."""


class Licence(Value):
    """What of a source's text may be shown."""

    excerpt: int = Field(default=300, ge=0, le=5000)
    """Characters of the source's own words in a summary."""
    pictures: bool = True
    """Its pictures may be shown."""
    credit: Line = ""
    """What is shown beside its name wherever its words are: `© RFI`."""


class Source(Value):
    """Where articles come from: exactly one of KINDS says where."""

    model_config = ConfigDict(serialize_by_alias=True)

    name: Name
    title: Line = ""
    """As readers see it; the name when empty."""
    feed: WebAddress = ""
    page: WebAddress = ""
    sitemap: WebAddress = ""
    wordpress: WebAddress = ""
    folder: Line = ""
    mailbox: MailboxAddress = ""
    senders: tuple[Annotated[Address, NotEmpty], ...] = Field(default=(), alias="from")
    """Whose mails of a mailbox are collected; anybody's when empty."""
    language: IsoLanguage = ""
    """ISO 639-1 when all its articles share one."""
    weight: float = Field(default=1.0, ge=0, le=10)
    countries: Countries = ()
    """ISO 3166-1 alpha-2: those that it tells of."""
    matters: bool = False
    """The issue needs it: the editors are told before the draft when it has fallen silent."""
    silent_after: Period | None = None
    """Without an article for so long it is silent; by its own rhythm when absent."""
    full_text: bool = True
    """The pages of its articles are asked for the text that its feed leaves out."""
    licence: Licence = Licence()

    @property
    def kind(self) -> str:
        """Which of KINDS it is."""
        return next((kind for kind in KINDS if getattr(self, kind)), "feed")

    @property
    def place(self) -> str:
        """Where it is: a web address, or a folder."""
        return str(getattr(self, self.kind))

    @property
    def remembered_as(self) -> str:
        """What collecting's memory of it is true for: one address asked as another kind is new."""
        return self.place if self.kind in {"feed", "folder"} else f"{self.kind} {self.place}"

    @property
    def on_the_web(self) -> bool:
        """Whether a web address is asked for it."""
        return self.kind in WEB_KINDS


class Limits(Value):
    """How many stories fit, and which are too weak to fill a gap."""

    section: int = Field(default=6, ge=1, le=50)
    issue: int = Field(default=14, ge=1, le=50)
    source: int | None = Field(default=None, ge=1, le=50)
    """Stories of an issue that one source may lead; any number when absent."""
    floor: float = Field(default=1.4, ge=0, le=10)
    """Score of its own below which a story is left out, however short its section stays. The
    default is just above a report of one voice that barely fits its theme at the end of a week."""


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


class Pictures(StrEnum):
    """Where mails show stories' pictures from."""

    LINKED = "linked"
    """From their publishers, who then see when somebody opens a mail."""
    KEPT = "kept"
    """From our own site: small copies, kept with the issue."""


class ThinWeek(Value):
    """What to do with an issue of few stories."""

    below: int = Field(default=3, ge=0, le=50)
    do: Literal["hold", "send"] = "hold"


class Utm(Value):
    """What links in mails tell the statistics of the site they lead to: it came from us. Each value
    may hold {newsletter}, {number} and {date} of the issue; an empty one is left out.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    source: Annotated[Tag, NotEmpty]
    medium: Tag = "email"
    campaign: Tag = "{newsletter}-{number}"
    term: Tag = ""
    content: Tag = ""
    spared: Hosts = Field(default=(), alias="except")
    """Hosts whose addresses stay as they are, whatever is under them too."""


class Newsletter(Value):
    """The publication: when it is made, from what, for whom."""

    title: Filled
    language: Language
    timezone: Zone
    about: Paragraphs = ""
    """What its public pages say of it, in its language."""
    archive: bool = True
    """Anyone may read its past issues on the web."""
    list: Name
    draft: CronText
    """Five-field cron, weekdays by name: when the draft is made and the editors are told."""
    send: CronText
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
    pictures: Pictures = Pictures.LINKED
    editors: tuple[Annotated[Address, NotEmpty], ...] = ()
    """Addresses that get proofs and notices."""
    spread: Spread | None = None
    """Over how long a sending goes out; at once when absent."""
    quiet: Quiet | None = None
    """When no call begins, in the newsletter's zone."""
    utm: Utm | None = None
    """What is added to links in mails; nothing when absent."""
    segment: Name | Literal[""] = ""
    """A segment of the list's readers, for its new drafts; everybody when empty."""

    def cron(self, clock: RunClock) -> str:
        """Give when a clock strikes."""
        match clock:
            case RunClock.DRAFT | RunClock.WARN:
                return self.draft
            case RunClock.SEND:
                return self.send


class Schedule(Value):
    """The whole file."""

    site: Site
    themes: dict[Name, Theme] = Field(min_length=1)
    aliases: tuple[Annotated[Words, Field(min_length=2)], ...] = ()
    """Names of one thing; the first is shown."""
    sources: tuple[Source, ...] = Field(min_length=1)
    newsletters: dict[Name, Newsletter] = Field(min_length=1)

    def source(self, name: str) -> Source | None:
        """Find a source by its name."""
        return next((source for source in self.sources if source.name == name), None)
