"""English: curly quotes and apostrophes, dashes, spaces that hold; British or American, as written.

Left alone, because no rule can be sure: a single quote that nothing closes, inches and feet,
guillemets, a hyphen without spaces but between years and pages.
"""

import re

from digest.compose.typography.marks import SPACES, STAND_IN, WIDE
from digest.compose.typography.quotes import Pair, requoted
from digest.compose.typography.shared import dashed, dotted, ranged, set_by

_S = f"[{SPACES}]"
_MONTHS = (
    "(?<=J)anuary|(?<=F)ebruary|(?<=M)arch|(?<=A)pril|(?<=M)ay|(?<=J)une|(?<=J)uly|(?<=A)ugust"
    "|(?<=S)eptember|(?<=O)ctober|(?<=N)ovember|(?<=D)ecember"
)
_UNITS = (
    "k?m(?:/h|²)?|[cm]m|k?g|ha|°[CF]|[kMGT]Wh?|[kMGT]B|mph|ft|lbs?|[ap]\\.m\\.|[AP]M|[ap]m"
    "|(?:m|b|tr)illion|thousand|hundred|percent|per cent|miles?|tonnes?|tons?"
)


# Each pattern begins with the sign it looks for, what must stand before comes after: that is fast.
_TITLES = r"[MDPGCLSRH](?<!\w.)(?:rs?|s|t|(?:rof|en|ol|apt|gt|ep|ov|ev|on)(?=\.))\.?"
_NUMBERED = "|".join(rf"(?<=\b{word}.)" for word in ("[Nn]o", "p", "pp", "vol", "fig"))
_NEAR = 200
"""Characters in which a single quote that is still open is looked for."""
_APOSTROPHES = (
    # leading ones: ’tis, the ’90s, rock ’n’ roll
    (re.compile(r"'(?<![\w'’].)(?=(?:tis|twas|twere|em|til)\b|\d0s\b)", re.IGNORECASE), "’"),
    (re.compile(rf"{_S}'([nN])'(?={_S}\w)"), r" ’\1’"),
    # within a word: Mali’s, o’clock, 1990’s
    (re.compile(rf"['´‘](?<=[^\W\d_].)(?=[\w{STAND_IN}])"), "’"),
    (re.compile(r"'(?<=\d.)(?=[^\W\d])"), "’"),
    # what opens and closes; then what only can close, or be left out: the ministers’ decision
    (re.compile(rf"'(?<![\w.,;:!?)'’…%”{STAND_IN}].)(?=[\w“\"])([^'\n]*+)(?<=\S)'(?!\w)"), r"‘\1’"),
    (re.compile(r"'(?<=[^\W\d_].)(?!\w)"), "’"),
)  # fmt: skip
_RULES = (
    (re.compile(r"--(?<=[^\W\d_]..)(?=[^\W\d_])"), "—"),
    (re.compile(rf"(\d){_S}(?=%(?!\w))"), r"\1"),
    (re.compile(rf"(\d){_S}(?=(?:{_UNITS})(?![\w’']))"), rf"\1{WIDE}"),
    (re.compile(rf"({_TITLES}){_S}(?=[A-Z{STAND_IN}])"), rf"\1{WIDE}"),
    (re.compile(rf"\.(?:{_NUMBERED}){_S}(?=\d)"), f".{WIDE}"),
    (re.compile(rf"([JFMASOND](?<!\w.)(?:{_MONTHS})){_S}(?=\d{{1,2}}\b)"), rf"\1{WIDE}"),
    (re.compile(rf"(\d){_S}(?=[JFMASOND](?:{_MONTHS})\b)"), rf"\1{WIDE}"),
)  # fmt: skip


def english(prose: str) -> str:
    """Set a text in which what is no prose has a stand-in."""
    prose = requoted(set_by(_APOSTROPHES, prose), _curly)
    prose = dashed(ranged(dotted(prose)), before=WIDE)
    return set_by(_RULES, prose)


def _curly(line: str, pair: Pair) -> tuple[str, str]:
    """“ … ‘ … ’ … ” for straight ones; what an author curled stays."""
    if line[pair.opens] != '"':
        return line[pair.opens], line[pair.closes]
    before = line[max(0, pair.opens - _NEAR) : pair.opens]
    within_single = re.search(r"‘[^’]*\Z", before)
    return ("‘", "’") if pair.depth % 2 and not within_single else ("“", "”")
