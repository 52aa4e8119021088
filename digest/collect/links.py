"""Which links does a page hold, and what stands around each? Runs in the worker's process only.

One pass over the page's events, so that its time grows with its length alone, however deep it is.
Each link is told with its text, whether a heading, an article or the page's frame (navigation,
footer, forms) holds it, and the date that stands nearest to it.
"""

import re
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from digest.collect.dates import is_date
from digest.collect.shapes import Shape, shape_of
from digest.collect.urls import absolute

Values: TypeAlias = dict[str, Any]

MOST = 3_000
"""Links told of one page."""
_READ = 3_000_000  # characters of a page
_LONGEST = 500  # characters of a link's text
_DATE_WORDS = 80  # characters of a date
_HEADINGS = {"h1", "h2", "h3", "h4", "h5"}
_FRAME_TAGS = {"nav", "footer", "aside", "form", "dialog", "template", "noscript"}
_FRAME_ROLES = {"navigation", "contentinfo", "complementary", "search", "banner", "menu", "dialog"}
_FRAME_NAMES = re.compile(
    r"(?<!\S)(?:[\w-]*[_-])?(?:nav|navbar|navigation|menu|submenu|footer|sidebar|breadcrumbs?|ariane"
    r"|pagination|pager|social|share|partage|partager|cookies?|comments?|commentaires?|tags|tagcloud"
    r"|etiquettes|calendar|calendrier|newsletter|login|connexion|related)"
    r"(?:[_-](?:menu|links?|list|container|wrapper|area|block|inner|item))?(?!\S)",
    re.IGNORECASE,
)
_NO_FRAME = re.compile(r"(?<!\S)(?:[\w-]*[_-])?(?:has|no|with|without|avec|sans)[_-]\S*", re.I)
_CARD_NAMES = re.compile(r"entry|post|article|card|item|teaser", re.IGNORECASE)
_WHOLE_PAGE = {"html", "body", "main", "article"}
_DATED = re.compile(
    r"(?:^|[\s_-])(?:date|time|published|publication|posted|meta)(?=$|[\s_-])", re.I
)
_DATE_TAGS = {"time", "td", "small", "span", "abbr"}  # where they hold a date and nothing else
_WITHIN_WORDS = {"a", "abbr", "b", "em", "i", "mark", "strong", "sub", "sup", "wbr"}
_UNREAD = {"script", "style", "template", "noscript", "svg", "select", "textarea"}
_VOID = {
    "img",
    "br",
    "hr",
    "input",
    "link",
    "meta",
    "base",
    "source",
    "wbr",
    "area",
    "col",
    "embed",
}


@dataclass(kw_only=True)
class Link:
    """One link and what stands around it."""

    url: str
    text: str = ""
    heading: bool = False
    """A heading holds it, or it holds one."""
    article: bool = False
    main: bool = False
    frame: bool = False
    """Navigation, footer, a form: what every page of the site has."""
    date: str = ""


@dataclass(kw_only=True)
class _Frame:
    """One open element."""

    tag: str
    frame: bool
    heading: bool
    article: bool
    main: bool
    unread: bool
    dated: bool
    words: list[str] = field(default_factory=list)
    """Text, where it may be a date."""
    nearby: list["Link | str"] = field(default_factory=list)
    """Links and dates in it, in order, as far as they still look for each other."""


