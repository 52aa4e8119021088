"""What stands in one edition, ready to print? Every text typeset; templates only place it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from digest.compose import wording
from digest.compose.brand import Brand, Pair
from digest.compose.draft import briefs_of, subject_of
from digest.compose.links import safe_link
from digest.compose.typography import inert, typeset
from digest.model.issue import Brief, Issue, IssueContent, Mention, Section
from digest.schedule.values import Newsletter, Site

_NEVER = "".join(chr(at + 0xFFFE) + chr(at + 0xFFFF) for at in range(0, 0x110000, 0x10000))
"""The last two of each plane are no characters (unicode.org, Core Specification 23.7)."""
_GAP = re.compile(rf"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef{_NEVER}]+")
"""Spaces, line breaks and what no printer prints: one space in print."""


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
    image_url: str
    image_alt: str
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
    cards: tuple[Card, ...]


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
    parts: tuple[Part, ...]
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


def lay_out(
    issue: Issue,
    newsletter: Newsletter,
    site: Site,
    brand: Brand,
    *,
    since: datetime | None = None,
) -> Page:
    """Turn an issue into what its newsletter's readers see.

    `since` makes it a month's best: the moment of the first issue that is in it.
    """
    language = newsletter.language
    sections = [section for section in issue.content.sections if section.briefs]
    return Page(
        language=language,
        direction=wording.direction(language),
        subject=_set(issue.content.subject, _subject_language(issue.content, language)),
        preheader=_set(issue.content.preheader, language),
        newsletter=_set(newsletter.title, language),
        organisation=_set(brand.name or site.organisation, language),
        postal_address=tuple(_set(line, language) for line in site.postal_address.splitlines()),
        publisher=_set(site.organisation, language),
        number=issue.number,
        monthly=since is not None,
        date=_dated(issue, since, language, newsletter.timezone),
        introduction=_paragraphs(issue.content.introduction, language),
        parts=tuple(
            _part(
                section,
                brand.colour(section.theme, place),
                newsletter,
                brand.images == "first" and not place,
            )
            for place, section in enumerate(sections)
        ),
        stories=sum(len(section.briefs) for section in sections),
        sources=len(_sources(sections)),
        note=_set(brand.footer.get(language, ""), language),
    )


def _dated(issue: Issue, since: datetime | None, language: str, timezone: str) -> str:
    if since is None or since == issue.slot:
        return wording.long_date(issue.slot, language, timezone)
    return wording.days(since, issue.slot, language, timezone)


def entitle(content: IssueContent, newsletter: Newsletter, reader: str) -> Title:
    """Give an issue's title as who reads in that language sees it."""
    language = _subject_language(content, newsletter.language)
    return Title(
        subject=_set(content.subject, language),
        tongue=_tongue(language, reader),
        about=_set(content.preheader, newsletter.language),
    )


def _subject_language(content: IssueContent, language: str) -> str:
    """Say the lead's own while its headline is the subject; an editor writes the readers'."""
    briefs = briefs_of(content.sections)
    told = bool(briefs) and content.subject == subject_of(content.sections, "")
    return (briefs[0].headline_language or briefs[0].language) if told else language


def _part(section: Section, colour: Pair, newsletter: Newsletter, picture: bool) -> Part:
    cards = (
        _card(brief, newsletter, picture=picture and not place)
        for place, brief in enumerate(section.briefs)
    )
    title = _set(section.title, newsletter.language)
    return Part(title=title, colour=colour, cards=tuple(cards))


def _card(brief: Brief, newsletter: Newsletter, *, picture: bool) -> Card:
    reader = newsletter.language
    headline_language = brief.headline_language or brief.language
    summary_language = brief.summary_language or brief.language
    news_language = brief.news_language or brief.language
    when = wording.short_date(brief.published_at, reader, newsletter.timezone, brief.precision)
    image = safe_link(brief.image_url) if picture else ""
    return Card(
        headline=_set(brief.headline, headline_language),
        url=safe_link(brief.url),
        source=_set(brief.source, reader),
        when=when,
        minutes=brief.minutes if brief.url else 0,
        language_name=_foreign_name(brief.language, reader),
        tongue=_tongue(headline_language, reader),
        summary=_set(brief.summary, summary_language),
        summary_tongue=_tongue(summary_language, reader),
        summary_source=_set(brief.summary_source, reader) if brief.summary else "",
        machine_written=brief.machine_written and bool(brief.summary),
        image_url=image if urlsplit(image).scheme == "https" else "",
        image_alt=_set(brief.image_alt, brief.language),
        also=tuple(_link(mention, reader) for mention in brief.also),
        follows=_set(brief.follows, reader),
        news=_set(brief.news, news_language),
        news_tongue=_tongue(news_language, reader),
    )


def _link(mention: Mention, reader: str) -> Link:
    return Link(
        source=_set(mention.source, reader),
        title=_set(mention.title, mention.language),
        url=safe_link(mention.url),
        language=_foreign(mention.language, reader),
        language_name=_foreign_name(mention.language, reader),
    )


def _tongue(language: str, reader: str) -> Tongue:
    return Tongue(language=_foreign(language, reader), direction=wording.direction(language))


def _foreign(language: str, reader: str) -> str:
    return "" if language in {reader, "und", ""} else language


def _foreign_name(language: str, reader: str) -> str:
    foreign = _foreign(language, reader)
    return wording.language_name(foreign, reader) if foreign else ""


def _set(text: str, language: str) -> str:
    """Put a text on one line, typeset, without a meaning to any later machine."""
    return inert(typeset(_GAP.sub(" ", text).strip(" "), language))


def _paragraphs(text: str, language: str) -> tuple[str, ...]:
    blocks = (block.strip() for block in text.replace("\r\n", "\n").split("\n\n"))
    return tuple(_set(block, language) for block in blocks if block)


def _sources(sections: Iterable[Section]) -> set[str]:
    briefs = [brief for section in sections for brief in section.briefs]
    return {b.source for b in briefs} | {m.source for b in briefs for m in b.also}
