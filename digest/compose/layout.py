"""How does an issue become the page that its readers see? Texts typeset, addresses made safe."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from digest.compose import wording
from digest.compose.brand import Brand
from digest.compose.draft import briefs_of, subject_of
from digest.compose.dressing import PLAIN, Dressing
from digest.compose.links import safe_link
from digest.compose.page import Card, Date, Essential, Figure, Link, Page, Part, Title, Tongue
from digest.compose.typography import inert, typeset
from digest.model.issue import Appointment, Brief, Issue, IssueContent, Mention, Section
from digest.model.picture import Size
from digest.schedule.values import Newsletter, Site

_NEVER = "".join(chr(at + 0xFFFE) + chr(at + 0xFFFF) for at in range(0, 0x110000, 0x10000))
"""The last two of each plane are no characters (unicode.org, Core Specification 23.7)."""
_GAP = re.compile(rf"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef{_NEVER}]+")
"""Spaces, line breaks and what no printer prints: one space in print."""


def lay_out(
    issue: Issue,
    newsletter: Newsletter,
    site: Site,
    brand: Brand,
    *,
    since: datetime | None = None,
    dressing: Dressing = PLAIN,
) -> Page:
    """Turn an issue into what its newsletter's readers see.

    `since` makes it a month's best: the moment of the first issue that is in it.
    """
    language = newsletter.language
    sections = [section for section in issue.content.sections if section.briefs]
    desk = _Desk(newsletter, brand, dressing)
    parts = tuple(desk.part(section, place) for place, section in enumerate(sections))
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
        essentials=tuple(desk.essentials(sections, parts)),
        parts=parts,
        agenda=tuple(desk.agenda(issue.content.agenda)),
        stories=sum(len(section.briefs) for section in sections),
        sources=len(_sources(sections)),
        note=_set(brand.footer.get(language, ""), language),
    )


def _credited(brief: Brief) -> str:
    """Name the source with the line that its licence asks for."""
    return f"{brief.source} · {brief.credit}" if brief.credit else brief.source


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


@dataclass(frozen=True)
class _Desk:
    """What all that is laid out for one edition has in common."""

    newsletter: Newsletter
    brand: Brand
    dressing: Dressing

    @property
    def reader(self) -> str:
        return self.newsletter.language

    def part(self, section: Section, place: int) -> Part:
        cards = (self.card(one, self.size(place + at)) for at, one in enumerate(section.briefs))
        return Part(
            title=_set(section.title, self.reader),
            colour=self.brand.colour(section.theme, place),
            place=place + 1,
            cards=tuple(cards),
        )

    def size(self, before: int) -> Size | None:
        """Say how large a story's picture is shown, if at all; 0 is before the first story only."""
        if self.brand.images == "none" or (self.brand.images == "first" and before):
            return None
        return Size.CARD if before else Size.LEAD

    def card(self, brief: Brief, picture: Size | None) -> Card:
        reader, zone = self.reader, self.newsletter.timezone
        headline_language = brief.headline_language or brief.language
        summary_language = brief.summary_language or brief.language
        news_language = brief.news_language or brief.language
        return Card(
            headline=_set(brief.headline, headline_language),
            url=self.link(brief.url),
            source=_set(_credited(brief), reader),
            when=wording.short_date(brief.published_at, reader, zone, brief.precision),
            minutes=brief.minutes if brief.url else 0,
            language_name=_foreign_name(brief.language, reader),
            tongue=_tongue(headline_language, reader),
            summary=_set(brief.summary, summary_language),
            summary_tongue=_tongue(summary_language, reader),
            summary_source=_set(brief.summary_source, reader) if brief.summary else "",
            machine_written=brief.machine_written and bool(brief.summary),
            figure=self.figure(brief, picture) if picture else None,
            also=tuple(self.mention(mention) for mention in brief.also),
            follows=_set(brief.follows, reader),
            news=_set(brief.news, news_language),
            news_tongue=_tongue(news_language, reader),
        )

    def figure(self, brief: Brief, size: Size) -> Figure | None:
        """Give a story's picture, where this edition has one to show."""
        url = safe_link(brief.image_url)
        shown = self.dressing.picture(url, size) if url else None
        if shown is None:
            return None
        alt = _set(brief.image_alt, brief.language)
        return Figure(url=shown.url, alt=alt, width=shown.width, height=shown.height)

    def mention(self, mention: Mention) -> Link:
        return Link(
            source=_set(mention.source, self.reader),
            title=_set(mention.title, mention.language),
            url=self.link(mention.url),
            language=_foreign(mention.language, self.reader),
            language_name=_foreign_name(mention.language, self.reader),
        )

    def link(self, url: str) -> str:
        safe = safe_link(url)
        return self.dressing.link(safe) if safe else ""

    def essentials(self, sections: Iterable[Section], parts: Iterable[Part]) -> Iterator[Essential]:
        for section, part in zip(sections, parts, strict=True):
            for brief in section.briefs:
                if brief.essential:
                    language = brief.essential_language or brief.language
                    yield Essential(
                        text=_set(brief.essential, language),
                        url=self.link(brief.url),
                        tongue=_tongue(language, self.reader),
                        part=part,
                    )

    def agenda(self, appointments: Iterable[Appointment]) -> Iterator[Date]:
        in_order = sorted(appointments, key=lambda one: one.day)
        for day, found in groupby(in_order, key=lambda one: one.day):
            yield Date(
                day=wording.weekday(day, self.reader),
                iso=day.isoformat(),
                lines=tuple(_set(one.text, self.reader) for one in found),
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