class _Reader:
    """What an HTML parser tells its events to."""

    def __init__(self, base: str) -> None:
        self.base, self.based = base, False
        self.links: list[Link] = []
        self.feeds: list[Values] = []
        self.title: list[str] = []
        self.api = self.generator = self.language = ""
        self.scripts = self.looked = 0
        self.open = [_root()]
        self.link: Link | None = None
        self.said: list[str] = []
        self.headed: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.full:
            return
        self._head(tag, attributes)
        inner = _inside(self.open[-1], tag, attributes)
        if tag == "a":
            self._end_link()
            self._begin_link(attributes.get("href", ""), attributes, inner)
        if tag not in _WITHIN_WORDS:
            self._apart()
        if self.link and tag in _HEADINGS:
            self.link.heading = True
        if self.link and tag == "img" and not self.said:
            self.said.append(attributes.get("alt", ""))
        if tag == "time" and self._is_date(attributes.get("datetime", "")):
            self.open[-1].nearby.append(attributes["datetime"])
            inner.dated = False
        if tag not in _VOID:
            self.open.append(inner)

    def end(self, tag: str) -> None:
        if self.full:
            return
        if tag == "a":
            self._end_link()
        if tag not in _WITHIN_WORDS:
            self._apart()
        if tag in _VOID or len(self.open) == 1:
            return
        done = self.open.pop()
        if done.dated and self._is_date(words := _line(" ".join(done.words))):
            done.nearby.append(words)
        self.open[-1].nearby += _met(done.nearby)

    def data(self, text: str) -> None:
        here = self.open[-1]
        if self.full:
            return
        if here.tag == "title" and len(self.title) < 20:
            self.title.append(text)
        if here.unread:
            return
        if self.link:
            (self.headed if here.heading else self.said).append(text)
        for element in self.open[-3:]:
            if element.dated and len(element.words) < 20:
                element.words.append(text[:100])

    def _apart(self) -> None:
        """Keep the words of two elements apart."""
        for words in (self.said, self.headed):
            if words:
                words.append(" ")

    def _is_date(self, words: str) -> bool:
        """Recognise a date, as often as a page may have one."""
        self.looked += 1
        return self.looked <= MOST and len(words) <= _DATE_WORDS and is_date(words)

    @property
    def full(self) -> bool:
        """Whether nothing more is taken in: what follows costs next to nothing."""
        return len(self.links) >= MOST

    def comment(self, text: str) -> None:
        """Pass over comments."""

    def close(self) -> Values:
        self._end_link()
        for element in reversed(self.open):
            _met(element.nearby)
        return {
            "title": _line("".join(self.title)),
            "language": self.language,
            "links": [asdict(link) for link in self.links],
            "feeds": self.feeds[:20],
            "api": self.api,
            "generator": self.generator,
            "scripts": self.scripts,
            "base": self.base,
        }

    def _head(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "html":
                self.language = attributes.get("lang", "")[:20]
            case "script":
                self.scripts += 1
            case "base" if not self.based:
                self.base = absolute(attributes.get("href", ""), self.base) or self.base
                self.based = True
            case "meta" if attributes.get("name", "").lower() == "generator":
                self.generator = self.generator or attributes.get("content", "")[:100]
            case "link":
                self._head_link(attributes)
            case _:
                pass

    def _head_link(self, attributes: dict[str, str]) -> None:
        relations = attributes.get("rel", "").lower().split()
        url = absolute(attributes.get("href", ""), self.base)
        if "https://api.w.org/" in relations:
            self.api = self.api or url
        if "alternate" in relations and url:
            kind = attributes.get("type", "").partition(";")[0].strip().lower()
            self.feeds.append(
                {"url": url, "type": kind, "title": attributes.get("title", "")[:200]}
            )

    def _begin_link(self, href: str, attributes: dict[str, str], inner: "_Frame") -> None:
        url = "" if href.lstrip().startswith("#") else absolute(href, self.base)
        if not url or inner.unread:
            return
        self.said, self.headed = [], []
        self.link = Link(
            url=url,
            heading=inner.heading,
            article=inner.article,
            main=inner.main,
            frame=inner.frame or "nofollow" in attributes.get("rel", "").lower(),
        )
        self.links.append(self.link)
        if shape_of(url) > Shape.NO:
            self.open[-1].nearby.append(self.link)

    def _end_link(self) -> None:
        if self.link:
            self.link.text = _line("".join(self.headed)) or _line("".join(self.said))
        self.link = None


def links_of(text: str, base: str) -> Values:
    """Read a page: `{title, links: [{url, text, …}], feeds: [{url, type, title}], api, …}`."""
    from lxml import etree

    parser = etree.HTMLParser(target=_Reader(base), encoding="utf-8")
    told: Values = etree.HTML(text[:_READ].encode("utf-8", "replace"), parser)
    return told


def _root() -> _Frame:
    return _Frame(
        tag="", frame=False, heading=False, article=False, main=False, unread=False, dated=False
    )


def _inside(outer: _Frame, tag: str, attributes: dict[str, str]) -> _Frame:
    """Say what holds for what stands in an element."""
    names = f"{attributes.get('class', '')} {attributes.get('id', '')}"[:500]
    framing = tag in _FRAME_TAGS or attributes.get("role", "").lower() in _FRAME_ROLES
    named = tag not in _WHOLE_PAGE and _FRAME_NAMES.search(_NO_FRAME.sub("", names)) is not None
    of_card = outer.article or outer.main or _CARD_NAMES.search(names)
    masthead = tag == "header" and not of_card
    return _Frame(
        tag=tag,
        frame=outer.frame or framing or named or masthead,
        heading=outer.heading or tag in _HEADINGS,
        article=outer.article or tag == "article",
        main=outer.main or tag == "main",
        unread=outer.unread or tag in _UNREAD,
        dated=tag in _DATE_TAGS or _DATED.search(names) is not None,
    )


def _met(nearby: list[Link | str]) -> list[Link | str]:
    """Give each date to the link it stands with; keep what may still meet further out.

    Links to one address are one. Dates stand all before their links, or all after them.
    """
    urls = {one.url for one in nearby if isinstance(one, Link)}
    dates = [one for one in nearby if isinstance(one, str)]
    if not urls:
        return list(dates[:1])
    if dates:
        _give(nearby, dates, alone=len(urls) == 1)
    links = [one for one in nearby if isinstance(one, Link)]
    return [links[0]] if len(urls) == 1 else [links[0], links[-1]]


def _give(nearby: list[Link | str], dates: list[str], *, alone: bool) -> None:
    before = isinstance(nearby[0], str)
    last = dates[0] if alone else ""
    for one in nearby if before else reversed(nearby):
        if isinstance(one, str):
            last = one
        elif last:
            one.date = one.date or last
            last = last if alone else ""


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
