"""How does a text stand in a cell of a CSV file, so that a spreadsheet shows it and runs nothing?

A cell that begins like a formula gets an apostrophe in front (owasp.org, "CSV Injection"), and so
does one that already has apostrophes before such a sign: reading takes one away again, and every
text comes back as it was. A semicolon counts as a beginning, whatever is quoted: a French Excel
cuts our lines there and not at the commas.
"""

import re

_BEGINNING = r"(?:^|(?<=;))"
_FORMULA = r"""(?=['"]*[=+\-@\t\r＝＋－＠])"""
_UNGUARDED = re.compile(_BEGINNING + _FORMULA)
_GUARDED = re.compile(f"{_BEGINNING}'{_FORMULA}")


def guard(text: str) -> str:
    """Write a text into a cell."""
    return _UNGUARDED.sub("'", text)


def unguard(cell: str) -> str:
    """Read the text of a cell."""
    return _GUARDED.sub("", cell) if "'" in cell else cell
