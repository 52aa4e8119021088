"""How does an issue read on the web? The mail's own page, and what search engines are told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.compose import wording
from digest.compose.brand import Brand
from digest.compose.dressing import Dressing
from digest.compose.layout import entitle, lay_out
from digest.compose.page import Page, Title
from digest.compose.typography import typeset
from digest.model.issue import Issue
from digest.pipeline.archive import in_language, path_of
from digest.schedule.fields import LANGUAGES
from digest.schedule.values import Newsletter, Schedule, Site

LOCALES: Mapping[str, str] = {"fr": "fr_FR", "en": "en_GB"}
"""As Open Graph names them."""

LANGUAGE_NAMES = {one: wording.language_name(one, one).capitalize() for one in LANGUAGES}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One issue in a list of issues."""

    path: str
    title: Title
    number: int
    own: str
    """The newsletter's language where the page speaks another."""
    day: str
    """ISO 8601, in the newsletter's zone."""
    date: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One newsletter on the home page."""

    title: str
    own: str
    """Its language where the page speaks another."""
    about: str
    themes: tuple[str, ...]
    archive: str
    """Path of its archive; empty when it has none."""
    feed: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a page stands, in each language that it speaks."""

    canonical: str
    paths: Mapping[str, str]
    default: str
    """The path that suits whom no language is known of."""


def address(path: str, language: str, own: str) -> Address:
    """Give where a page stands; `own` is empty when it speaks the browser's language by itself."""
    paths = {one: in_language(path, one, own) for one in LANGUAGES}
    return Address(canonical=paths[language] if language else path, paths=paths, default=path)


def other_than(language: str, own: str) -> str:
    """Give what `lang` has to say of a text of one's own; nothing when the page says it."""
    return "" if language == own else own


def read(
    issue: Issue, plan: Newsletter, site: Site, brand: Brand, language: str, *, dressing: Dressing
) -> Page:
    """Lay an issue out for who reads in that language; the editors' words stay as they are."""
    own = lay_out(issue, plan, site, brand, dressing=dressing)
    if language == plan.language:
        return own
    spoken = plan.model_copy(update={"language": language})
    page = lay_out(issue, spoken, site, brand, dressing=dressing)
    titled = zip(page.parts, own.parts, strict=True)
    return replace(
        page,
        subject=own.subject,
        preheader=own.preheader,
        newsletter=own.newsletter,
        introduction=own.introduction,
        parts=tuple(replace(part, title=same.title) for part, same in titled),
        agenda=tuple(
            replace(date, lines=same.lines)
            for date, same in zip(page.agenda, own.agenda, strict=True)
        ),
    )


def line_of(issue: Issue, plan: Newsletter, language: str) -> Line:
    """Say what a list of issues tells of one."""
    return Line(
        path=in_language(path_of(issue.newsletter, issue.number), language, plan.language),
        title=entitle(issue.content, plan, language),
        number=issue.number,
        own=other_than(language, plan.language),
        day=day_of(issue.slot, plan),
        date=wording.long_date(issue.slot, language, plan.timezone),
    )


def day_of(at: datetime, plan: Newsletter) -> str:
    """Give a moment's day in the newsletter's zone, `2026-11-27`."""
    return at.astimezone(ZoneInfo(plan.timezone)).date().isoformat()


def theme_titles(plan: Newsletter, schedule: Schedule, language: str) -> tuple[str, ...]:
    """Name what a newsletter is about, in a reader's language."""
    known = (schedule.themes[name].title for name in plan.sections if name in schedule.themes)
    titles = ({str(key): title for key, title in one.items()} for one in known)
    return tuple(typeset(one[language], language) for one in titles)


def about_of(plan: Newsletter) -> str:
    """Give what a newsletter says of itself, on one line."""
    return typeset(" ".join(plan.about.split()), plan.language)
