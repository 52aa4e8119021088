"""What compose tests share: a newsletter, its site, and an issue of any contents rendered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from digest.compose.brand import read_brand
from digest.compose.checks import check_edition, check_issue
from digest.compose.preflight.duties import own_site
from digest.compose.preflight.finding import Finding, in_order
from digest.compose.render import render
from digest.model.article import Article
from digest.model.issue import Brief, Issue, IssueContent, RenderedEdition, Section
from digest.model.story import Copy, RankedStory, Story
from digest.schedule.values import Newsletter, Schedule, Sender, Site, Source, Theme
from tests.builders import NOON, a_brief, an_article, an_issue

TEMPLATES = Path(__file__).parents[2] / "templates"
BRAND = read_brand(TEMPLATES / "brand.yaml")
THEMES = {"sahel-security": "Sécurité au Sahel", "diplomacy": "Diplomatie"}

SITE = Site(
    url="https://lettre.example",
    organisation="Observatoire du Sahel",
    postal_address="12 rue des Acacias\n75012 Paris",
    sender=Sender(name="Hebdo Sahel", address="lettre@lettre.example"),
)


def a_newsletter(**changes: Any) -> Newsletter:
    values: dict[str, Any] = {
        "title": "Hebdo Sahel",
        "language": "fr",
        "timezone": "Europe/Paris",
        "list": "hebdo",
        "draft": "0 18 * * thu",
        "send": "53 6 * * fri",
        "sections": ("sahel-security", "diplomacy"),
    }
    return Newsletter.model_validate(values | changes)


def a_schedule(**changes: Any) -> Schedule:
    values: dict[str, Any] = {
        "site": SITE,
        "themes": {
            name: Theme(title={"fr": title, "en": name}, keywords=("mot",))
            for name, title in THEMES.items()
        },
        "sources": (
            Source(name="presse", title="La Presse", feed="https://presse.example/feed"),
            Source(name="wire", title="Wire", feed="https://wire.example/feed"),
        ),
        "newsletters": {"hebdo-sahel": a_newsletter()},
    }
    return Schedule.model_validate(values | changes)


def licensed(**licence: Any) -> Schedule:
    """The schedule, with what its first source lets us show."""
    terms = {"title": "La Presse", "feed": "https://presse.example/feed", "licence": licence}
    return a_schedule(sources=({"name": "presse"} | terms,))


def an_issue_of(*briefs: Brief, **changes: Any) -> Issue:
    section = Section(theme="sahel-security", title="Sécurité au Sahel", briefs=briefs)
    content = IssueContent(
        subject="Sujet",
        preheader="Aperçu : Djibo coupée, urgence prolongée, Ménaka isolée",
        sections=(section,),
    )
    return an_issue(content=replace(content, **changes))


def rendered(issue: Issue, **changes: Any) -> RenderedEdition:
    return render(issue, a_newsletter(**changes), SITE, BRAND, TEMPLATES)


def some_briefs(count: int, **changes: Any) -> tuple[Brief, ...]:
    return tuple(
        a_brief(
            story_id=number,
            headline=f"Titre numéro {number}",
            url=f"https://presse.example/{number}",
            **changes,
        )
        for number in range(1, count + 1)
    )


def a_story(*articles: Article, copies: Sequence[Copy] = ()) -> Story:
    return Story(
        id=articles[0].id,
        lead_id=articles[0].id,
        article_ids=tuple(article.id for article in articles),
        copies=tuple(copies),
        voices=len(articles) - len(copies),
        happened_at=NOON,
    )


def ranked(theme: str, *scored: tuple[Story, float]) -> list[RankedStory]:
    return [RankedStory(story=story, theme=theme, score=score, parts=()) for story, score in scored]


def some_stories(count: int, first: int = 1) -> tuple[dict[int, Article], list[Story]]:
    articles = {
        id_: an_article(id=id_, title=f"Titre numéro {id_}") for id_ in range(first, first + count)
    }
    return articles, [a_story(article) for article in articles.values()]


WEEK = timedelta(weeks=1)


def look(
    issue: Issue, edition: RenderedEdition, site: Site, *, site_url: str, mails: bool
) -> list[Finding]:
    """Give all that is found without asking anyone, errors first."""
    found = [
        *check_issue(issue, edition.language),
        *check_edition(issue.content, edition, site, site_url=site_url),
        *own_site(site_url, mails=mails),
    ]
    return in_order(found)
