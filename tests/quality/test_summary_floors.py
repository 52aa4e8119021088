"""Summaries come at least as near to a newsroom's own as they ever did: floors.json only rises."""

import pytest

from tests.quality.measures import ascii_words, rouge_1, rouge_l
from tests.quality.story_figures import ARCHIVE
from tests.quality.summaries import figures
from tests.quality.test_grouping_floors import DATA, above


@pytest.mark.skipif(
    not (DATA / ARCHIVE).is_file(), reason="../shared/data is not there: summaries are unmeasured"
)
def test_summaries_of_french_news() -> None:
    above(figures(DATA))


def test_rouge_counts_words_and_their_order() -> None:
    right = "Le Mali ferme ses frontières"
    assert rouge_1(right, right) == rouge_l(right, right) == 1
    assert rouge_1("frontières le Mali", right) == 2 * 3 / 8
    assert rouge_l("frontières le Mali", right) == 2 * 2 / 8
    assert rouge_1("", right) == rouge_l("", right) == 0


def test_rouge_can_read_words_as_rouge_score_does() -> None:
    assert rouge_1("été", "T", ascii_words) == rouge_l("été", "T", ascii_words) == 1
