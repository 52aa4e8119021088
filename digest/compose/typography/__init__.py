"""How is a text set as its language wants it? At output only: what is stored keeps plain spaces.

French rules: Lexique des règles typographiques en usage à l'Imprimerie nationale; where it is
silent, the Office québécois de la langue française (Vitrine linguistique). English rules: what the
Oxford Style Manual and The Chicago Manual of Style share; no word is respelt. Other languages are
left as they are. What no rule can be sure of is left too, and named by `lint`.
"""

import unicodedata
from collections.abc import Callable, Mapping

from digest.compose.typography.english import english
from digest.compose.typography.french import french
from digest.compose.typography.marks import inert, restored, sheltered

__all__ = ["inert", "typeset"]

_ENGINES: Mapping[str, Callable[[str], str]] = {"fr": french, "en": english}
_PASSES = 4
"""A text settles in one pass, an odd one in two or three."""


def typeset(text: str, language: str) -> str:
    """Set plain text by its language's rules; setting it again changes nothing.

    Its letters are composed (NFC), whatever the language. A text whose setting would itself be set
    otherwise, again and again, is no prose: it is left as it is.
    """
    composed = unicodedata.normalize("NFC", text)
    engine = _ENGINES.get(language.split("-")[0])
    if engine is None:
        return composed
    before = composed
    for _ in range(_PASSES):
        after = _once(before, engine)
        if after == before:
            return after
        before = after
    return composed


def _once(text: str, engine: Callable[[str], str]) -> str:
    prose, kept = sheltered(text)
    return restored(engine(prose), kept)
