"""An invented archive: each subject has words that its theme names, and words that go with them."""

import random
import zlib
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from digest.group.meaning import Encoder, Meanings
from digest.group.reading import Desk
from digest.group.themes import ThemeScorer
from digest.group.themes.model import Provenance, ThemeModel, Tongue, definition_hash
from digest.group.themes.training import Material, learn
from digest.model.article import Article
from digest.pipeline.classroom import material_of
from digest.schedule.values import Schedule, Theme
from tests.builders import an_article, published
from tests.compose.desk import a_newsletter, a_schedule
from tests.group.newsdesk import ALIASES

NAMED: Mapping[str, Sequence[str]] = {
    "security": ("attaque", "embuscade", "jihadistes", "JNIM", "convoi militaire"),
    "diplomacy": ("ambassadeur", "diplomates", "pourparlers", "sommet"),
    "sport": ("football", "gardien", "championnat"),
}
"""What the themes are defined by."""
BESIDE: Mapping[str, Sequence[str]] = {
    "security": ("motos", "village", "otages", "mine", "patrouille", "civils", "fuite", "tirs"),
    "diplomacy": ("communiqué", "visite", "accord", "délégation", "capitale", "entretien"),
    "sport": ("but", "équipe", "stade", "victoire", "tribunes", "penalty", "entraîneur"),
}
"""What stands in such articles too: no definition holds it, an archive does."""
_FILL = ("mardi", "selon", "plusieurs", "région", "hier", "pays", "habitants", "source", "route")


def themes(**changes: Theme) -> dict[str, Theme]:
    return {name: theme(name) for name in NAMED} | changes


def theme(name: str, **changes: object) -> Theme:
    title = {"fr": name.capitalize(), "en": name.capitalize()}
    return Theme.model_validate({"title": title, "keywords": NAMED[name]} | changes)


def told(subject: str, number: int, *, named: bool = True) -> Article:
    """Tell of a subject, in its theme's own words or only in those beside them."""
    chance = random.Random(f"{subject} {number}")
    words = [*chance.sample(_FILL, 4), *chance.sample(list(BESIDE[subject]), 5)]
    words += [chance.choice(NAMED[subject])] * 3 if named else []
    chance.shuffle(words)
    title = " ".join(chance.sample(words, 4))
    return an_article(
        id=number, title=title, description="", body=f"{' '.join(words)}.", published=published()
    )


def archive(size: int) -> list[Article]:
    """Give articles, a third of each subject; every tenth names nothing of its theme."""
    subjects = list(NAMED)
    return [told(subjects[n % 3], n + 1, named=n % 10 > 0) for n in range(size)]


def subject_of(article: Article) -> str:
    return list(NAMED)[(article.id - 1) % 3]


class Hashes:
    """An encoder for tests: texts are near each other that share words."""

    name = "hashes-1"

    def encode(self, texts: Sequence[str]) -> Meanings:
        rows: Meanings = np.zeros((len(texts), 32), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                rows[row, zlib.crc32(word.strip(".,").encode()) % 32] += 1
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
        return rows


def schedule(**changes: Theme) -> Schedule:
    letter = a_newsletter(sections=["security", "diplomacy"])
    newsletters = {"hebdo-sahel": letter}
    return a_schedule(themes=themes(**changes), newsletters=newsletters, aliases=ALIASES)


def material(
    articles: Sequence[Article], encoder: Encoder | None = None, **changes: Theme
) -> Material:
    return material_of(schedule(**changes), articles, len(articles), "fr", encoder)


def model_of(tongue: Tongue, encoder: Encoder | None = None, **changes: Theme) -> ThemeModel:
    provenance = Provenance(
        made_at="2026-11-26T17:00:00+00:00",
        version="0.1.0",
        definitions={name: definition_hash(one) for name, one in themes(**changes).items()},
        encoder=encoder.name if encoder else "",
        articles={"fr": 300},
        archive="",
        corrections=0,
        seed=1,
        before="definition",
    )
    return ThemeModel(languages={"fr": tongue}, provenance=provenance)


@cache
def learned(*, encoded: bool = False) -> ThemeModel:
    """Give what 300 articles teach."""
    encoder = Hashes() if encoded else None
    return model_of(learn(material(archive(300), encoder), []), encoder)


def locusts(number: int) -> Article:
    """Tell of an attack that is none of the theme's: by its words alone it is."""
    body = "Une attaque de criquets a ravagé le mil. La récolte est perdue, le grenier vide."
    return an_article(
        id=number, title=f"Attaque de criquets à Diré {number}", description="", body=body
    )


def belongs_to(name: str, article: Article, model: ThemeModel) -> bool:
    desk = Desk(ALIASES)
    found = ThemeScorer(themes(), desk, model).score(desk.read(article))
    return name in {one.theme for one in found if one.belongs}
