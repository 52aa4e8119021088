"""How right are themes on real news: by definition, learned without labels, with ten examples each?

Orange's French news has several themes an article: F1 over all of them, and the mean over themes of
the average precision. MasakhaNEWS has one theme an article, the best: F1, weighted by how frequent
labels are, on its development set; its rebuilt training set is the archive, without labels. The
definitions are our own words. Sources: Eddine et al., BARThez, 2021; Adelani et al., MasakhaNEWS,
2023.
"""

import csv
import gzip
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml
from sklearn.metrics import average_precision_score, f1_score

from digest.group.meaning import Encoder, Remembering
from digest.group.reading import Desk, Reading
from digest.group.themes import BELONGS, ThemeScorer
from digest.group.themes.model import Provenance, ThemeModel, Tongue, definition_hash
from digest.group.themes.training import Lesson, learn, scores
from digest.model.article import Article
from digest.pipeline.classroom import material_of
from digest.schedule.values import Schedule, Theme
from tests.builders import an_article
from tests.compose.desk import a_newsletter, a_schedule
from tests.quality.story_figures import rows

SETS = {"fr": "masakhanews_fra", "en": "masakhanews_eng"}
DEFINITIONS = Path(__file__).parent / "definitions.yaml"


def figures(data: Path, encoder: Encoder | None) -> dict[str, float]:
    """Measure everything; with an encoder the names end in `.semantic`."""
    found = several_themes(data, encoder)
    for language in SETS:
        found |= one_theme(data, language, encoder)
    ending = ".semantic" if encoder else ""
    return {f"{name}{ending}": value for name, value in found.items()}


def several_themes(data: Path, encoder: Encoder | None = None) -> dict[str, float]:
    """Measure on Orange's news: it is the archive too, without its labels."""
    told = rows(data / "orange_themes" / "train_dev.jsonl.gz")
    themes = orange_themes(data)
    texts = [
        an_article(id=row["id"], title=row["title"], description=row["heading"], body=row["text"])
        for row in told
    ]
    right = np.array([[name in row["themes"] for name in themes] for row in told])
    material = material_of(_schedule(themes), texts, len(texts), "fr", encoder)
    found = scores(material, learn(material, []))
    precisions = [average_precision_score(right[:, at], found[:, at]) for at in range(len(themes))]
    hits = ((found >= BELONGS) & right).sum()
    return {
        "themes.micro_f1": float(2 * hits / ((found >= BELONGS).sum() + right.sum())),
        "themes.map": float(np.mean(precisions)),
    }


def one_theme(
    data: Path, language: str, encoder: Encoder | None = None, *, every: int = 1
) -> dict[str, float]:
    """Measure on MasakhaNEWS of a language: without any label, and with ten examples a theme.

    `every`: of how many articles of the archive one is learned from.
    """
    encoder = encoder and Remembering(encoder)  # what is tried, is tried twice
    folder = data / SETS[language]
    themes = _masakhanews_themes(language, (folder / "labels.txt").read_text().split())
    tens = table(folder / "fewshot_10_train.tsv.gz")
    archive = rows(folder / "train_reconstructed.jsonl.gz")[::every]
    texts = _articles(archive, language)
    whole = [*texts, *_articles(tens, language)]
    material = material_of(_schedule(themes), whole, len(texts), language, encoder)
    tried, desk = table(folder / "dev.tsv.gz"), Desk()
    readings = [desk.read(article) for article in _articles(tried, language)]
    found = {}
    for ending, lessons in (("", []), (".ten", _lessons(tens, list(themes), len(texts)))):
        model = _model(learn(material, lessons), themes, language, encoder)
        scorer = ThemeScorer(themes, desk, model, encoder)
        best = [_best(scorer, reading) for reading in readings]
        right = [row["category"] for row in tried]
        value = float(f1_score(right, best, average="weighted", zero_division=0.0))
        found[f"masakhanews.{language}{ending}"] = value
    return found


def orange_themes(data: Path) -> dict[str, Theme]:
    """Give the themes that Orange's news is labelled with."""
    definitions = yaml.safe_load((data / "orange_themes" / "themes.yaml").read_text())
    return {
        one["id"]: Theme(
            title={"fr": one["name"], "en": one["name"]},
            about=one["description"],
            keywords=tuple(map(str, one["keywords"])),
        )
        for one in definitions
    }


def table(path: Path) -> list[dict[str, str]]:
    """Read a compressed file of values between tabs."""
    limit = csv.field_size_limit(sys.maxsize)  # for the whole process: given back below
    try:
        text = gzip.decompress(path.read_bytes()).decode()
        return list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    finally:
        csv.field_size_limit(limit)


def _masakhanews_themes(language: str, labels: Sequence[str]) -> dict[str, Theme]:
    defined = yaml.safe_load(DEFINITIONS.read_text(encoding="utf-8"))[language]
    return {
        label: Theme(
            title={"fr": defined[label]["title"], "en": defined[label]["title"]},
            about=defined[label]["about"],
            keywords=tuple(word.strip() for word in defined[label]["keywords"].split(",")),
        )
        for label in labels
    }


def _schedule(themes: Mapping[str, Theme]) -> Schedule:
    letter = a_newsletter(sections=list(themes)[:1])
    return a_schedule(themes=dict(themes), newsletters={"hebdo-sahel": letter})


def _articles(rows: Sequence[Mapping[str, str]], language: str) -> list[Article]:
    return [
        an_article(
            id=place, title=row["headline"], description="", body=row["text"], language=language
        )
        for place, row in enumerate(rows, start=1)
    ]


def _lessons(rows: Sequence[Mapping[str, str]], labels: Sequence[str], start: int) -> list[Lesson]:
    return [
        Lesson(row=row, theme=theme, belongs=one["category"] == label, weight=1.0)
        for row, one in enumerate(rows, start=start)
        for theme, label in enumerate(labels)
    ]


def _best(scorer: ThemeScorer, reading: Reading) -> str:
    return next((score.theme for score in scorer.score(reading)), "none")


def _model(
    tongue: Tongue, themes: Mapping[str, Theme], language: str, encoder: Encoder | None
) -> ThemeModel:
    provenance = Provenance(
        made_at="",
        version="",
        definitions={name: definition_hash(theme) for name, theme in themes.items()},
        encoder=encoder.name if encoder else "",
        articles={},
        archive="",
        corrections=0,
        seed=0,
        before="",
    )
    return ThemeModel(languages={language: tongue}, provenance=provenance)
