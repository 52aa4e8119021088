"""Was a text decoded with the wrong charset somewhere before us? Then it is repaired.

ftfy answers that well and slowly. Nearly every text of French or English holds only characters that
it would leave as they are: to see that costs a fiftieth.
"""

import re

_LETTERS = "àâäçéèêëîïôöùûüÿñÉÈÀÇÔÊ"
_SINGLE = _LETTERS + "’‘“”«»…–—·•°€"
_PLAIN = "\x00-\x1a\x1c-\x7f\xa0\u2009\u202f"
_INNOCENT = re.compile(
    rf"[{_PLAIN}]*+(?:(?:’?[{_LETTERS}]|[{_SINGLE}]|’?œ(?=u))(?:[{_PLAIN}]++|\Z))*+"
)
"""Runs of characters beyond ASCII that no mojibake consists of, however ASCII stands around them
(ftfy.badness tells which do); with a `u` behind `œ`, because it is suspect before others. An escape
begins what ftfy takes for a terminal's colours."""


def repaired(text: str) -> str:
    """Repair mojibake; spaces and control characters may stay as they are."""
    if text.isascii() or _INNOCENT.fullmatch(text):
        return text
    from ftfy import fix_text

    return fix_text(text, uncurl_quotes=False, fix_latin_ligatures=False, unescape_html=False)
