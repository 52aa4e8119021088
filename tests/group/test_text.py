"""Words, stems and aliases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.group.text import TEXT_CAP, Lexer, fold
from tests.group.newsdesk import ALIASES


def stems(text: str, language: str = "fr") -> tuple[str, ...]:
    return Lexer(language, ALIASES).stems(text)


@pytest.mark.parametrize("text", ["Goïta", "GOÏTA", "goita", "Goi\u0308ta"])
def test_accents_and_case_are_folded(text: str) -> None:
    assert fold(text) == "goita"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("JNIM", "fr"),
        ("le GSIM", "fr"),
        ("le Groupe de soutien à l’islam et aux musulmans", "fr"),
        ("LE GROUPE DE SOUTIEN A L'ISLAM ET AUX MUSULMANS", "fr"),
        ("GSIM", "en"),
    ],
)
def test_every_name_of_a_thing_is_one_word(text: str, language: str) -> None:
    assert "@jnim" in stems(text, language)


def test_a_longer_alias_wins_over_a_shorter_one_inside_it() -> None:
    lexer = Lexer("fr", [("Sahel",), ("AES", "Alliance des États du Sahel")])
    assert lexer.stems("l'Alliance des États du Sahel") == ("@aes",)


def test_a_short_acronym_is_one_only_in_capitals() -> None:
    lexer = Lexer("en", [("US", "United States")])
    assert lexer.stems("US") == ("@us",)
    assert "@us" not in lexer.stems("they told us")


@pytest.mark.parametrize("written", ["1 500", "1\u202f500", "1.500", "1,500", "1500"])
def test_a_number_is_one_however_its_thousands_are_parted(written: str) -> None:
    assert stems(f"{written} soldats")[0] == "1500"


def test_a_date_and_a_figure_side_by_side_are_two_numbers() -> None:
    assert {"2022", "15"} <= set(stems("en 2022, 15 soldats"))


def test_words_of_a_family_share_their_stem() -> None:
    assert stems("négociations") == stems("négociation")
    assert stems("convois") == stems("convoi")
    assert stems("ambassadors", "en") == stems("ambassador", "en")


def test_capitals_after_a_full_stop_or_in_a_quotation_say_nothing() -> None:
    passage = Lexer("fr").read("Bamako dort. Demain il pleut, dit « Radio Kayira ».")
    at = {word.written: place for place, word in enumerate(passage.words)}
    assert {at["Bamako"], at["Demain"], at["Radio"]} <= passage.starts
    assert at["Kayira"] not in passage.starts


def test_a_language_without_stemmer_keeps_its_words() -> None:
    assert stems("Ouagadougou", "und") == ("ouagadougou",)


def test_an_endless_text_is_read_up_to_the_cap() -> None:
    assert len(Lexer("fr").read("mot " * TEXT_CAP).words) <= TEXT_CAP // 4


@given(st.text(), st.sampled_from(["fr", "en", "ar", "und"]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    passage = Lexer(language, ALIASES).read(text)
    assert all(word.stem == word.stem.strip() for word in passage.words)
    assert all(start <= len(passage.words) for start in passage.starts)
