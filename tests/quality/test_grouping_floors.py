"""Grouping is at least as right as it ever was: floors.json only rises.

The texts measured on belong to their publishers and are no part of the project: without them beside
it, nothing is measured.
"""

import csv
import gzip
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from digest.group.reading import Desk
from digest.group.stories import find_stories
from digest.group.themes import ThemeScorer
from digest.model.article import Article
from tests.builders import an_article, published
from tests.quality.measures import micro_f1
from tests.quality.theme_figures import orange_themes

DATA = Path(__file__).parents[3] / "shared" / "data"
FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())
STORIES = "stories/orange_2020-08-18_21.jsonl.gz"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _text(name).splitlines()]


def _text(name: str) -> str:
    if not (DATA / name).is_file():
        pytest.skip(f"../shared/data/{name} is not there: this floor is not measured")
    return gzip.decompress((DATA / name).read_bytes()).decode()


def article(row: dict[str, Any]) -> Article:
    return an_article(
        id=row["id"],
        title=row["title"],
        description=row["heading"],
        body=row.get("article") or row["text"],
        published=published(datetime.fromisoformat(row["published"])),
    )


def above_floor(**measured: float) -> None:
    for name, value in measured.items():
        floor = FLOORS[name.replace("__", ".")]
        assert value >= floor, f"{name} is {value:.4f}, the floor {floor}"


def above(measured: dict[str, float]) -> None:
    """Compare figures of any name with their floors."""
    above_floor(**{name.replace(".", "__"): value for name, value in measured.items()})


@pytest.mark.slow
def test_themes_of_french_news_by_definition_alone() -> None:
    labelled = rows("orange_themes/train_dev.jsonl.gz")[::2]
    desk = Desk()
    scorer = ThemeScorer(orange_themes(DATA), desk)
    found = {
        row["id"]: {s.theme for s in scorer.score(desk.read(article(row))) if s.belongs}
        for row in labelled
    }
    right = {row["id"]: set(row["themes"]) for row in labelled}
    above_floor(themes__definition__micro_f1=micro_f1(found, right))


def test_unrelated_french_and_english_news_is_not_merged() -> None:
    """French articles of one August against English ones of other months: nothing is shared."""
    french = [article(row) for row in rows(STORIES)]
    english = [
        an_article(id=100_000 + place, title=title, description="", body=body, language="en")
        for place, (title, body) in enumerate(_english())
    ]
    at = french[0].published
    moved = [an_article(**(vars_of(one) | {"published": at})) for one in (*french, *english)]
    desk = Desk()
    grouping = find_stories([desk.read(one) for one in moved])
    mixed = [
        grouped.story.article_ids
        for grouped in grouping.stories
        if len({article_id >= 100_000 for article_id in grouped.story.article_ids}) > 1
    ]
    assert len(mixed) <= FLOORS["across_languages.false_merges"], mixed


def vars_of(one: Article) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _english() -> Iterator[tuple[str, str]]:
    limit = csv.field_size_limit(sys.maxsize)  # for the whole process: given back below
    try:
        rows = _text("semeval22_pairs/training_set.csv.gz").splitlines(keepends=True)
        pairs = list(csv.DictReader(rows))
    finally:
        csv.field_size_limit(limit)
    texts = {p[f"text{side}"]: None for p in pairs for side in "12" if p[f"lang{side}"] == "en"}
    for text in list(texts)[:400]:
        title, _, body = text.strip().partition("\n")
        yield title[:200], body
