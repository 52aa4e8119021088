"""What sources lack, in the editors' words."""

import pytest

from digest.compose.gaps import Gap, Lack, Reader, closing, in_words, subject
from tests.builders import NOON

FRENCH = Reader(language="fr", timezone="Africa/Bamako")
ENGLISH = Reader(language="en", timezone="Africa/Bamako")


@pytest.mark.parametrize(
    ("gap", "french", "english"),
    [
        (
            Gap(lack=Lack.SILENT, source="rfi", since=NOON, reason="no connection"),
            "rfi, dont le numéro a besoin, se tait depuis le mercredi 25 novembre 2026 :"
            " no connection",
            "rfi, which the issue needs, is silent since Wednesday, 25 November 2026:"
            " no connection",
        ),
        (
            Gap(lack=Lack.SILENT, source="rfi"),
            "rfi, dont le numéro a besoin, n'a jamais rien donné : elle répond, sans rien de"
            " nouveau",
            "rfi, which the issue needs, never gave anything: it answers, with nothing new",
        ),
        (
            Gap(lack=Lack.NO_SOURCE, theme="sahel", country="TD"),
            "sahel n'a aucune source de ce pays : Tchad",
            "sahel has no source from this country: Chad",
        ),
        (
            Gap(lack=Lack.NOTHING, theme="sahel", country="TD"),
            "sahel : aucune source de ce pays n'a donné d'article : Tchad",
            "sahel: no source of this country gave an article: Chad",
        ),
    ],
)
def test_a_gap_is_told_in_either_language(gap: Gap, french: str, english: str) -> None:
    assert (in_words(gap, FRENCH), in_words(gap, ENGLISH)) == (french, english)


def test_a_warning_has_a_subject_and_says_what_to_do() -> None:
    assert subject("L'hebdo", FRENCH) == "Avant le brouillon de L'hebdo : ce qui manque aux sources"
    assert "digest sources show NAME" in closing(ENGLISH)
