"""French: what the Imprimerie nationale's Lexique asks for, where a rule can be sure.

Left alone, because no rule can: single quotes, a dash without both its spaces, a number of five
figures without its spaces, capitals whose accent depends on the sense (`lint` names the likely).
"""

import re

from digest.compose.typography.marks import SPACES, STAND_IN, THIN, WIDE
from digest.compose.typography.quotes import Pair, requoted
from digest.compose.typography.shared import bound, dashed, dotted, ranged, set_by

_S = f"[{SPACES}]"
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_UNITS = (
    "k?m(?:/h|²|³|2|3)?|[cm]m|k?g|ha|hl|°[CF]|[kMGT]Wh?|[kMGT]o|k?V|h|min|km/s|mg|t"
    "|millions?|milliards?|mille|M€|Mds?€?|euros?|dollars?|(?:francs? |F )?CFA|FCFA"
)
_GLUED = "[kc]m|mm|kg|°C"
"""Units that nothing else is written like: they get the space that is missing."""
_ACCENTED = {
    "Etat": "État", "Etats": "États", "ETAT": "ÉTAT", "ETATS": "ÉTATS",
    "Elysée": "Élysée", "ELYSÉE": "ÉLYSÉE", "Eglise": "Église", "Eglises": "Églises",
    "Ecole": "École", "Ecoles": "Écoles", "Egypte": "Égypte", "EGYPTE": "ÉGYPTE",
    "Ethiopie": "Éthiopie", "ETHIOPIE": "ÉTHIOPIE", "Erythrée": "Érythrée",
    "Emirats": "Émirats", "EMIRATS": "ÉMIRATS",
}  # fmt: skip
"""The only words whose capital gets its accent: without it they are no words at all."""
_TOWNS = (
    "Paris|Bruxelles|Genève|Londres|Washington|Bamako|Dakar|Niamey|Ouagadougou|Abidjan|Conakry|Lomé"
    "|Cotonou|Nouakchott|Alger|Rabat|Tunis|Tripoli|Abuja|Lagos|Kinshasa|Brazzaville|Gao|Kidal|Tombouctou"
)

