"""Texts that ftfy would leave as they are need not be shown to it, and no other is withheld."""

from itertools import product

import pytest
from ftfy import fix_text
from ftfy.badness import is_bad
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.clean import tidy
from digest.collect.mojibake import _INNOCENT, repaired

ASCII = [chr(code) for code in range(9, 127)]


def as_ftfy_says(text: str) -> str:
    return fix_text(text, uncurl_quotes=False, fix_latin_ligatures=False, unescape_html=False)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Ã‰tÃ© Ã  SÃ©gou", "Été à Ségou"),
        ("lâ€™accord", "l’accord"),
        ("l\xe2\x80\x99accord", "l’accord"),
        ("cœur, sœur, d’œuvre et l’été «\xa0à Ségou\xa0»\u202f!", None),
    ],
)
def test_mojibake_is_repaired_and_french_is_not(text: str, mended: str | None) -> None:
    assert tidy(repaired(text)) == tidy(mended or text)


def test_what_is_withheld_from_ftfy_is_no_mojibake_between_any_two_characters() -> None:
    beside = [*ASCII, "\xa0", "\u202f", "\u2009"]
    letters = "’àâäçéèêëîïôöùûüÿñÉÈÀÇÔÊ‘“”«»…–—·•°€œÂÃ™"
    runs = [f"{a}{b}{u}" for a, b, u in product(letters, ("", *letters), ("", "u"))]
    innocent = [run for run in runs if _INNOCENT.fullmatch(run)]
    assert {"é", "éu", "’é", "’éu", "œu", "’œu"} <= set(innocent)
    assert not {"éé", "œ", "é’", "Ã", "«’é"} & set(innocent)
    for run in innocent:
        around = [f"{before}{run}{after}" for before in beside for after in beside]
        assert not is_bad("\x00".join(around)), run


@settings(max_examples=400)
@given(st.text("àéèêçâîùœÀÉÊ’“”«»…–—€°Ââ\xa0\u202f\u2009\x1b\x80\x99™ÃabuAZ 1.,(!?\n", max_size=40))
def test_the_short_cut_gives_what_ftfy_gives(text: str) -> None:
    assert tidy(repaired(text)) == tidy(as_ftfy_says(text))
