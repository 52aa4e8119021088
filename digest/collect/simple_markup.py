"""What is the text of HTML that is written as nearly all feeds write it?

Well-nested paragraphs, headings, lists, links and emphasis are to an HTML parser what they seem to
be, so their text can be told without one, several times as fast. Gives what `clean.read_any` makes
of such markup, or nothing for any other; tests/collect/test_simple_markup.py holds them together.
"""

import html
import re

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
_GAP, _ROW = "\x00", "\x01"
_STANDS_FOR = {
    **dict.fromkeys(_PHRASES | {"img"}, ""),
    **dict.fromkeys((f"/{name}" for name in _PHRASES), ""),
    **dict.fromkeys(_BLOCKS, _GAP),
    **dict.fromkeys((f"/{name}" for name in _BLOCKS), _GAP),
    "br": _ROW,
}


def is_plain(text: str) -> bool:
    """Tell whether a text has only usual characters and spaces, as nearly all have.

    Python tells so several times as fast as a pattern finds none.
    """
    bare = text.replace("\xa0", " ").replace("\u202f", " ").replace("\t", " ").replace("\n", " ")
    return bare.isprintable()


def read_simple(markup: str) -> str:
    """Give the text of simple HTML, blank lines between blocks; nothing where a parser must."""
    if not is_plain(markup):
        return ""
    parts = _TAG.split(markup)
    tags = parts[1::2]
    if not _is_well_nested(tags) or not _is_readable(_GAP.join(parts[::2])):
        return ""
    parts[1::2] = [_STANDS_FOR[tag] for tag in tags]
    # A hard space is none of those that HTML takes for one.
    text = " ".join("".join(parts).replace("\xa0", "&nbsp;").split())
    paragraphs = filter(None, map(str.strip, text.split(_GAP)))
    return html.unescape("\n\n".join(paragraphs).replace(_ROW, "\n"))


def _is_readable(text: str) -> bool:
    """Tell whether what stands between tags is text and well-known references."""
    if "<" in text:
        return False
    return "&" not in text or text.count("&") == len(_REFERENCE.findall(text))


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
