"""Which words of French and English name a moment? The vocabulary of digest.collect.dates."""

import re
from collections.abc import Iterable
from datetime import timedelta

from digest.model.article import Precision

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "février fevrier févr fevr fév fev feb february",
            "mars mar march",
            "avril avr apr april",
            "mai may",
            "juin jun june",
            "juillet juil jul july",
            "août aout aou aug august",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "décembre decembre déc dec december",
        ),
        start=1,
    )
    for name in names.split()
}

COUNTS = {
    word: number
    for number, words in {
        1: "un une a an one",
        2: "deux two",
        3: "trois three",
        4: "quatre four",
        5: "cinq five",
        6: "six",
        7: "sept seven",
        8: "huit eight",
        9: "neuf nine",
        10: "dix ten",
    }.items()
    for word in words.split()
}

UNITS: dict[str, tuple[timedelta, Precision]] = {
    word: unit
    for words, unit in (
        ("seconde second sec s", (timedelta(seconds=1), Precision.SECOND)),
        ("minute min mn", (timedelta(minutes=1), Precision.MINUTE)),
        ("heure hour h hr", (timedelta(hours=1), Precision.HOUR)),
        ("jour journée day j d", (timedelta(days=1), Precision.DAY)),
        ("semaine sem week wk w", (timedelta(weeks=1), Precision.WEEK)),
        ("mois month mo", (timedelta(days=30), Precision.MONTH)),
        ("an année ans year yr", (timedelta(days=365), Precision.MONTH)),
    )
    for word in words.split()
}

DAYS_AGO = {
    "aujourd'hui": 0,
    "aujourd’hui": 0,
    "today": 0,
    "à l'instant": 0,
    "à l’instant": 0,
    "just now": 0,
    "hier": 1,
    "yesterday": 1,
    "avant-hier": 2,
}


def any_of(words: Iterable[str]) -> str:
    """Give an alternation of words, longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


MONTH = f"(?P<month>{any_of(MONTHS)})\\b\\.?"
NUMBER = f"(?P<number>\\d{{1,4}}|{any_of(COUNTS)})"
UNIT = f"(?P<unit>{any_of(UNITS)})s?\\b\\.?"
TIME = r"(?:(?:[,à•·|-]|at|\s)*\s*(?P<hour>[01]?\d|2[0-3])\s*[:h]\s*(?P<minute>[0-5]\d)?" + (
    r"(?::(?P<second>[0-5]\d))?\s*(?P<half>[ap]\.?m\b\.?)?\s*(?P<zone>z\b|utc|gmt|[+-]\d\d:?\d\d)?)?"
)
DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:er|st|nd|rd|th)?"
YEAR = r"(?P<year>(?:19|20)\d\d)"
