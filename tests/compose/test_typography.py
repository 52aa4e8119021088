"""Texts set as their language wants them; addresses and the machine's own marks untouched."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.compose.typography import inert, typeset

THIN, WIDE = "\u202f", "\u00a0"
tricky = st.text(
    alphabet=" \u00a0\u202f\n:;!?«»\"'.%aé1hwtps/@(“”’…\u0301ع",
    max_size=60,
)


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Qui ? Quoi !", f"Qui{THIN}? Quoi{THIN}!"),
        ("Qui? Oui; non!", f"Qui{THIN}? Oui{THIN}; non{THIN}!"),
        ("Vraiment ?!", f"Vraiment{THIN}?!"),
        ("Mali : un convoi", f"Mali{WIDE}: un convoi"),
        ("Mali: un convoi", f"Mali{WIDE}: un convoi"),
        ("« adaptée »", f"«{THIN}adaptée{THIN}»"),
        ("«adaptée»", f"«{THIN}adaptée{THIN}»"),
        ('"Non": le ministre', f"«{THIN}Non{THIN}»{WIDE}: le ministre"),
        ("l'armée n'a rien dit...", "l’armée n’a rien dit…"),
        ("à 10:30", "à 10:30"),
        ("12 % de 1 500 000", f"12{WIDE}% de 1{THIN}500{THIN}000"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_french_is_set_as_the_imprimerie_nationale_asks(plain: str, set_: str) -> None:
    assert typeset(plain, "fr") == set_


def test_english_gets_its_own_quotes_and_no_spaces() -> None:
    assert typeset('"No": Mali\'s army says... why?', "en") == "“No”: Mali’s army says… why?"


@pytest.mark.parametrize("language", ["ar", "und", "pt"])
def test_other_languages_are_left_as_they_are(language: str) -> None:
    assert typeset('"a" : b ?', language) == '"a" : b ?'


@pytest.mark.parametrize(
    "address",
    ["https://a.example/x?y=1;z!w:8", "http://a.example:8080/?q=«", "awa.diallo+x@a.example"],
)
def test_addresses_are_never_touched(address: str) -> None:
    assert address.rstrip("«") in typeset(f"Voir {address} ! Bien ?", "fr")


@given(tricky, st.sampled_from(["fr", "en", "ar"]))
@example('""1""', "fr")
def test_setting_twice_changes_nothing(text: str, language: str) -> None:
    once = typeset(text, language)
    assert typeset(once, language) == once


@given(tricky)
def test_setting_changes_only_spaces_quotes_apostrophes_and_dots(text: str) -> None:
    def bare(value: str) -> str:
        return re.sub(r"[\s\u202f\u00a0\"«»'’.…]", "", value)

    assert bare(typeset(text, "fr")) == bare(unicodedata.normalize("NFC", text))


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
