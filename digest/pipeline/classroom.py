"""How does an archive become what themes are learned from, and what came of it? With numpy.

Imported by who trains alone: numpy and scikit-learn take seconds to load.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from digest.group.background import shares
from digest.group.meaning import Encoder, Meanings, told_in_short
from digest.group.reading import Desk, Reading
from digest.group.themes.definition import Definitions
from digest.group.themes.model import Outcome, Tongue
from digest.group.themes.scoring import minimum
from digest.group.themes.selecting import Flags, Scores
from digest.group.themes.sheet import make_sheet
from digest.group.themes.training import Lesson, Material, learn, scores
from digest.model.article import Article
from digest.model.correction import Correction
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Schedule, Theme

FOLDS = 5
"""Each fifth of the corrections is tried on a model that did not see it."""
_TRIED = ("held_back", "right_before", "right_after")
_ENCODED_AT_ONCE = 64


@dataclass(frozen=True, kw_only=True)
class Example:
    """A text that schedule.yaml gives for a theme."""

    theme: str
    text: str


class Classroom:
    """Teaches the themes one language's part of an archive."""

    def __init__(
        self, newsroom: Newsroom, language: str, told: Sequence[Article], languages: Sequence[str]
    ) -> None:
        """Read the articles; `languages` are all that are learned, one of which an example has."""
        self._themes = newsroom.schedule.themes
        self._language = language
        self._articles = told
        self._rows = {article.id: row for row, article in enumerate(told)}
        self._examples = examples_of(newsroom.schedule, language, languages)
        texts = [*told, *(_as_article(one, told[0]) for one in self._examples)]
        self._material = material_of(
            newsroom.schedule, texts, len(told), language, newsroom.encoder
        )

    def learn(self, corrections: Sequence[Correction]) -> Tongue:
        """Learn all themes from the archive, the examples and these corrections."""
        return learn(self._material, [*self._of_examples(), *self._lessons(corrections)])

    def outcomes(self, tongue: Tongue, corrections: Sequence[Correction]) -> Mapping[str, Outcome]:
        """Tell what came of each theme, on the archive and on corrections held back."""
        before = self._belonging(self._material.defined)
        after = self._belonging(scores(self._material, tongue))
        held = self._held_back([one for one in corrections if one.article_id in self._rows])
        return {
            name: replace(_outcome(before[:, at], after[:, at]), **held.get(name, {}))
            for at, name in enumerate(self._material.themes)
        }

    def _held_back(self, corrections: Sequence[Correction]) -> Mapping[str, Mapping[str, int]]:
        before = self._belonging(self._material.defined)
        counts: dict[str, dict[str, int]] = {}
        for fold in range(FOLDS):
            kept_back = [one for one in corrections if fold_of(one) == fold]
            if not kept_back:
                continue
            rest = [one for one in corrections if fold_of(one) != fold]
            after = self._belonging(scores(self._material, self.learn(rest)))
            for one in kept_back:
                row, theme = self._rows[one.article_id], self._material.themes.index(one.theme)
                mine = counts.setdefault(one.theme, dict.fromkeys(_TRIED, 0))
                mine["held_back"] += 1
                mine["right_before"] += bool(before[row, theme]) == one.belongs
                mine["right_after"] += bool(after[row, theme]) == one.belongs
        return counts

    def _belonging(self, scored: Scores) -> Flags:
        minima = [minimum(self._themes[name]) for name in self._material.themes]
        found: Flags = (np.round(scored, 4) >= np.array(minima))[: len(self._articles)]
        return found

    def _lessons(self, corrections: Sequence[Correction]) -> Iterator[Lesson]:
        for one in corrections:
            if one.article_id in self._rows:
                yield Lesson(
                    row=self._rows[one.article_id],
                    theme=self._material.themes.index(one.theme),
                    belongs=one.belongs,
                    weight=one.weight,
                )

    def _of_examples(self) -> Iterator[Lesson]:
        for at, one in enumerate(self._examples, start=len(self._articles)):
            theme = self._material.themes.index(one.theme)
            yield Lesson(row=at, theme=theme, belongs=True, weight=1.0)


def material_of(
    schedule: Schedule,
    texts: Sequence[Article],
    unlabelled: int,
    language: str,
    encoder: Encoder | None,
) -> Material:
    """Read texts of one language, of which the first `unlabelled` teach by themselves."""
    desk = Desk(schedule.aliases)
    themes = tuple(schedule.themes)
    definitions = Definitions(schedule.themes, desk)
    defined = np.zeros((len(texts), len(themes)))

    def passing() -> Iterator[Reading]:
        for row, reading in enumerate(desk.read_all(texts)):
            for name, found in definitions.points(reading).items():
                defined[row, themes.index(name)] = sum(found.values())
            yield reading

    sheet = make_sheet(passing())
    return Material(
        themes=themes,
        sheet=sheet,
        defined=defined,
        unlabelled=np.arange(len(texts)) < unlabelled,
        vectors=_vectors(texts, encoder) if encoder else None,
        meanings=_meanings(schedule.themes, language, encoder) if encoder else None,
    )


def examples_of(schedule: Schedule, language: str, languages: Sequence[str]) -> list[Example]:
    """Give the schedule's examples that are written in a language, of those that are learned."""
    desk = Desk(schedule.aliases)
    return [
        Example(theme=name, text=text)
        for name, theme in schedule.themes.items()
        for text in theme.examples
        if max(languages, key=lambda one: _known(text, one, desk)) == language
    ]


def fold_of(correction: Correction) -> int:
    """Put a correction into one of the folds: all of an article into the same one."""
    named = hashlib.sha256(str(correction.article_id).encode()).digest()
    return named[0] % FOLDS


def together(several: Sequence[Mapping[str, Outcome]]) -> dict[str, Outcome]:
    """Add the outcomes of all languages up."""
    found: dict[str, Outcome] = {}
    for outcomes in several:
        for name, one in outcomes.items():
            sums = asdict(found[name]) if name in found else dict.fromkeys(asdict(one), 0)
            found[name] = Outcome(**{part: sums[part] + n for part, n in asdict(one).items()})
    return found


def _outcome(before: Flags, after: Flags) -> Outcome:
    return Outcome(
        defined=int(before.sum()),
        learned=int(after.sum()),
        gained=int((after & ~before).sum()),
        lost=int((before & ~after).sum()),
    )


def _known(text: str, language: str, desk: Desk) -> float:
    """Give the share of a text's words that a language's background has."""
    stems = desk.lexer(language).stems(text)
    return sum(stem in shares(language) for stem in stems) / max(1, len(stems))


def _as_article(example: Example, like: Article) -> Article:
    return replace(like, id=0, title="", description="", body=example.text)


def _vectors(texts: Sequence[Article], encoder: Encoder) -> Meanings:
    told = [told_in_short(text) for text in texts]
    parts = range(0, len(told), _ENCODED_AT_ONCE)
    return np.concatenate([encoder.encode(told[at : at + _ENCODED_AT_ONCE]) for at in parts])


def _meanings(themes: Mapping[str, Theme], language: str, encoder: Encoder) -> Meanings:
    """Give the mean of two vectors of each definition, with its keywords and without."""
    short = [f"{_title(theme, language)}. {theme.about}" for theme in themes.values()]
    full = [
        f"{text} {', '.join(theme.keywords)}"
        for text, theme in zip(short, themes.values(), strict=True)
    ]
    return (encoder.encode(short) + encoder.encode(full)) / np.float32(2)


def _title(theme: Theme, language: str) -> str:
    return theme.title["fr" if language == "fr" else "en"]
