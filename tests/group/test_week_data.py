"""The week of news in tests/data/week has the form that its README states."""

import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

WEEK = Path(__file__).parents[1] / "data" / "week"
COLUMNS = (
    *("id", "source", "language", "title", "description", "body", "published", "url"),
    *("event", "copy_of", "themes", "saga"),
)
THEMES = {
    *("sahel-security", "diplomacy", "economy", "humanitarian"),
    *("climate", "elections", "culture", "sport"),
}
AGENCIES = {"agence-sud", "meridian-wire"}

Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def week() -> list[Row]:
    return [row for path in sorted(WEEK.glob("*.jsonl")) for row in rows_of(path)]


def by(column: str, week: list[Row]) -> dict[str, list[Row]]:
    ordered = sorted(week, key=lambda row: str(row[column]))
    return {key: list(rows) for key, rows in groupby(ordered, lambda row: str(row[column]))}


def test_there_are_about_400_articles_each_with_its_own_number_and_address(week: list[Row]) -> None:
    assert 380 <= len(week) <= 430
    assert len({row["id"] for row in week}) == len({row["url"] for row in week}) == len(week)


def test_every_article_has_every_column_and_says_something(week: list[Row]) -> None:
    assert {tuple(row) for row in week} == {COLUMNS}
    named = ("source", "title", "body", "event")
    assert [row["id"] for row in week if not all(row[key].strip() for key in named)] == []


def test_a_file_holds_one_day_by_the_outlets_clocks_in_their_order() -> None:
    days = sorted(WEEK.glob("*.jsonl"))
    assert [path.stem for path in days] == [f"2026-03-0{day}" for day in range(2, 9)]
    for path in days:
        clocks = [row["published"][:16] for row in rows_of(path)]
        assert {clock[:10] for clock in clocks} == {path.stem}
        assert clocks == sorted(clocks)


def test_every_time_has_a_zone_and_there_are_several(week: list[Row]) -> None:
    zones = {datetime.fromisoformat(row["published"]).utcoffset() for row in week}
    assert None not in zones
    assert {timedelta(0), timedelta(hours=1), timedelta(hours=-5)} <= zones


def test_a_copy_follows_its_original_in_the_same_language_about_the_same_event(
    week: list[Row],
) -> None:
    numbered = {row["id"]: row for row in week}
    copies = [row for row in week if row["copy_of"] is not None]
    assert {row["copy_of"] for row in copies} <= set(numbered)
    for row in copies:
        original = numbered[row["copy_of"]]
        assert original["copy_of"] is None, row["id"]
        assert (row["language"], row["event"]) == (original["language"], original["event"])
        assert row["source"] != original["source"], row["id"]
        times = [datetime.fromisoformat(r["published"]) for r in (original, row)]
        assert times[0] < times[1], row["id"]


def test_the_languages_are_those_of_a_francophone_newsroom(week: list[Row]) -> None:
    count = Counter(row["language"] for row in week)
    assert set(count) == {"fr", "en", "ar"}
    assert 0.57 <= count["fr"] / len(week) <= 0.65
    assert 0.33 <= count["en"] / len(week) <= 0.41
    assert 6 <= count["ar"] <= 8


def test_outlets_and_themes_are_those_the_readme_names(week: list[Row]) -> None:
    assert len({row["source"] for row in week} - AGENCIES) == 16
    assert {row["source"] for row in week} > AGENCIES
    assert {theme for row in week for theme in row["themes"]} == THEMES


def test_about_half_of_the_events_are_told_again(week: list[Row]) -> None:
    told = [len(rows) for rows in by("event", week).values()]
    assert 110 <= len(told) <= 140
    assert 55 <= told.count(1) <= 70
    assert max(told) <= 12


def test_a_saga_has_two_or_three_events_and_an_event_one_saga(week: list[Row]) -> None:
    sagas = {saga: {row["event"] for row in rows} for saga, rows in by("saga", week).items()}
    del sagas["None"]
    assert 4 <= len(sagas) <= 5
    assert {len(events) for events in sagas.values()} <= {2, 3}
    assert all(len({row["saga"] for row in rows}) == 1 for rows in by("event", week).values())
