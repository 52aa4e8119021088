"""Stories and copies are at least as right as they ever were: floors.json only rises.

The project's own week is always measured; French news only where its texts stand beside the
project.
"""

import pytest

from digest.group.meaning import sentence_encoder
from tests.quality.story_figures import (
    AUGUST,
    copy_figures,
    french,
    labelled_windows,
    live_figures,
    rows,
    story_figures,
    week,
)
from tests.quality.test_grouping_floors import DATA, above

needs_texts = pytest.mark.skipif(
    not (DATA / AUGUST).is_file(), reason="../shared/data is not there: these floors are unmeasured"
)


def test_stories_of_our_own_week_in_three_languages() -> None:
    above(story_figures("week", week()))


def test_what_arrives_stands_where_a_whole_grouping_puts_it() -> None:
    above(live_figures(week()))


@pytest.mark.slow
def test_stories_of_our_own_week_with_an_encoder() -> None:
    found = story_figures("week", week(), sentence_encoder())
    above({f"{name}.semantic": value for name, value in found.items()})


@needs_texts
def test_stories_and_copies_of_four_french_days() -> None:
    august = french(rows(DATA / AUGUST))
    above(story_figures("stories", august))
    copies = copy_figures(august[0])
    assert copies.pop("copies.false_hits") == 0
    above(copies)


@needs_texts
@pytest.mark.slow
def test_stories_of_three_french_days_in_may_and_in_june() -> None:
    for name, window in labelled_windows(DATA).items():
        above(story_figures(f"stories.{name}", window))


@needs_texts
@pytest.mark.slow
def test_stories_of_french_days_with_an_encoder() -> None:
    windows = {f"stories.{name}": window for name, window in labelled_windows(DATA).items()}
    for name, window in {"stories": french(rows(DATA / AUGUST)), **windows}.items():
        found = story_figures(name, window, sentence_encoder())
        above({f"{figure}.semantic": value for figure, value in found.items()})
