"""What is in a piece of HTML, as a mailbox or a screen reader takes it apart?"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSEEN = frozenset({"title", "style", "script"})
_CHILDLESS = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})
"""Tags that are never closed."""


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """The parts of a page that checks ask about."""

    language: str
    title: str
    headings: tuple[str, ...]
    """Their texts in reading order."""
    levels: tuple[str, ...]
    """Their tags: `h1`, `h2` …"""
    links: tuple[str, ...]
    places: frozenset[str]
    """Names that a link may lead to within the page: `id`, and `name` of an `a`."""
    images: tuple[str, ...]
    widths: tuple[int, ...]
    """Of the images, in pixels, as they are shown; 0 where the page does not say."""
    unsaid: tuple[str, ...]
    """Images whose alt is there, and empty."""
    without_alt: int
    tables_as_data: int
    """Tables for the layout alone that a screen reader would read out as data."""
    text: str
    """All that a reader sees, in reading order; what is hidden from them is left out."""


def dissect(html: str) -> Anatomy:
    """Take a page apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Anatomy(
        language=reader.language,
        title="".join(reader.texts.get("title", [])),
        headings=tuple("".join(heading) for heading in reader.headings),
        levels=tuple(reader.levels),
        links=tuple(reader.links),
        places=frozenset(reader.places) - {""},
        images=tuple(reader.images),
        widths=tuple(reader.widths),
        unsaid=tuple(reader.unsaid),
        without_alt=reader.without_alt,
        tables_as_data=reader.tables_as_data,
        text=" ".join(reader.seen),
    )


@dataclass
class _Found:
    language: str = ""
    texts: dict[str, list[str]] = field(default_factory=dict)
    headings: list[list[str]] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    images: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    without_alt: int = 0
    tables_as_data: int = 0
    tables: list[bool] = field(default_factory=list)
    """Of the open tables, the innermost last: whether it counts among those."""
    inside: str = ""
    seen: list[str] = field(default_factory=list)
    hidden_in: str = ""
    """The tag of what is hidden from readers, and is being read."""
    depth: int = 0
    """How many such tags are open."""


class _Reader(_Found, HTMLParser):
    def __init__(self) -> None:
        _Found.__init__(self)
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self._hide(tag, has.get("style", ""))
        self.places |= {has.get("id", ""), has.get("name", "") if tag == "a" else ""}
        match tag:
            case "html":
                self.language = has.get("lang", "")
            case "a":
                self.links.append(has.get("href", ""))
            case "img":
                self._picture(has)
            case "table":
                self.tables.append(has.get("role") not in {"presentation", "none"})
                self.tables_as_data += self.tables[-1]
            case "th":
                self._data()
            case "title" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self._enter(tag)
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self.tables:
            self.tables.pop()
        if tag == self.inside:
            self.inside = ""
        if tag == self.hidden_in:
            self.depth -= 1
            self.hidden_in = tag if self.depth else ""

    def handle_data(self, data: str) -> None:
        if not self.hidden_in:
            self.seen.append(data)
        if self.inside == "title":
            self.texts.setdefault("title", []).append(data)
        elif self.inside:
            self.headings[-1].append(data)

    def _picture(self, has: dict[str, str]) -> None:
        width = re.fullmatch(r"([0-9]{1,4})(?:px)?", has.get("width", ""))
        self.images.append(has.get("src", ""))
        self.widths.append(int(width[1]) if width else 0)
        self.without_alt += "alt" not in has
        if not has.get("alt", "x").strip():
            self.unsaid.append(has.get("src", ""))

    def _data(self) -> None:
        """Take the innermost table for data: it has a heading."""
        if self.tables:
            self.tables_as_data -= self.tables[-1]
            self.tables[-1] = False

    def _hide(self, tag: str, style: str) -> None:
        hides = tag in _UNSEEN or "display:none" in style.replace(" ", "")
        opens = tag == self.hidden_in or (hides and not self.hidden_in)
        if opens and tag not in _CHILDLESS:
            self.hidden_in = tag
            self.depth += 1

    def _enter(self, tag: str) -> None:
        self.inside = tag
        if tag != "title":
            self.levels.append(tag)
            self.headings.append([])
