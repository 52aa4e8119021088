"""What is the text of HTML that is written as nearly all feeds write it?

Well-nested paragraphs, headings, lists, links and emphasis are to an HTML parser what they seem to
be, so their text can be told without one, several times as fast. Gives what `clean.read_any` makes
of such markup, or nothing for any other; tests/collect/test_simple_markup.py holds them together.
"""

import html
import re
from functools import cache

_PHRASES = {
    *("a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "mark", "q", "s", "small"),
    *("span", "strong", "sub", "sup", "u"),
}
_LINES = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
"""Blocks that end where another begins."""
_LISTS = {"ul", "ol"}
_CONTAINERS = {"li", "div", "section", "blockquote", "figure", "figcaption"}
_BLOCKS = _LINES | _LISTS | _CONTAINERS
_AROUND = {
    **dict.fromkeys(_BLOCKS, frozenset(["", *_LISTS, *_CONTAINERS])),
    **dict.fromkeys(_PHRASES, frozenset(["", *_BLOCKS, *_PHRASES])),
    "li": frozenset(_LISTS),
}
"""Elements → those in which an HTML parser leaves them."""
_DEEPEST = 50
_TAG = re.compile(
    rf"""<(/?(?:{"|".join(sorted(_PHRASES | _BLOCKS, key=len, reverse=True))}|br|img))
        (?:\s+[A-Za-z][\w:-]*+(?:=(?:"[^"<>]*+"|'[^'<>]*+'))?+)*+\s*+/?>""",
    re.VERBOSE | re.ASCII,
)
_REFERENCE = re.compile(
    r"&(?:#(?:0?3[4-9]|160|171|187|19[2-9]|2[0-4]\d|8(?:2(?:1\d|2\d|30)|364))|amp|lt|gt|quot|nbsp"
    "|[lr]aquo|[lr][sd]quo|hellip|[mn]dash|euro|[aeiouAEIOU](?:grave|acute|circ|uml)|[cC]cedil|oelig);"
)
"""References that every reader takes for the same printable character."""
_GAP, _ROW, _NOTHING, _HARD = "\x00", "\x01", "\x02", "\x03"
"""Between blocks and rows; for other tags; for a hard space: none of those that HTML collapses."""
_STANDS_FOR = {
    **dict.fromkeys(_PHRASES | {"img"}, _NOTHING),
    **dict.fromkeys((f"/{name}" for name in _PHRASES), _NOTHING),
    **dict.fromkeys(_BLOCKS, _GAP),
    **dict.fromkeys((f"/{name}" for name in _BLOCKS), _GAP),
    "br": _ROW,
}


def is_plain(text: str) -> bool:
    """Tell whether a text has only usual characters and spaces, as nearly all have.

    Python tells so several times as fast as a pattern finds none.
    """
    return with_usual_spaces(text).replace("\n", " ").isprintable()


def with_usual_spaces(text: str) -> str:
    """Give a text with plain spaces for the other usual ones."""
    return text.replace("\xa0", " ").replace("\u202f", " ").replace("\t", " ")


def read_simple(markup: str) -> str:
    """Give the text of simple HTML, blank lines between blocks; nothing where a parser must."""
    if not is_plain(markup):
        return ""
    parts = _TAG.split(markup)
    tags = parts[1::2]
    if not _is_well_nested(tags):
        return ""
    parts[1::2] = [_STANDS_FOR[tag] for tag in tags]
    text = _resolved("".join(parts)).replace(_NOTHING, "").replace("\xa0", _HARD)
    paragraphs = filter(None, map(str.strip, " ".join(text.split()).split(_GAP)))
    return "\n\n".join(paragraphs).replace(_ROW, "\n").replace(_HARD, "\xa0")


def _resolved(text: str) -> str:
    """Resolve the references; nothing where not all are well-known, or there is another tag."""
    if "<" in text:
        return ""
    told = text.count("&")
    resolved, known = _REFERENCE.subn(_character, text) if told else (text, 0)
    return resolved if known == told else ""


def _character(reference: re.Match[str]) -> str:
    return _unescaped(reference[0])


_unescaped = cache(html.unescape)


def _is_well_nested(tags: list[str]) -> bool:
    """Tell whether each element ends, and stands where an HTML parser leaves it."""
    within = [""]
    for tag in tags:
        if tag[0] == "/":
            if within.pop() != tag[1:]:
                return False
        elif tag in _AROUND:
            if within[-1] not in _AROUND[tag] or (tag == "a" and "a" in within):
                return False
            within.append(tag)
            if len(within) > _DEEPEST:
                return False
    return within == [""]