# Each pattern begins with the sign or the letters it looks for, what must stand before comes after:
# so a megabyte is searched in milliseconds. `(?<=x.)` asks that x stand before the sign just read.
_APOSTROPHE = re.compile(rf"['´‘](?<=[^\W\d_].)(?=[\w«“\"{STAND_IN}])")
_ET_CETERA = re.compile(r"etc(?<!\w...)(?:…|\.{3,})")
_ACCENTS = re.compile(rf"E(?<!\w.)(?:{'|'.join(word[1:] for word in _ACCENTED)})\b")
_AT_FIRST = rf"(?:(?<![^\n].)|(?<=[.!?…«]{_S}.))"
_NUMBERED = "|".join(rf"(?<=\b{word}.)" for word in ("p", "pp", "art", "fig", "vol"))
_RULES = (
    # N° 5: the degree sign is what keyboards have
    (re.compile(rf"([nN])[°º]{_S}?(?=\d)"), rf"\1°{WIDE}"),
    (re.compile(rf"no(?<!\w..){_S}(?=\d+\b(?!{_S}\d))"), f"n°{WIDE}"),
    # 2e, 1re, XXIe
    (re.compile(r"1(?<![\w,.].)i?[èe]re(s?)\b"), r"1re\1"),
    (re.compile(r"(\d)i?[èe]me(s?)\b"), r"\1e\2"),
    (re.compile(r"([XVI](?<![^\W_XVI].))i?[èe]me(s?)\b"), r"\1e\2"),
    (re.compile(rf"([XVI]er?){_S}(?=siècles?\b)"), rf"\1{WIDE}"),
    # numbers, their units, hours
    (re.compile(rf"(\d(?:er)?){_S}(?=(?:{_MONTHS})\b)"), rf"\1{WIDE}"),
    (re.compile(rf"(\d){_S}?(?=[%‰€$£](?![\w%$€£]))"), rf"\1{WIDE}"),
    (re.compile(rf"(\d){_S}?°{_S}?C\b"), rf"\1{WIDE}°C"),
    (re.compile(rf"(\d)(?=(?:{_GLUED})(?![\w’']))"), rf"\1{WIDE}"),
    (re.compile(rf"(\d){_S}(?=(?:{_UNITS})(?![\w’']))"), rf"\1{WIDE}"),
    (re.compile(rf"(\d){_S}?h{_S}?([0-5]\d)\b(?![/,.-]\w|{_S}\d)"), rf"\1{WIDE}h{WIDE}\2"),
    (re.compile(r"(\d)h(?![\w/’'-])"), rf"\1{WIDE}h"),
    # M. Diallo, p. 12
    (
        re.compile(rf"([MDS](?<!\w.)(?:M?\.|mes?|lles?|e|gr|rs?|te?))(?<!\bD\.|\bS\.){_S}(?=[A-ZÀ-Ý{STAND_IN}])"),
        rf"\1{WIDE}",
    ),
    (re.compile(rf"\.(?:{_NUMBERED}){_S}?(?=\d)"), f".{WIDE}"),
    # À Bamako, à la une
    (re.compile(rf"A{_AT_FIRST}(?={_S}(?:(?:{_TOWNS}),|la\b|l’|partir\b|cause\b|propos\b))"), "À"),
    # high punctuation
    (re.compile(rf"{_S}(?<=[^\s(\[“‘¿¡;!?].){_S}*+([;!?]++)(?![\w=])"), rf"{THIN}\1"),
    (re.compile(r"([;!?])(?<=[^\s(\[“‘¿¡;!?].)([;!?]*+)(?![\w=])"), rf"{THIN}\1\2"),
    (re.compile(rf"«{_S}*+(?=\S)"), f"«{THIN}"),
    (re.compile(rf"{_S}(?<=\S.){_S}*+»"), f"{THIN}»"),
    (re.compile(r"»(?<=\S.)"), f"{THIN}»"),
    (re.compile(rf"{_S}(?<=\S.){_S}*+:(?![\w:/])"), f"{WIDE}:"),
    (re.compile(rf":(?=\s|\Z)(?:(?<=\w\w.)|(?<=[\d{STAND_IN}»)”’…!?%€$].))"), f"{WIDE}:"),
)  # fmt: skip
_THOUSANDS = re.compile(rf"\d(?<![\w,.].)\d{{0,2}}(?:{_S}\d{{3}})+(?!\w|{_S}\d)")
_DIALOGUE = re.compile(rf"^--?{_S}(?=\S)", re.MULTILINE)
_DASH = f"{WIDE}– "
_SENTENCE = re.compile(r"[^.!?…\n]+")


def french(prose: str) -> str:
    """Set a text in which what is no prose has a stand-in."""
    prose = requoted(_APOSTROPHE.sub("’", prose), _guillemets)
    prose = dotted(_ET_CETERA.sub("etc.", prose))
    prose = _ACCENTS.sub(lambda word: _ACCENTED[word[0]], prose)
    prose = set_by(_RULES, ranged(_dashed(prose)))
    return _THOUSANDS.sub(lambda number: bound(number[0], THIN), prose)


def _guillemets(_: str, pair: Pair) -> tuple[str, str]:
    """« … “ … ” … »."""
    return ("“", "”") if pair.depth % 2 else (f"«{THIN}", f"{THIN}»")


def _dashed(prose: str) -> str:
    """Let no line break before a dash; where two enclose an aside, not within it either."""
    prose = _DIALOGUE.sub(f"–{WIDE}", dashed(prose, before=WIDE))
    return _SENTENCE.sub(_aside, prose) if _DASH in prose else prose


def _aside(sentence: re.Match[str]) -> str:
    if sentence[0].count(_DASH) != 2:  # the one that opens, the one that closes
        return sentence[0]
    return sentence[0].replace(_DASH, f" –{WIDE}", 1)
