"""What is the text of a piece of HTML that nobody can be trusted to have written?

Gives plain text: paragraphs and headings separated by one blank line, plain spaces only (the spaces
of French typography are put back at output). Nothing of the markup survives, so neither do scripts,
`javascript:` links and tracking pixels.
"""

import html
import re
import unicodedata
from dataclasses import dataclass

from digest.collect.mojibake import repaired
from digest.collect.simple_markup import is_plain, read_simple, with_usual_spaces
from digest.collect.urls import absolute

DEPTH = 200
"""Elements within elements: nh3 is quadratic in it."""
_GIANT = 20_000  # characters of an element's attributes
_GIANT_TAG = re.compile(rf"<([A-Za-z][\w:.-]{{0,60}})\s[^<>]{{{_GIANT},}}>")
"""An element with thousands of attributes: parsers are quadratic in them."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_UNTITLED = 90  # characters of a text that stand in for a title
_LONGEST_LINE = 500  # characters of a title or a list of names
_LONGEST_MARKUP = 10_000  # characters of what stands for one line
_BLOCKS = _names(
    "p div section article header footer aside main h1 h2 h3 h4 h5 h6 ul ol li dl dt dd "
    "blockquote figure figcaption table tr td th pre hr address center"
)
_DROPPED = _names(
    "script style template noscript form select textarea button svg "
    "math audio video canvas head title nav"
)
_KEPT = _BLOCKS | {"br"}
_VOID = _names("br hr img input meta link source wbr area base col embed param track")
_SELF_CLOSED = re.compile(r"<(script|style|title|textarea|video|audio)\b[^<>]*/\s*>", re.I)
_FRAME = re.compile(r"</?(?:iframe|object|applet|embed)\b[^<>]*>", re.I)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
"""Of a text wrapped twice: to an HTML parser it begins a comment."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,60})([^<>]*)>")
_MARKUP = re.compile(r"<[a-zA-Z/!?][^<>]*>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,20});")
_BREAK = re.compile(r"<br ?/?>")
_CELL, _BLOCK = re.compile(r"</?(?:td|th)>"), re.compile(r"</?[a-z][a-z0-9]*>")
_ROWS, _EMPTY = re.compile(r"\r\n?|[\n\x85\u2028\u2029]"), re.compile(r"\n{2,}")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_PLUG = re.compile(  # the starter nearest to the phrase: an earlier "L'article 5 …" is text
    r"""(?:\b(?:l['’]article|cet\ article|le\ (?:post|billet|contenu)
          |th(?:e|is)\ (?:post|article))\b)
        (?:(?!\b(?:l['’]article|the\ post)\b)[^\n]){0,400}?
        \b(?:est\ apparu\ en\ premier\ (?:sur|dans)|a\ été\ publié\ en\ premier\ sur
          |est\ d['’]abord\ apparu\ sur|appeared\ first\ (?:on|in)|first\ appeared\ (?:on|in)
          |was\ first\ published\ (?:on|in))\b
        [^\n]{0,200}""",
    re.IGNORECASE | re.VERBOSE,
)
_PLUG_WORDS = (
    *(b"en premier", b"abord apparu"),
    *(b"appeared first", b"first appeared", b"first published"),
)
"""One of them is in each of what the pattern finds."""
_LONGEST_MORE = 200  # characters, more than the next pattern can match
_MORE_WORDS = ("]", "Lire la suite", "Lire plus", "Continue reading", "Read more", "En savoir plus")
_MORE = re.compile(
    r"""(?:\[\s?(?:…|\.\.\.)\s?\]
        |\b(?:Lire\ la\ suite|Lire\ plus|Continue\ reading|Read\ more|En\ savoir\ plus)\b
          [^\n.]{0,100})\.?\Z""",
    re.VERBOSE,
)
_PICTURE = re.compile(r"<img\b([^<>]{0,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_TINY = {"0", "1", "2", "3"}
_PIXEL_HOSTS = re.compile(
    r"""//[^/]*(?:pixel|doubleclick|feedburner|feedsportal|statcounter|google-analytics
          |stats\.wordpress|b\.scorecardresearch|xiti|quantserve|mailtrack)[^/]*/
        |/(?:pixel|spacer|blank|1x1|tracking?)\b[^/]*$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, kw_only=True)
class Image:
    """A picture that stands in a text."""

    url: str
    alt: str = ""


def plain(markup: str) -> str:
    """Give the text of HTML, or of a text that holds some, without what publishers append to it."""
    if not markup:
        return ""
    bare = _unwrapped(markup)
    marked_up = ("<" in bare or "&" in bare) and _MARKUP.search(bare)
    text = repaired(_text_of(bare) if marked_up else bare)
    return tidy(_unwrapped(_without_plugs(text)))


def _unwrapped(text: str) -> str:
    return _CDATA.sub(" ", text) if "]]>" in text or "<![CDATA[" in text else text


def _text_of(markup: str) -> str:
    return read_simple(markup) or read_any(markup)


def read_any(markup: str) -> str:
    """Give the text of any HTML, as an HTML parser reads it; blank lines between blocks."""
    return _text(_sanitised(markup))


def _without_plugs(text: str) -> str:
    """Search for a plug only where one may stand: the pattern takes as long as all else does."""
    # To the pattern an ſ is an s. Bytes are folded several times as fast as characters.
    folded = text.replace("ſ", "s").encode("utf-8", "replace").lower()
    found = [words for words in _PLUG_WORDS if words in folded]
    if not found:
        return text
    rows = zip(text.split("\n"), folded.split(b"\n"), strict=True)
    return "\n".join(
        [_PLUG.sub("", row) if any(words in raw for words in found) else row for row, raw in rows]
    )


def line(markup: str) -> str:
    """Give the text as one line, not longer than any honest one: titles, names."""
    return first_words(plain(markup[:_LONGEST_MARKUP]), most=_LONGEST_LINE)


def first_words(text: str, *, most: int = _UNTITLED) -> str:
    """Give the beginning of a text as one line: a title for what has none."""
    start = " ".join(text[: 2 * most].split())
    if len(start) <= most:
        return start
    return start[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def excerpt(markup: str) -> tuple[str, bool]:
    """Give the text without a closing `[…]` or `Lire la suite`, and whether one was there."""
    text = plain(markup)
    end = max(0, len(text) - _LONGEST_MORE)
    tail = text[end:]
    if not any(words in tail for words in _MORE_WORDS):
        return text, False
    shorter = text[:end] + _MORE.sub("", tail)
    return shorter.rstrip(), shorter != text


def tidy(text: str) -> str:
    """Normalise characters and spaces; one blank line between paragraphs."""
    lines = with_usual_spaces(text)
    usual = lines.replace("\n", " ").isprintable()
    if not usual or "  " in lines or " \n" in lines or "\n " in lines:
        rows = lines if usual else _ROWS.sub("\n", _INVISIBLE.sub("", text))
        lines = "\n".join([" ".join(row.split()) for row in rows.split("\n")])
    if "\n\n\n" in lines:
        lines = _EMPTY.sub("\n\n", lines)
    return unicodedata.normalize("NFC", lines.strip())


def first_image(markup: str, *, base: str) -> Image | None:
    """Find the first picture that is not a tracking pixel."""
    for match in _PICTURE.finditer(markup):
        attributes = _attributes(match[1])
        url = absolute(attributes.get("src", ""), base)
        if url and not is_pixel(attributes, url):
            return Image(url=url, alt=line(attributes.get("alt", "")))
    return None


def is_pixel(attributes: dict[str, str], url: str) -> bool:
    """Tell whether a picture is there to count readers, by its size or its address."""
    sizes = (attributes.get("width", ""), attributes.get("height", ""))
    tiny = any(size.strip().removesuffix("px") in _TINY for size in sizes)
    return tiny or _PIXEL_HOSTS.search(url) is not None


def _attributes(inside: str) -> dict[str, str]:
    pairs = _ATTRIBUTE.findall(inside)
    return {name.lower(): html.unescape(a or b or c) for name, a, b, c in pairs}


def _sanitised(markup: str) -> str:
    import nh3

    # A frame that is self-closed or never closed would swallow the rest; so would a script.
    if not is_plain(markup):
        markup = _INVISIBLE.sub("", markup)
    for framing in (_FRAME, _SELF_CLOSED):
        markup = framing.sub(" ", markup)
    return nh3.clean(
        shallow(without_giant_tags(markup)),
        tags=_KEPT,
        clean_content_tags=_DROPPED,
        attributes={"*": set()},  # else `title` and `lang` are left wherever they stand
        link_rel=None,
    )


def without_giant_tags(markup: str) -> str:
    """Leave out the attributes of elements that have thousands."""
    return _GIANT_TAG.sub(r"<\1>", markup) if _may_hold_giant(markup) else markup


def _may_hold_giant(markup: str) -> bool:
    """Tell whether somewhere no element begins for half as long as a giant lasts."""
    half = _GIANT // 2
    return len(markup) > _GIANT and any(
        markup.find("<", at, at + half) < 0 for at in range(0, len(markup), half)
    )


def shallow(markup: str) -> str:
    """Leave out the tags that stand deeper than DEPTH; their text stays."""
    if markup.count("<") <= DEPTH:
        return markup
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        closing, name, rest = match[1], match[2].lower(), match[3]
        if name in _VOID or rest.endswith("/"):
            return match[0]
        depth = max(0, depth - 1) if closing else depth + 1
        return match[0] if depth < DEPTH else " "

    return _TAG.sub(keep, markup)


def _text(sanitised: str) -> str:
    """Turn sanitised HTML (only blocks and br, no attributes) into lines."""
    text = _BREAK.sub("\n", " ".join(sanitised.split()))
    if "<t" in text:
        text = _CELL.sub(" ", text)
    return html.unescape(_BLOCK.sub("\n\n", text))
