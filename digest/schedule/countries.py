"""Which countries are there? ISO 3166-1 alpha-2, with their names in the editors' languages."""

from difflib import get_close_matches
from functools import cache

from babel import Locale

_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA"})
_NEITHER = frozenset({"XB", "XK", "ZZ"})
"""What CLDR names and ISO 3166-1 does not assign: unions, islands of others, private codes."""


def read_country(text: str) -> str:
    """Take a country's code, `ML`, in capitals or small letters.

    Raises:
        ValueError: there is no such code; names the nearest, by code or by name.
    """
    code = text.strip().upper()
    if code in codes():
        return code
    near = get_close_matches(text.strip().casefold(), _by_name(), n=1, cutoff=0.7)
    if near:
        meant = _by_name()[near[0]]
        raise ValueError(
            f"unknown country {text!r} (did you mean {meant}, {name_of(meant, 'en')}?)"
        )
    raise ValueError(f"unknown country {text!r}: write its two letters, e.g. ML, BF, NE")


def name_of(code: str, language: str) -> str:
    """Give a country's name in a language: `Tchad`, `Chad`."""
    name: str = Locale.parse(language).territories.get(code, code)
    return name


@cache
def codes() -> frozenset[str]:
    """Give the codes of all countries."""
    known = map(str, Locale.parse("en").territories)
    letters = {code for code in known if len(code) == 2 and code.isalpha()}
    return frozenset(letters - _NO_COUNTRIES - _NEITHER)


@cache
def _by_name() -> dict[str, str]:
    """Map names in both languages, and codes, in small letters, to codes."""
    named = {name_of(code, tongue).casefold(): code for code in codes() for tongue in ("fr", "en")}
    return {**named, **{code.casefold(): code for code in codes()}}
