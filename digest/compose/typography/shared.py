"""What do both languages' rules share? Dots, ranges of years, spaces that no line may break at."""

import re
from collections.abc import Iterable

from digest.compose.typography.marks import SPACES

_ELLIPSIS = re.compile(r"\.\.\.(?<!\....)(?!\.)")
_YEARS = re.compile(r"([12]\d{3})(?<!\w....)-([12]\d{3})\b(?![-–/.]\w)")
_PAGES = re.compile(rf"(\.(?:(?<=\bp.)|(?<=\bpp.))[{SPACES}]?\d+)-(?=\d+\b)")
_EARLIEST, _LATEST = "1400", "2100"
_NO_RANGE = re.compile(rf"[-–/.,]\Z|(?:°|\b[Nn]o\.?)[{SPACES}]?\Z")
"""What stands before a number that is no year: `S/2020-2025`, `n° 2004-2010`."""

_DASH = re.compile(f"[{SPACES}](--?|–|—)[{SPACES}](?=\\S)")


def dotted(text: str) -> str:
    """Make three dots the one sign, …; more of them are a mistake that `lint` names."""
    return _ELLIPSIS.sub("…", text)


def ranged(text: str) -> str:
    """Write 2020–2025 and pp. 12–15 with the dash of ranges."""
    return _PAGES.sub("\\1–", _YEARS.sub(_range, text))


def _range(years: re.Match[str]) -> str:
    before = years.string[max(0, years.start() - 4) : years.start()]
    if not _EARLIEST < years[1] < years[2] < _LATEST or _NO_RANGE.search(before):
        return years[0]
    return f"{years[1]}–{years[2]}"


def dashed(text: str, *, before: str) -> str:
    """Write ` – ` for ` - `; `before` is the space before it. `10 - 5` is no aside."""

    def dash(match: re.Match[str]) -> str:
        around = text[max(0, match.start() - 1) : match.start()], text[match.end()]
        if not around[0].strip() or (around[0].isdigit() and around[1].isdigit()):
            return match[0]
        return f"{before}{'—' if match[1] == '—' else '–'} "

    return _DASH.sub(dash, text)


def bound(text: str, space: str) -> str:
    """Put one kind of space for every other."""
    return re.sub(f"[{SPACES}]", space, text)


def set_by(rules: Iterable[tuple[re.Pattern[str], str]], text: str) -> str:
    """Apply rules one after the other."""
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text
