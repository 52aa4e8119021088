"""How right are stories and copies, on news that people grouped by event?"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from digest.group.copies import find_copies, runs_in
from digest.group.live import LiveWindow
from digest.group.meaning import Encoder
from digest.group.reading import Desk
from digest.group.stories import find_stories
from digest.model.article import Article
from tests.builders import an_article, published
from tests.quality.measures import bcubed_f, pair_f1, pairs

Labelled: TypeAlias = tuple[Sequence[Article], Mapping[int, int]]
"""Articles, and the story of each by its id."""

WEEK = Path(__file__).parents[1] / "data" / "week"
LABELS = Path(__file__).parent / "labels"
AUGUST = "stories/orange_2020-08-18_21.jsonl.gz"
ARCHIVE = "orangesum/dev_articles.jsonl.gz"


def figures(data: Path | None, encoder: Encoder | None) -> dict[str, float]:
    """Measure stories on the project's own week and, where `data` is, on French news."""
    found = story_figures("week", week(), encoder)
    if encoder is None:
        found |= live_figures(week())
    if data:
        august = french(rows(data / AUGUST))
        found |= story_figures("stories", august, encoder)
        for name, window in labelled_windows(data).items():
            found |= story_figures(f"stories.{name}", window, encoder)
        found |= copy_figures(august[0])
    return found


def week() -> Labelled:
    """Give the week that was written for this project (tests/data/week)."""
    days = [day.read_text(encoding="utf-8") for day in sorted(WEEK.glob("*.jsonl"))]
    told = [json.loads(line) for day in days for line in day.splitlines()]
    events = {event: number for number, event in enumerate(dict.fromkeys(t["event"] for t in told))}
    articles = [
        an_article(
            id=row["id"],
            title=row["title"],
            description=row["description"],
            body=row["body"],
            language=row["language"],
            source=row["source"],
            published=published(datetime.fromisoformat(row["published"])),
        )
        for row in told
    ]
    return articles, {row["id"]: events[row["event"]] for row in told}


def french(told: Sequence[Mapping[str, Any]]) -> Labelled:
    """Read labelled rows."""
    return [_article(row) for row in told], {int(row["id"]): int(row["story"]) for row in told}


def labelled_windows(data: Path) -> dict[str, Labelled]:
    """Read the windows that have labels here, by their first days."""
    archive = {int(row["id"]): row for row in rows(data / ARCHIVE)}
    found: dict[str, Labelled] = {}
    for labels in sorted(LABELS.glob("*.json")):
        story = {
            article: number
            for number, articles in enumerate(json.loads(labels.read_text()))
            for article in articles
        }
        found[labels.stem[:10]] = ([_article(archive[id_]) for id_ in sorted(story)], story)
    return found


def copy_figures(originals: Sequence[Article]) -> dict[str, float]:
    """Make a cut and an edited copy of each text; see which are found, and what else is."""
    desk = Desk()
    texts = [(one.id, runs_in(desk.read(one))) for one in originals if len(one.body) > 900]
    known = {copy.article_id for copy in find_copies(texts)}
    kept = [one for one in originals if len(one.body) > 900 and one.id not in known]
    made = [(id_, runs_in(desk.read(one))) for id_, one in _tampered(kept)]
    found = find_copies([*((one.id, runs_in(desk.read(one))) for one in kept), *made])
    right = sum(copy.original_id == copy.article_id % _APART for copy in found)
    return {"copies.recall": right / len(made), "copies.false_hits": float(len(found) - right)}


_APART = 1_000_000
"""Added to an id for each kind of copy."""


def _tampered(originals: Sequence[Article]) -> Iterator[tuple[int, Article]]:
    for one in originals:
        words = one.body.split(" ")
        yield one.id + _APART, replace(one, body=" ".join(words[: len(words) * 3 // 5]))
        edited = [word for at, word in enumerate(words) if at % 17]
        yield one.id + 2 * _APART, replace(one, title="Autre titre", body=" ".join(edited))


def story_figures(
    name: str, labelled: Labelled, encoder: Encoder | None = None
) -> dict[str, float]:
    """Group, and compare with the labels: all articles, those of shared stories, pairs."""
    articles, right = labelled
    desk = Desk()
    grouping = find_stories([desk.read(one) for one in articles], encoder=encoder)
    found = {a: g.story.id for g in grouping.stories for a in g.story.article_ids}
    sizes = Counter(right.values())
    shared = [item for item, story in right.items() if sizes[story] > 1]
    return {
        f"{name}.bcubed_f": bcubed_f(found, right),
        f"{name}.bcubed_f_of_shared": bcubed_f(found, right, of=shared),
        f"{name}.pair_f1": pair_f1(found, right),
    }


def live_figures(labelled: Labelled) -> dict[str, float]:
    """Let the later half arrive one by one; compare with the grouping that refines it at last.

    Of the pairs of an arrival with any other: precision and recall against those of the grouping.
    """
    articles = sorted(labelled[0], key=lambda one: (one.published.at, one.id))
    desk, half = Desk(), len(articles) // 2
    live = LiveWindow(find_stories([desk.read(one) for one in articles[:half]]))
    for one in articles[half:]:
        live.place(desk.read(one))
    whole = find_stories([desk.read(one) for one in articles]).stories
    refined = {article: g.story.id for g in whole for article in g.story.article_ids}
    arrived = {one.id for one in articles[half:]}
    ours, theirs = (
        {pair for pair in pairs(homes) if arrived & {*pair}} for homes in (live.homes, refined)
    )
    common = len(ours & theirs)
    return {"live.precision": common / len(ours), "live.recall": common / len(theirs)}


def rows(path: Path) -> list[dict[str, Any]]:
    """Read a compressed file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _article(row: Mapping[str, Any]) -> Article:
    return an_article(
        id=int(row["id"]),
        title=row["title"],
        description=row["heading"],
        body=row["article"],
        published=published(datetime.fromisoformat(row["published"])),
    )
