"""Invented news for the grouping tests, in our own words."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from digest.group.reading import Desk, Reading
from digest.group.stories import Grouping, find_stories
from digest.model.article import Article
from tests.builders import NOON, an_article, published

ALIASES = (
    ("JNIM", "GSIM", "Groupe de soutien à l'islam et aux musulmans"),
    ("AES", "Alliance des États du Sahel", "Alliance of Sahel States"),
)
_BILINGUAL = Path(__file__).parent / "data" / "bilingual.yaml"


@cache
def bilingual() -> list[tuple[str, Article, Article]]:
    """Give each event's name, its French and its English article."""
    events = yaml.safe_load(_BILINGUAL.read_text(encoding="utf-8"))
    return [
        (
            event["event"],
            an_article(id=2 * place + 1, language="fr", published=published(), **event["fr"]),
            an_article(id=2 * place + 2, language="en", published=published(), **event["en"]),
        )
        for place, event in enumerate(events)
    ]


def read(articles: Sequence[Article]) -> list[Reading]:
    desk = Desk(ALIASES)
    return [desk.read(article) for article in articles]


def stories_of(articles: Sequence[Article], **how: Any) -> Grouping:
    return find_stories(read(articles), **how)


def members(grouping: Grouping) -> set[frozenset[int]]:
    return {frozenset(grouped.story.article_ids) for grouped in grouping.stories}


def convoy(id_: int, *, hours: float = 0, **changes: Any) -> Article:
    """Give one of several reports on the same attack: each id tells it in its own words."""
    tellings = (
        (
            "Un convoi de carburant attaqué près de Kita",
            "Des hommes armés ont incendié une trentaine de camions-citernes sur la route de Kita,"
            " dans l'ouest du Mali. Le convoi venait du Sénégal et roulait sous escorte. Deux"
            " chauffeurs ont disparu, selon le syndicat des transporteurs.",
        ),
        (
            "Mali : trente camions-citernes brûlés sur la route de Kita",
            "Une trentaine de citernes ont brûlé vendredi entre Kita et Bamako. Les assaillants ont"
            " laissé passer les autocars avant de mettre le feu au convoi de carburant, raconte un"
            " chauffeur sénégalais.",
        ),
        (
            "L'attaque de Kita prive Bamako de carburant",
            "Après l'incendie de trente camions-citernes à Kita, les stations de la capitale"
            " malienne ont fermé. Le convoi attaqué transportait un million de litres de carburant"
            " venus du Sénégal.",
        ),
    )
    title, body = tellings[(id_ - 1) % len(tellings)]
    at = NOON + timedelta(hours=hours)
    values: dict[str, Any] = {"title": title, "description": "", "body": body}
    values |= {"published": published(at), "first_seen_at": at}
    return an_article(id=id_, **(values | changes))


def strike(id_: int, *, hours: float = 0, **changes: Any) -> Article:
    """Give a report of which words leave open whether it tells of the convoy."""
    title = "Les routiers en grève"
    body = (
        "Le syndicat des transporteurs appelle ses membres à la grève. Ses chauffeurs refusent de"
        " rouler de Kita vers Bamako tant que l'armée ne les accompagne pas. Le gouvernement promet"
        " une réunion lundi avec les importateurs et les banques."
    )
    return convoy(id_, hours=hours, **({"title": title, "body": body} | changes))


def summit(id_: int, *, hours: float = 0, **changes: Any) -> Article:
    """Give a report on something else altogether."""
    at = NOON + timedelta(hours=hours)
    values: dict[str, Any] = {
        "title": "À Genève, les ministres du Commerce s'accordent sur la pêche",
        "description": "",
        "body": "Les ministres réunis à Genève ont conclu un accord qui limite les subventions à la"
        " pêche en haute mer. L'Inde demande un délai de vingt-cinq ans.",
    }
    values |= {"published": published(at), "first_seen_at": at}
    return an_article(id=id_, **(values | changes))


def day(number: int) -> datetime:
    return datetime(2026, 11, number, 12, tzinfo=UTC)
