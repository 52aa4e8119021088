"""What makes a theme, which articles would an editor's word help most with, and what did it do?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.errors import ConfigError, NotFoundError, unknown
from digest.group.reading import Desk
from digest.group.themes.definition import Definitions
from digest.group.themes.model import ALONE, Outcome, ThemeModel
from digest.group.themes.scoring import ThemeScorer, changed, fits, minimum
from digest.model.article import Article
from digest.model.correction import Correction
from digest.pipeline import models
from digest.pipeline.grouping import default_since
from digest.pipeline.newsroom import Newsroom
from digest.storage import articles, corrections, stories

_TERMS, _LEARNED, _BORDERLINE, _LATEST, _CHANGES = 15, 12, 10, 10, 20
_SCORED_BY_WORDS = ("fr", "en")


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A word, and how much it speaks for a theme (below 0: against it)."""

    word: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class Words:
    """What speaks for a theme in one language, heaviest first."""

    language: str
    defined: tuple[Weighed, ...]
    """By the definition, before saturation and scale."""
    learned: tuple[Weighed, ...]
    """By the model, in logits; empty where it learned nothing."""
    learned_against: tuple[Weighed, ...]


@dataclass(frozen=True, kw_only=True)
class Borderline:
    """An article that an editor's word would help most with."""

    article_id: int
    title: str
    language: str
    score: float
    belongs: bool


@dataclass(frozen=True, kw_only=True)
class Told:
    """A correction, with its article's title."""

    correction: Correction
    title: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """An article that belongs by one of two models only."""

    article_id: int
    title: str
    before: float
    after: float
    belongs: bool
    """By the later one."""


@dataclass(frozen=True, kw_only=True)
class ThemeView:
    """One theme as it scores now."""

    theme: str
    minimum: float
    scored_by: str
    """`definition`, or the name of a model."""
    note: str
    outcome: Outcome | None
    """What came of the training; None by definition."""
    words: tuple[Words, ...]
    borderline: tuple[Borderline, ...]
    """Nearest to the minimum first; no correction names them yet."""
    corrections: tuple[Told, ...]
    """The latest."""
    before: str
    """The model before this one, or `definition`."""
    changes: tuple[Changed, ...]
    """Articles of the newsletters' windows that belong by one of the two only; the 20 whose scores
    differ most, most first."""


def view(newsroom: Newsroom, theme: str) -> ThemeView:
    """Show a theme.

    Raises:
        NotFoundError: schedule.yaml has no theme of that name.
    """
    themes = newsroom.schedule.themes
    if theme not in themes:
        raise NotFoundError(unknown("theme", theme, themes))
    chosen = models.chosen(newsroom)
    own = None if theme in changed(themes, chosen.model) else chosen.model
    before = own.provenance.before if own else ALONE
    with newsroom.database.read() as connection:
        said = [one for one in corrections.corrections(connection) if one.theme == theme]
        recent = articles.published_since(connection, default_since(newsroom)) if own else []
        return ThemeView(
            theme=theme,
            minimum=minimum(themes[theme]),
            scored_by=chosen.name if own else ALONE,
            note=chosen.note,
            outcome=own.provenance.figures.get(theme) if own else None,
            words=_words(newsroom, theme, own),
            borderline=_borderline(newsroom, connection, theme, said),
            corrections=_told(connection, said),
            before=before,
            changes=_changes(newsroom, theme, (_former(newsroom, before), own), recent),
        )


def _words(newsroom: Newsroom, theme: str, model: ThemeModel | None) -> tuple[Words, ...]:
    definitions = Definitions(newsroom.schedule.themes, Desk(newsroom.schedule.aliases))
    languages = [*_SCORED_BY_WORDS, *(model.languages if model else ())]
    return tuple(
        Words(
            language=language,
            defined=tuple(
                Weighed(word=term.written, weight=round(term.weight, 2))
                for term in definitions.terms(theme, language)[:_TERMS]
            ),
            learned=_learned(model, language, theme, sign=1),
            learned_against=_learned(model, language, theme, sign=-1),
        )
        for language in dict.fromkeys(languages)
    )


def _learned(
    model: ThemeModel | None, language: str, theme: str, *, sign: int
) -> tuple[Weighed, ...]:
    tongue = model.languages.get(language) if model else None
    learned = tongue.themes.get(theme) if tongue else None
    if tongue is None or learned is None:
        return ()
    mine = [(number, weight) for number, weight in learned.weights.items() if weight * sign > 0]
    heaviest = sorted(mine, key=lambda one: (-abs(one[1]), one[0]))[:_LEARNED]
    return tuple(
        Weighed(word=tongue.written[number], weight=round(weight, 2)) for number, weight in heaviest
    )


def _borderline(
    newsroom: Newsroom, connection: Connection, theme: str, said: Sequence[Correction]
) -> tuple[Borderline, ...]:
    needed = minimum(newsroom.schedule.themes[theme])
    known = {one.article_id for one in said}
    near = stories.scores_near(connection, theme, needed, _BORDERLINE + len(known))
    asked = [(article, score) for article, score in near if article not in known][:_BORDERLINE]
    named = articles.articles(connection, [article for article, _ in asked])
    return tuple(
        Borderline(
            article_id=article,
            title=named[article].title,
            language=named[article].language,
            score=score,
            belongs=score >= needed,
        )
        for article, score in asked
    )


def _told(connection: Connection, said: Sequence[Correction]) -> tuple[Told, ...]:
    latest = sorted(said, key=lambda one: (one.at, one.article_id), reverse=True)[:_LATEST]
    named = articles.articles(connection, [one.article_id for one in latest])
    return tuple(Told(correction=one, title=named[one.article_id].title) for one in latest)


def _former(newsroom: Newsroom, name: str) -> ThemeModel | None:
    """Open the model before; where it is gone, the definition is compared with."""
    try:
        model = None if name == ALONE else models.open_model(newsroom, name)
    except (ConfigError, NotFoundError):
        return None
    return model if model and fits(model, newsroom.encoder) else None


def _changes(
    newsroom: Newsroom,
    theme: str,
    pair: tuple[ThemeModel | None, ThemeModel | None],
    recent: Sequence[Article],
) -> tuple[Changed, ...]:
    needed = minimum(newsroom.schedule.themes[theme])
    before, after = (_scores(newsroom, theme, model, recent) for model in pair)
    found = (
        Changed(
            article_id=one.id,
            title=one.title,
            before=before[one.id],
            after=after[one.id],
            belongs=after[one.id] >= needed,
        )
        for one in recent
        if (before[one.id] >= needed) != (after[one.id] >= needed)
    )
    return tuple(sorted(found, key=_difference)[:_CHANGES])


def _difference(one: Changed) -> tuple[float, int]:
    return -abs(one.after - one.before), one.article_id


def _scores(
    newsroom: Newsroom, theme: str, model: ThemeModel | None, recent: Sequence[Article]
) -> Mapping[int, float]:
    desk = Desk(newsroom.schedule.aliases)
    themes = newsroom.schedule.themes
    scorer = ThemeScorer(themes, desk, model, newsroom.encoder)
    return {
        one.id: next((s.score for s in scorer.score(desk.read(one)) if s.theme == theme), 0.0)
        for one in recent
    }
