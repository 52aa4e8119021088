"""Three issues such as readers get: what the judges judge and `make pictures` shows.

`one` is French, `ten` English, `nineteen` French with Arabic stories. Pictures of three shapes and
none, a title that never ends, another without a space in it, followed and shared stories.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from digest.compose import render as rendering
from digest.compose.dressing import Dressing, Shown
from digest.compose.mjml import compile_mjml
from digest.deliver.personalise import cut
from digest.deliver.provider import Personal
from digest.model.issue import (
    Appointment,
    Brief,
    Issue,
    IssueContent,
    Mention,
    RenderedEdition,
    Section,
)
from digest.model.picture import Size
from digest.schedule.values import Newsletter
from subscribers.tokens import unsubscribe_token
from tests.builders import NOON, a_brief, an_issue
from tests.compose.desk import BRAND, SITE, TEMPLATES, a_newsletter
from tests.judges.drawing import shape

PICTURES = "https://pictures.example/"
"""Where the stories' pictures would be fetched; the shape is in the name: `wide-3.jpg`."""
_WORDS = Path(__file__).parents[1] / "data" / "judges"
_SECRET = b"0123456789abcdef"
_SECTIONS = {
    "fr": ("Sécurité au Sahel", "Diplomatie", "Économie", "Vie quotidienne", "Culture et savoirs"),
    "en": ("Sahel security", "Diplomacy", "Economy", "Daily life", "Culture and science"),
}
_THEMES = ("sahel-security", "diplomacy", "economy", "daily-life", "culture")
_INTRODUCTION = {
    "fr": (
        "Cette semaine, le fleuve : les bateaux repartent, les prix suivent, et ceux qui vivent de "
        "l'un ou de l'autre racontent l'attente.\n\nBonne lecture, et merci de vos lettres."
    ),
    "en": "The river is open again. We went to see who gains by it.\n\nThank you for your letters.",
}


_AGENDA = {
    "fr": (
        (date(2026, 12, 1), "Niamey : réouverture du marché de Katako"),
        (date(2026, 12, 3), "Dakar : sommet sur l'eau, jusqu'au 5"),
        (date(2026, 12, 3), "Bamako : verdict attendu dans le procès des douaniers"),
    ),
    "en": ((date(2026, 12, 3), "Dakar: water summit, until the 5th"),),
}
_TITLES = {"fr": "Hebdo Sahel", "en": "Sahel Weekly"}
_ARABIC = (2, 4, 9, 13, 17)
"""Their places among nineteen: the second leads a section."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An issue with what it is printed and mailed by."""

    name: str
    issue: Issue
    newsletter: Newsletter
    mjml: str
    """As it was filled in, before it is compiled."""
    edition: RenderedEdition
    """What `digest.compose.render.render` made of it."""
    reader: Personal

    @property
    def html(self) -> str:
        """The HTML part as its reader gets it."""
        return cut(self.edition.html).fill(self.reader.values)

    @property
    def text(self) -> str:
        """The text part as its reader gets it."""
        return cut(self.edition.text).fill(self.reader.values)

    @property
    def briefs(self) -> tuple[Brief, ...]:
        """Its stories in reading order."""
        return tuple(chain.from_iterable(part.briefs for part in self.issue.content.sections))


@lru_cache(maxsize=1)
def samples() -> Mapping[str, Sample]:
    """Make the three."""
    french, english, arabic = (_briefs(language) for language in ("fr", "en", "ar"))
    made = (
        _sample("one", "fr", french[:1]),
        _sample("ten", "en", english),
        _sample("nineteen", "fr", _mixed(french, arabic)),
    )
    return {sample.name: sample for sample in made}


def reader_of(address: str) -> Personal:
    """Give a reader whose id, hence token, is about as long as one gets."""
    number = 2**40
    token = unsubscribe_token(_SECRET, number, "hebdo")
    return Personal(
        number,
        address,
        "Marie-Françoise d'Arc-en-Barrois & fils",
        f"{SITE.url}/u/{token}",
        f"<issue-1.reader-{number}@lettre.example>",
    )


