"""One dated, numbered issue of a newsletter, and the editions its readers get."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from digest.model.story import Lineage

_LONGEST_THEMES = 120
"""Characters of an edition's key; what is longer is cut to a hash."""


class IssueState(StrEnum):
    """draft → approved → sending → sent, or cancelled before the end."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"


ISSUE_STEPS: dict[IssueState, frozenset[IssueState]] = {
    IssueState.DRAFT: frozenset({IssueState.APPROVED, IssueState.CANCELLED}),
    IssueState.APPROVED: frozenset({IssueState.DRAFT, IssueState.SENDING, IssueState.CANCELLED}),
    IssueState.SENDING: frozenset({IssueState.SENT, IssueState.CANCELLED}),
    IssueState.SENT: frozenset(),
    IssueState.CANCELLED: frozenset(),
}
"""Which state may follow which. An edit takes an approved issue back to draft."""


@dataclass(frozen=True, kw_only=True)
class Mention:
    """Another source that covers a story: one link of `also covered by`."""

    source: str
    title: str
    url: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Brief:
    """A story as one issue tells it."""

    story_id: int
    article_ids: tuple[int, ...]
    headline: str
    url: str
    source: str
    """Publisher as a reader should see it."""
    author: str = ""
    language: str
    """Of what the link leads to."""
    headline_language: str = ""
    """Once an editor rewrote it; `language` when empty."""
    summary_language: str = ""
    """The same of the summary."""
    published_at: datetime
    precision: str
    """A digest.model.article.Precision value."""
    summary: str
    summary_source: str = ""
    """Publisher of the article that it was taken from, when that is not the lead's."""
    machine_written: bool = False
    """The summary's words are no person's: said beside it until an editor rewrites it."""
    lead_id: int = 0
    """The article that it links to; 0 in issues from before this was kept."""
    minutes: int = 1
    """Reading time of the lead article."""
    image_url: str = ""
    image_alt: str = ""
    credit: str = ""
    """What its source's licence asks us to say beside its name: `© RFI`."""
    also: tuple[Mention, ...] = ()
    lineage: Lineage = Lineage.NEW
    """What the story is to readers of the issues before this one."""
    follows: str = ""
    """Headline of the earlier event of the same saga, or empty."""
    news: str = ""
    """What the lead article says that readers were not told, where the summary does not say it."""
    news_language: str = ""
    """As headline_language."""
    essential: str = ""
    """Its line above all stories; empty: it has none."""
    essential_language: str = ""
    """As headline_language."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A theme's place in an issue."""

    theme: str
    title: str
    briefs: tuple[Brief, ...]
    """In reading order; the first is the section's lead story."""


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A line of the agenda: what a day ahead brings."""

    day: date
    text: str
    """In the newsletter's language."""


@dataclass(frozen=True, kw_only=True)
class IssueContent:
    """Everything of an issue that an editor can shape."""

    subject: str
    preheader: str
    introduction: str = ""
    """Plain text, blank lines between paragraphs."""
    sections: tuple[Section, ...] = ()
    left_out: tuple[Section, ...] = ()
    """Further candidates and dropped stories by theme: not mailed, an editor can take them in."""
    agenda: tuple[Appointment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One dated, numbered issue."""

    id: int
    newsletter: str
    number: int
    """Counts from 1 within its newsletter."""
    slot: datetime
    """The moment it is due to be sent, UTC: with the newsletter, its identity."""
    state: IssueState
    version: int
    """Grows by one with every change of content or state: what an edit must have read."""
    content: IssueContent
    created_at: datetime
    changed_at: datetime
    approved_by: str = ""
    segment: str = ""
    """A saved filter: only whom of the list it names gets the issue; all when empty."""
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What makes an edition differ from the others of its issue."""

    language: str
    """Of what stands around the stories."""
    themes: tuple[str, ...] = ()
    """The only sections it has, in the issue's order; empty: all."""
    monthly: bool = False
    """The best of a month, in place of the issue's own stories."""
    tracked: bool = False

    @property
    def key(self) -> str:
        """`fr`, `en.diplomacy+energy.monthly.tracked`: fit for a file's name."""
        themes = "+".join(self.themes)
        if len(themes) > _LONGEST_THEMES:
            themes = f"{len(self.themes)}-{sha256(themes.encode()).hexdigest()[:16]}"
        marks = (self.language, themes, self.monthly * "monthly", self.tracked * "tracked")
        return ".".join(mark for mark in marks if mark)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A variant of an issue that some readers get, frozen when sending starts."""

    id: int
    issue_id: int
    key: str
    """Language and choices in one word: `fr`, as Variant.key makes it."""
    language: str
    tracked: bool = False
    """Its readers agreed to be counted when they open it or follow a link."""
    subject: str
    html: str
    text: str


@dataclass(frozen=True, kw_only=True)
class RenderedEdition:
    """What one edition's readers get, holding PLACEHOLDERS; not frozen yet."""

    key: str
    language: str
    tracked: bool = False
    subject: str
    html: str
    text: str


PLACEHOLDERS = (
    "UNSUBSCRIBE_URL",
    "PREFERENCES_URL",
    "NAME",
    "NAME_HTML",
    "ADDRESS",
    "ADDRESS_HTML",
)
"""What may stand as `%%NAME%%` in an edition, filled in per recipient; `…_HTML` is escaped."""
