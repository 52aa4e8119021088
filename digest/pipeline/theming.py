"""How are themes learned? From the archive, schedule.yaml's examples and editors' corrections."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

import digest
from digest.errors import ConflictError
from digest.group.themes.model import (
    ALONE,
    Outcome,
    Provenance,
    ThemeModel,
    Tongue,
    definition_hash,
    name_of,
)
from digest.model.article import Article
from digest.model.correction import Correction
from digest.pipeline import models
from digest.pipeline.newsroom import Newsroom
from digest.storage import articles, corrections

MOST, LEAST = 20_000, 150
"""Articles of a language: the newest that are learned from, and those that are needed."""

Progress = Callable[[str], None]
"""Is told what is being done."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """What one training found."""

    name: str
    """Of the model."""
    kept: bool
    """It is written and scores from the next grouping on; else it was only tried."""
    languages: Mapping[str, int]
    """Language → articles that were learned from."""
    too_few: Mapping[str, int]
    """Language → articles, where they are too few to learn from."""
    corrections: int
    encoder: str
    themes: Mapping[str, Outcome]
    unlearned: tuple[str, ...]
    """Themes of which too few articles are sure: they are scored by definition."""


@dataclass(frozen=True, kw_only=True)
class Archive:
    """What a training works on."""

    articles: Mapping[str, Sequence[Article]]
    too_few: Mapping[str, int]
    corrections: Sequence[Correction]


@dataclass(frozen=True, kw_only=True)
class _Learning:
    tongues: Mapping[str, Tongue]
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)


def train(
    newsroom: Newsroom, *, dry_run: bool = False, progress: Progress = lambda _: None
) -> Training:
    """Learn all themes anew and let the model score from the next grouping on.

    Equal input gives an equal model. With `dry_run` nothing is written.

    Raises:
        ConflictError: no language has enough articles yet.
    """
    with newsroom.database.read() as connection:
        archive = read_archive(connection, set(newsroom.schedule.themes))
    if not archive.articles:
        raise ConflictError(
            f"too few articles to learn from: {_few(archive.too_few)}; {LEAST} of a language are"
            " needed, and until then themes are scored by definition"
        )
    learned = _learn(newsroom, archive, progress)
    model = _model(newsroom, archive, learned)
    if not dry_run:
        models.choose(newsroom, models.keep(newsroom, model))
    return _report(model, archive, kept=not dry_run)


def read_archive(connection: Connection, themes: set[str]) -> Archive:
    """Read what is learned from: each language's newest articles, and all that were corrected."""
    said = [one for one in corrections.corrections(connection) if one.theme in themes]
    corrected = articles.articles(connection, [one.article_id for one in said])
    counts = articles.languages(connection)
    enough = [language for language, count in counts.items() if count >= LEAST]
    found: dict[str, Sequence[Article]] = {}
    for language in enough:
        newest = {one.id: one for one in articles.newest(connection, language, MOST)}
        newest |= {i: one for i, one in corrected.items() if one.language == language}
        found[language] = [newest[i] for i in sorted(newest)]
    return Archive(
        articles=found,
        too_few={name: count for name, count in counts.items() if name not in found},
        corrections=said,
    )


def _learn(newsroom: Newsroom, archive: Archive, progress: Progress) -> _Learning:
    from digest.pipeline.classroom import Classroom, together

    tongues, outcomes = {}, []
    for language, told in archive.articles.items():
        progress(f"{language}: reading {len(told)} articles")
        room = Classroom(newsroom, language, told, list(archive.articles))
        progress(f"{language}: learning")
        tongues[language] = room.learn(archive.corrections)
        progress(f"{language}: trying it on corrections held back")
        outcomes.append(room.outcomes(tongues[language], archive.corrections))
    return _Learning(tongues=tongues, outcomes=together(outcomes))


def _model(newsroom: Newsroom, archive: Archive, learned: _Learning) -> ThemeModel:
    from digest.group.themes.training import SEED

    themes = newsroom.schedule.themes
    ids = [one.id for told in archive.articles.values() for one in told]
    chosen = models.chosen_name(newsroom) if newsroom.models else ALONE
    provenance = Provenance(
        made_at=newsroom.clock().isoformat(),
        version=digest.__version__,
        definitions={name: definition_hash(theme) for name, theme in themes.items()},
        encoder=newsroom.encoder.name if newsroom.encoder else "",
        articles={language: len(told) for language, told in archive.articles.items()},
        archive=hashlib.sha256(" ".join(map(str, sorted(ids))).encode()).hexdigest(),
        corrections=len(archive.corrections),
        seed=SEED,
        before=chosen,
        figures=learned.outcomes,
    )
    return ThemeModel(languages=learned.tongues, provenance=provenance)


def _report(model: ThemeModel, archive: Archive, *, kept: bool) -> Training:
    made = model.provenance
    learned = {name for tongue in model.languages.values() for name in tongue.themes}
    return Training(
        name=name_of(model),
        kept=kept,
        languages=made.articles,
        too_few=archive.too_few,
        corrections=made.corrections,
        encoder=made.encoder,
        themes=made.figures,
        unlearned=tuple(name for name in made.definitions if name not in learned),
    )


def _few(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} in {name}" for name, count in counts.items()) or "there is none"
