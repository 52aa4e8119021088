"""How does a text stand in a cell of a CSV file, so that a spreadsheet shows it and runs nothing?

A cell that begins like a formula gets an apostrophe in front (owasp.org, "CSV Injection"), and so
does one that already has apostrophes before such a sign: reading takes one away again, and every
text comes back as it was.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def guard(text: str) -> str:
    """Write a text into a cell."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """Read the text of a cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
