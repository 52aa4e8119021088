"""What stands in one edition, ready to print? Every text typeset; templates only place it."""

from dataclasses import dataclass

from digest.compose.brand import Pair


@dataclass(frozen=True, kw_only=True)
class Link:
    """Another publisher's version of a story."""

    source: str
    title: str
    url: str
    """May be empty: no link then."""
    language: str
    language_name: str
    """In the reader's language; empty when it is the reader's own."""


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """How a text is to be read aloud and from which side."""

    language: str
    """Empty when it is the reader's own: `lang` stands only where it changes."""
    direction: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture beside a story."""

    url: str
    alt: str
    """Empty when nothing tells what it shows."""
    width: int
    height: int
    """In pixels of the file; 0 when nobody looked."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """One story as it is printed."""

    headline: str
    url: str
    source: str
    when: str
    minutes: int
    """Reading time of what the link leads to; 0 without a link."""
    language_name: str
    """Of what the link leads to; empty when it is the reader's own."""
    tongue: Tongue
    """The headline's."""
    summary: str
    summary_tongue: Tongue
    summary_source: str
    """Whose words it is, when not the source's; empty without a summary."""
    machine_written: bool
    """The summary is a machine's."""
    figure: Figure | None
    also: tuple[Link, ...]
    follows: str
    news: str
    """What it adds to what it follows."""
    news_tongue: Tongue


@dataclass(frozen=True, kw_only=True)
class Part:
    """One section as it is printed."""

    title: str
    colour: Pair
    place: int
    """Counted from 1: what its colour's class is called by."""
    cards: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True)
class Essential:
    """One line of what matters most: a story's."""

    text: str
    url: str
    tongue: Tongue
    part: Part
    """Where the story stands."""


@dataclass(frozen=True, kw_only=True)
class Date:
    """A day of the agenda and what it brings."""

    day: str
    """`jeudi 3 décembre`."""
    iso: str
    """`2026-12-03`."""
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One edition as it is printed."""

    language: str
    direction: str
    subject: str
    preheader: str
    newsletter: str
    organisation: str
    """Above the title: the brand's name."""
    postal_address: tuple[str, ...]
    """Its lines."""
    publisher: str
    number: int
    monthly: bool
    """It is the best of a month: its number would say little."""
    date: str
    """Of a month's best: from its first issue's day to its last one's."""
    introduction: tuple[str, ...]
    """Its paragraphs."""
    essentials: tuple[Essential, ...]
    parts: tuple[Part, ...]
    agenda: tuple[Date, ...]
    stories: int
    sources: int
    note: str
    """The newsroom's own sentence in the footer."""
    web_url: str = ""
    """Where anyone can read it; empty: nowhere."""


@dataclass(frozen=True, kw_only=True)
class Title:
    """What stands over an issue."""

    subject: str
    tongue: Tongue
    """The subject's."""
    about: str
    """The preheader, in the newsletter's own language."""
