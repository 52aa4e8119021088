"""How is a text cut without hurting it? At a sentence's end, else between words."""

import re

_SENTENCE_END = re.compile(r"[.!?…]+(?:\s»|[\"'»”’)]*)(?=\s|$)")
_ABBREVIATION = re.compile(r"(?:\b(?:M|Mme|Dr|Pr|St|Mr|Mrs|Ms|No|n°|art|etc|cf|[A-Z]))\.$")
_TRAILING = " ,;:–—-«(“\"'"


def excerpt(text: str, limit: int) -> str:
    """Cut to `limit` characters at a sentence's end; between words, with …, when none fits."""
    if len(text) <= limit:
        return text
    ends = [m.end() for m in _SENTENCE_END.finditer(text[: limit + 1]) if m.end() <= limit]
    whole = [end for end in ends if not _ABBREVIATION.search(text[:end])]
    return text[: whole[-1]] if whole else headline(text, limit)


def headline(text: str, limit: int) -> str:
    """Cut to `limit` characters between words, with … where something is missing."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    if limit < 2:
        return ""
    kept = text[:limit].rsplit(" ", 1)[0] if " " in text[:limit] else text[: limit - 1]
    return f"{kept.rstrip(_TRAILING)}…"
