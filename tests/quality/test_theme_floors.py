"""Themes are at least as right as they ever were: floors.json only rises.

The texts measured on belong to their publishers and are no part of the project: without them beside
it, nothing is measured.
"""

import pytest

from digest.group.meaning import sentence_encoder
from tests.quality.test_grouping_floors import DATA, above_floor
from tests.quality.theme_figures import SETS, one_theme, several_themes

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _texts() -> None:
    for name in ("orange_themes", *SETS.values()):
        if not (DATA / name).is_dir():
            pytest.skip(f"../shared/data/{name} is not there: these floors are not measured")


def test_themes_learned_from_french_news_without_labels() -> None:
    above(several_themes(DATA))


@pytest.mark.parametrize("language", list(SETS))
def test_the_best_theme_without_labels_and_with_ten_examples(language: str) -> None:
    above(one_theme(DATA, language))


def test_the_best_theme_with_an_encoder() -> None:
    """From a third of the archive: to encode takes most of the time."""
    found = one_theme(DATA, "fr", sentence_encoder(), every=3)
    above({f"{name}.semantic": value for name, value in found.items()})


def above(measured: dict[str, float]) -> None:
    above_floor(**{name.replace(".", "__"): value for name, value in measured.items()})
