import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.personalise import cut, plain, values_of
from digest.model.issue import PLACEHOLDERS

VALUES = values_of(name="Léa <x>", address="lea@x.example", unsubscribe_url="https://d.example/u/t")


def test_each_token_becomes_the_readers_own_value() -> None:
    text = "%%NAME%% %%NAME_HTML%% %%ADDRESS%% %%UNSUBSCRIBE_URL%%!"
    filled = cut(text).fill(VALUES)
    assert filled == "Léa <x> Léa &lt;x&gt; lea@x.example https://d.example/u/t!"


@pytest.mark.parametrize("text", ["", "100 %% sure", "%%UNKNOWN%%", "%%name%%", "%NAME%"])
def test_what_is_no_token_stays(text: str) -> None:
    assert cut(text).fill(VALUES) == text


def test_every_placeholder_has_a_value() -> None:
    assert set(VALUES) == set(PLACEHOLDERS)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Awa\r\nBcc: all@x.example", "Awa  Bcc: all@x.example"),
        ("%%UNSUBSCRIBE_URL%%", "%UNSUBSCRIBE_URL%"),
        ("%%%%NAME%%", "%NAME%"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud800x\u2028y", "x y"),
    ],
)
def test_a_name_is_made_fit_for_one_line(typed: str, kept: str) -> None:
    assert plain(typed) == kept


@given(st.lists(st.sampled_from([f"%%{name}%%" for name in PLACEHOLDERS] + ["x", "%", "é\n"])))
def test_filling_is_replacing(parts: list[str]) -> None:
    text = "".join(parts)
    expected = "".join(
        VALUES.get(part.strip("%"), part) if len(part) > 4 else part for part in parts
    )
    if "%%%" not in text:
        assert cut(text).fill(VALUES) == expected


@given(st.text())
def test_no_readers_name_can_hold_a_token_or_a_line_break(name: str) -> None:
    made = plain(name)
    assert "%%" not in made
    assert len(made.splitlines()) <= 1
    made.encode()
