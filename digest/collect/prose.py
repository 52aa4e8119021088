"""Which lines of an extracted page are the author's, and how do they read?

What text extraction leaves of a page: reading times, `Commentaires`, a bare `A lire aussi :` whose
link vanished (the paragraph after it is the article's own), sentences glued where two spans met.
"""

import re

from digest.collect.clean import tidy

_FURNITURE = re.compile(
    r"(?:\d+\s+)?(?:commentaires?|comments?)(?:\s*:?\s*\(?\d*\)?)?"
    r"|(?:à|a) lire (?:aussi|également)\s*:?|lire (?:aussi|également)\s*:?|voir aussi\s*:"
    r"|(?:read|see) also\s*:?|also read\s*:?"
    r"|posts? (?:récents|similaires)|recent posts|voir tout|see all|j['’]aime|partager|share"
    r"|(?:écrire|rédiger) un commentaire.*|write a comment.*|noté \d.{0,40} étoiles.*"
    r"|pas encore de note|ajouter une note.?|\d+\s+vues?(?:\s+\d+\s+commentaires?)?"
    r"|dernière mise à jour\s*:.{0,60}|mis à jour\s*:.{0,60}|last updated\s*:.{0,60}",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"(?:(?:(?:à|a) )?lire (?:aussi|également)|(?:read|see) also)\s*(?::|[>»→|]+|[-–—]\s)\s*"
    r"\S.{0,200}",
    re.IGNORECASE,
)
_READING_TIME = re.compile(
    r"(?:temps de lecture\s*:?\s*)?\d{1,3}\s*min(?:utes?)?\.?\s*(?:de lecture|read)?"
    r"|temps de lecture\s*:.{0,30}|\d{1,3}[ -]min(?:ute)? read",
    re.IGNORECASE,
)
_GLUED = re.compile(
    r"(?P<before>[^\W\d_]{0,20}[a-zà-öø-ÿœ]|\b[A-ZÀ-ÖØ-ÞŒ]{2,20}|\d|[»”’)\]%]|^(?=[!?…]))"
    r"(?P<stop>[.!?…]+)"
    r"(?=[«“]|\"?(?:[A-ZÀ-ÖØ-ÞŒ](?:[a-zà-öø-ÿœ]|['’]|$|\b(?![.\w]))))"
)
_GLUED_QUOTE = re.compile(r"[»”](?=[A-ZÀ-ÖØ-ÞŒ])")
_ADDRESS = re.compile(r"://|@|^www\.|\.(?:com|org|net|info|fr|ml|bf|ne|sn|ci|io|html?|php)\b", re.I)
_ABBREVIATED = {
    *("mme", "mlle", "mmes", "mm", "dr", "pr", "me", "mgr", "mr", "mrs", "ms", "st", "ste", "gen"),
    *("gén", "col", "lt", "cap", "cdt", "sgt", "av", "bd", "fig", "vol", "art", "vs", "jr", "no"),
}


def is_reading_time(line: str) -> bool:
    """Tell whether a line is `2 min de lecture`."""
    return _READING_TIME.fullmatch(line.strip()) is not None


def is_furniture(line: str) -> bool:
    """Tell whether a line is the page's, not the author's."""
    bare = line.strip(" \t-–•*")
    if not bare:
        return False
    pointer = len(bare) < 220 and _POINTER.fullmatch(bare) is not None
    return pointer or is_reading_time(bare) or _FURNITURE.fullmatch(bare) is not None


def body_of(text: str) -> str:
    """Give the paragraphs of a text: furniture gone, wrapped lines joined, sentences unglued."""
    kept = [
        unglued(paragraph)
        for block in text.split("\n\n")
        for paragraph in _paragraphs(_lines(block))
    ]
    return tidy("\n\n".join(kept))


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.split("\n") if line.strip() and not is_furniture(line)]


def _paragraphs(lines: list[str]) -> list[str]:
    """Join lines that an editor program wrapped; else every line is a paragraph."""
    return [" ".join(lines)] if _is_wrapped(lines) else lines


def _is_wrapped(lines: list[str]) -> bool:
    """Recognise wrapping by lines that are all but the last of about one length, 45 to 100."""
    if len(lines) < 2 or max(map(len, lines)) > 100:
        return False
    full = [len(line) for line in lines[:-1]]
    return min(full) >= 45 and max(full) - min(full) <= 35


def unglued(text: str) -> str:
    """Put back the space between sentences: `2022.Cette` but not `3.5`, `U.S.A` or `M.Dupont`."""
    return re.sub(r"\S+", lambda word: _unglued_word(word[0]), _GLUED_QUOTE.sub(r"\g<0> ", text))


def _unglued_word(word: str) -> str:
    if not any(stop in word[:-1] for stop in ".!?…") or _ADDRESS.search(word):
        return word
    return _GLUED.sub(_parted, word)


def _parted(match: re.Match[str]) -> str:
    abbreviated = match["stop"] == "." and match["before"].lower() in _ABBREVIATED
    return match[0] if abbreviated else f"{match[0]} "
