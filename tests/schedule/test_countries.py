"""Countries as schedule.yaml names them."""

import pytest

from digest.schedule.countries import codes, name_of, read_country
from tests.schedule.texts import SMALL, complaints, read


def test_there_are_the_countries_of_the_standard_and_no_unions() -> None:
    assert len(codes()) == 249
    assert {"ML", "BF", "NE", "TD", "SS", "EH"} <= codes()
    assert codes().isdisjoint({"EU", "UN", "XK", "ZZ"})


@pytest.mark.parametrize("text", ["ML", "ml", " ML "])
def test_a_code_is_taken_in_capitals_or_not(text: str) -> None:
    assert read_country(text) == "ML"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Niger", r"unknown country 'Niger' \(did you mean NE, Niger\?\)"),
        ("Tchad", r"did you mean TD, Chad\?"),
        ("Burkina", r"did you mean BF, Burkina Faso\?"),
        ("qq9", r"write its two letters, e\.g\. ML, BF, NE"),
    ],
)
def test_a_mistake_is_told_with_the_nearest_country(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_country(text)


def test_a_country_has_its_name_in_the_editors_language() -> None:
    assert (name_of("TD", "fr"), name_of("TD", "en")) == ("Tchad", "Chad")


def test_sources_and_themes_say_theirs_and_a_mistake_has_its_line() -> None:
    wanted = SMALL.replace(
        "    folder: inbox\n", "    folder: inbox\n    countries: [ml, NO]\n    matters: true\n"
    ).replace("    keywords: [ambassade]\n", "    keywords: [ambassade]\n    countries: [NE]\n")
    schedule = read(wanted)
    assert schedule.sources[1].countries == ("ML", "NO")
    assert schedule.sources[1].matters
    assert schedule.themes["diplomacy"].countries == ("NE",)
    [problem] = complaints(wanted.replace("[NE]", "[Niger]"))
    assert "did you mean NE, Niger?" in problem
