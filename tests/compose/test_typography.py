"""Texts set as their language wants them; addresses and the machine's own marks untouched."""

import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.compose.typography import inert, typeset

CASES = Path(__file__).parents[1] / "data" / "typography"
LANGUAGES = st.sampled_from(["fr", "en", "ar"])
MEGABYTE = 1_000_000
tricky = st.text(
    alphabet=" \u00a0\u202f\n:;!?«»\"'.%aéAs1h2wtps/@(“”’…-–noeEt°€kmX\\#ꙮ\u0301ع",
    max_size=60,
)
ADDRESSES = (
    r"https?://[a-z]{1,8}\.example/[a-z0-9A-Z'?=&;:!.,_%~/-]{0,20}[a-z0-9]",
    r"[a-z0-9.+']{0,9}[a-z]@[a-z]{1,8}\.(?:example|fr)",
    r"(?:/[a-z0-9]{1,5}){1,3}/[a-z0-9'.]{0,9}[a-z0-9]",
    r"[A-Z]:\\[a-z0-9'\\]{0,9}[a-z0-9]",
    r"[a-z0-9-]{1,9}\.(?:pdf|docx|txt)",
    r"[a-z]{1,5}:v[0-9]{1,3}\.pdf",
    r"%%[A-Z_]{1,9}%%|%\([a-z]{1,9}\)s|#[a-z0-9]{1,9}|@[a-z0-9]{1,9}",
    r"[0-2][0-9]:[0-5][0-9]|[0-9]{2}:[0-9]|20[0-9]{2}-[01][0-9]-[0-3][0-9]",
)
addresses = st.one_of(*(st.from_regex(pattern, fullmatch=True) for pattern in ADDRESSES))


def cases(language: str) -> list[tuple[str, str]]:
    lines = (CASES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    found = [line.partition(" =>")[::2] for line in lines if not line.startswith("# ")]
    return [(plain, _printed(set_[1:] or plain)) for plain, set_ in found]


def _printed(shown: str) -> str:
    return shown.replace("␣", "\u00a0").replace("˽", "\u202f")


@pytest.mark.parametrize(("plain", "set_"), cases("french"))
def test_french_is_set_as_the_imprimerie_nationale_asks(plain: str, set_: str) -> None:
    assert typeset(plain, "fr") == set_
    assert typeset(set_, "fr") == set_


@pytest.mark.parametrize(("plain", "set_"), cases("english"))
def test_english_is_set_with_its_own_quotes_and_spaces(plain: str, set_: str) -> None:
    assert typeset(plain, "en") == set_
    assert typeset(set_, "en") == set_


def test_a_countrys_french_is_french() -> None:
    assert typeset("Quoi ?", "fr-CA") == "Quoi\u202f?"


@pytest.mark.parametrize("language", ["ar", "und", "pt"])
def test_other_languages_are_left_as_they_are_but_for_composed_letters(language: str) -> None:
    assert typeset('"a" : b ? e\u0301 l\'x 2ème... 2020-2025', language) == (
        '"a" : b ? é l\'x 2ème... 2020-2025'
    )


@given(
    addresses,
    st.sampled_from(["", "Voir ", "(", "« ", '"', "l'", "a, ", "\n"]),
    st.sampled_from(["", " ! Bien ?", ")", " »", '"', ": oui", ", non", "…", "\n"]),
    LANGUAGES,
)
@example("o'brien@a.example", "Voir ", "", "fr")
def test_what_is_no_prose_is_never_touched(
    address: str, before: str, after: str, language: str
) -> None:
    assert address in typeset(f"{before}{address}{after}", language)


@given(tricky | st.text(), LANGUAGES)
@example('""1""', "fr")
@example("« a « b » c » 'x' 14h30-2 - 5 - é", "fr")
def test_setting_twice_changes_nothing(text: str, language: str) -> None:
    once = typeset(text, language)
    assert typeset(once, language) == once


@given(tricky | st.text(), LANGUAGES)
def test_letters_and_figures_stay_but_for_ordinals_and_capitals(text: str, language: str) -> None:
    """`2ème` and `1ère` lose letters, `no 5` one, `A la`, `Etat` gain an accent: nothing else."""

    def bare(value: str) -> str:
        value = re.sub(r"(?<=[\dXVI])(?:i?[èe]me|e)(?=s?\b)|(?<=1)(?:i?[èe]?re)(?=s?\b)", "", value)
        value = re.sub(r"(?<=n)[o°](?=\s?\d)", "", value.replace("É", "E").replace("À", "A"))
        return "".join(filter(str.isalnum, value))

    composed = unicodedata.normalize("NFC", text)
    assert bare(typeset(text, language)) == bare(composed)


@given(tricky | st.text(), LANGUAGES)
def test_a_text_grows_by_one_space_a_sign_at_most(text: str, language: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(typeset(text, language)) <= 2 * len(composed)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "unit",
    [" ", "!", "a", "'", '"', "a.", "/", "1 ", "« ", "http://", "x - ", "a@", "123 456 ",
     "a'", " '", "A ", "{", "\\", "a:", "\u00a0", "…", "http://'", "a '"],
)  # fmt: skip
def test_hostile_text_holds_nothing_up(unit: str, language: str) -> None:
    text = unit * (MEGABYTE // 4 // len(unit)) + "x"
    started = time.process_time()
    typeset(text, language)
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    "text", ["%%NAME%%", "a %%%UNSUBSCRIBE_URL%% b", "{{ x }}", "{% if %}", r"\u{a0}"]
)
def test_marks_that_mean_something_to_a_machine_lose_their_meaning(text: str) -> None:
    safe = inert(text)
    assert not re.search(r"%%[A-Z_]+%%|\{\{|\{%|\\u\{", safe)
    assert safe.replace("\u2060", "") == text
    assert inert(safe) == safe


def test_ordinary_percent_signs_and_braces_are_left_alone() -> None:
    assert inert("100 %% sûr {a} \\ %%ok%%") == "100 %% sûr {a} \\ %%ok%%"
