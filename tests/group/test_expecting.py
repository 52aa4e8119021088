"""Which words a person's summary would use."""

import pytest

from digest.group.expecting import NOTHING, Expectation, Stretch

TOLD = Stretch(place=1, stems=("mali", "ferm", "post"))


def chance(told: Stretch, stem: str = "mali", *, title: str = "", language: str = "fr") -> float:
    """Give the chance of a stem of a text's second sentence."""
    first = Stretch(place=0, stems=("plui", "tomb"))
    expected = Expectation([first, told], title.split(), {}, language)
    return expected.alone(Stretch(place=1, stems=(stem,))).hits


def test_a_word_of_the_title_is_likelier() -> None:
    assert chance(TOLD, title="mali") > chance(TOLD)


def test_a_name_is_likelier() -> None:
    named = Stretch(place=1, stems=TOLD.stems, names=("mali",))
    assert chance(named) > chance(TOLD)


def test_a_word_of_a_quotation_is_less_likely() -> None:
    quoted = Stretch(place=1, stems=TOLD.stems, quotes=True)
    assert chance(quoted) < chance(TOLD)


@pytest.mark.parametrize("stem", ["je", "nou", "ca"])
def test_no_french_summary_says_we(stem: str) -> None:
    told = Stretch(place=1, stems=(stem, *TOLD.stems))
    assert chance(told, stem) < chance(told, stem, language="en") / 2


def test_what_two_sentences_hold_counts_fully_once() -> None:
    expected = Expectation([TOLD], (), {}, "fr")
    alone = expected.alone(TOLD)
    twice = expected.together(alone, alone)
    assert alone.hits < twice.hits < 2 * alone.hits
    assert expected.together(NOTHING, alone) == alone
