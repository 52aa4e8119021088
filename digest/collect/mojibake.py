"""Was a text decoded with the wrong charset somewhere before us? Then it is repaired.

ftfy answers that well and slowly. Nearly every text of French or English holds only characters that
it would leave as they are: to see that costs a fiftieth.
"""

import re

_LETTERS = "àâäçéèêëîïôöùûüÿñÉÈÀÇÔÊ"
_SINGLE = _LETTERS + "’‘“”«»…–—·•°€"
_INNOCENT = frozenset(
    f"{run}{u}" for run in (*_SINGLE, *(f"’{letter}" for letter in _LETTERS)) for u in ("", "u")
) | {"œu", "’œu"}
"""Runs of characters beyond ASCII that no mojibake consists of, however ASCII stands around them
(ftfy.badness tells which do); with a `u` behind them, because `œ` is suspect before others."""
_RUN = re.compile("[^\x00-\x7f\xa0\u2009\u202f]+u?")
_ESCAPE = "\x1b"


def repaired(text: str) -> str:
    """Repair mojibake; spaces and control characters may stay as they are."""
    if text.isascii() or (_ESCAPE not in text and _INNOCENT.issuperset(_RUN.findall(text))):
        return text
    from ftfy import fix_text

    return fix_text(text, uncurl_quotes=False, fix_latin_ligatures=False, unescape_html=False)