READER = reader_of("marie-francoise.darc-en-barrois+lettres.du.sahel.et.d.ailleurs@example.org")
"""Of the longest local part that an address may have (RFC 5321 §4.5.3.1.1)."""


def _measured(url: str, _: Size) -> Shown:
    wide, high = shape(url)
    return Shown(url=url, width=wide, height=high)


MEASURED = Dressing(picture=_measured)
"""Somebody looked how large the pictures are."""


def _sample(name: str, language: str, briefs: list[Brief]) -> Sample:
    newsletter = a_newsletter(language=language, title=_TITLES[language])
    issue = an_issue(content=_content(language, briefs), number=128)
    mjml, edition = _rendered(issue, newsletter)
    return Sample(
        name=name, issue=issue, newsletter=newsletter, mjml=mjml, edition=edition, reader=READER
    )


def _rendered(issue: Issue, newsletter: Newsletter) -> tuple[str, RenderedEdition]:
    """Render as everyone does, and keep what was handed to the compiler."""
    sources: list[str] = []

    def compile_and_keep(source: str) -> str:
        sources.append(source.strip())
        return compile_mjml(source)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "compile_mjml", compile_and_keep)
        online = f"{SITE.url}/archive/hebdo-sahel/128"
        edition = rendering.render(
            issue, newsletter, SITE, BRAND, TEMPLATES, web_url=online, dressing=MEASURED
        )
    return sources[-1], edition


def _content(language: str, briefs: Sequence[Brief]) -> IssueContent:
    size = -(-len(briefs) // len(_THEMES))
    chunks = [tuple(briefs[at : at + size]) for at in range(0, len(briefs), size)]
    named = zip(_THEMES, _SECTIONS[language], chunks, strict=False)
    return IssueContent(
        subject=briefs[0].headline,
        preheader=briefs[-1].headline,
        introduction=_INTRODUCTION[language],
        agenda=tuple(Appointment(day=day, text=text) for day, text in _AGENDA[language]),
        sections=tuple(
            Section(theme=theme, title=title, briefs=own) for theme, title, own in named
        ),
    )


def _mixed(french: Sequence[Brief], arabic: Sequence[Brief]) -> list[Brief]:
    mixed = list(french)
    for place, brief in zip(_ARABIC, arabic, strict=True):
        mixed.insert(place, brief)
    return mixed


def _briefs(language: str) -> list[Brief]:
    stories = yaml.safe_load((_WORDS / f"{language}.yaml").read_text(encoding="utf-8"))
    return [_brief(language, number, story) for number, story in enumerate(stories, start=1)]


def _brief(language: str, number: int, story: Mapping[str, Any]) -> Brief:
    mentions = story.get("also", [])
    return a_brief(
        story_id=number,
        headline=story["headline"],
        url=_url(language, number, story["headline"]),
        source=story["source"],
        language=language,
        published_at=NOON - timedelta(hours=7 * number),
        summary=story["summary"],
        machine_written=number == 4,
        summary_source="Agence du Fleuve" if number == 5 else "",
        minutes=story.get("minutes", 2),
        image_url=f"{PICTURES}{story['picture']}-{number}.jpg" if "picture" in story else "",
        image_alt=story["headline"][:60] if number % 2 else "",
        follows=story.get("follows", ""),
        news=story.get("news", ""),
        essential=story.get("essential", ""),
        also=tuple(_mention(mention, number) for mention in mentions),
    )


def _mention(mention: Mapping[str, str], number: int) -> Mention:
    url = _url(mention["language"], number, mention["title"])
    return Mention(**mention, url=url)


def _url(language: str, number: int, title: str) -> str:
    """Make an address as a publisher's machine does: of the title, Arabic letters escaped."""
    slug = re.sub(r"\W+", "-", title.casefold()).strip("-")[:60]
    return f"https://presse.example/{language}/2026/11/25/{quote(slug)}-{number}.html"
