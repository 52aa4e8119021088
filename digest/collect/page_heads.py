"""What does a page say of its article outside the text: JSON-LD, OpenGraph, links, language?

Every pattern here is linear in the page, however hostile: each looks within one tag, and none of
them past the next `<`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from typing import Any

import orjson

_HEAD = 500_000  # characters in which metadata is looked for
_BLOCK = 1_000_000  # characters of one JSON-LD
_SCRIPTS = 200
_TAG = re.compile(
    r"""<(meta|link|html)\b((?:[^<>"']++|"[^"<]{0,5000}+"|'[^'<]{0,5000}+')*+)>""", re.IGNORECASE
)
_LOOSE = re.compile(r"<(meta|link|html)\b([^<>]{0,3000}+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]{1,40}+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")
_SCRIPT = re.compile(r"<script\b([^<>]{0,500}+)>", re.IGNORECASE)
_CLOSED = re.compile(r"</script", re.IGNORECASE)
_ARTICLES = ("article", "posting", "report", "review", "webpage")
_MEDIA = ("videoobject", "imagegallery", "mediagallery")
_VAGUE = "webpage"


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a page says of itself."""

    meta: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    """By `rel`: canonical, amphtml."""
    language: str = ""
    things: tuple[dict[str, Any], ...] = ()
    """Of its JSON-LD, those of a @graph one by one."""

    @cached_property
    def article(self) -> dict[str, Any]:
        """The thing that is the article: the most exact kind of what there is."""
        found = [one for one in self.things if _is_one_of(one, _ARTICLES)]
        exact = [one for one in found if _VAGUE not in _kind(one)]
        return next(iter([*exact, *found]), {})

    @cached_property
    def medium(self) -> dict[str, Any]:
        """The video or gallery that the page shows, if it shows no article."""
        if self.article and _VAGUE not in _kind(self.article):
            return {}
        return next((one for one in self.things if _is_one_of(one, _MEDIA)), {})

    def names(self, said: object) -> str:
        """Give the names of people or organisations, however they are nested or referred to."""
        return ", ".join(dict.fromkeys(filter(None, self._each(said, 0))))

    def _each(self, said: object, depth: int) -> Iterator[str]:
        match said:
            case str():
                yield unescape(said).strip()
            case list() if depth < 4:
                for one in said[:10]:
                    yield from self._each(one, depth + 1)
            case {"name": name} if depth < 4:
                yield from self._each(name, depth + 1)
            case {"@value": str(name)}:
                yield name
            case {"@id": str(named)} if depth < 4:
                yield from self._each(self._called(named), depth + 1)

    def _called(self, named: str) -> str:
        found = (one.get("name") for one in self.things if one.get("@id") == named)
        return next((name for name in found if isinstance(name, str)), "")


def head_of(html: str) -> Head:
    """Read what a page says of itself."""
    meta: dict[str, str] = {}
    links: dict[str, str] = {}
    language = ""
    for tag, said in _tags(html[:_HEAD]):
        match tag:
            case "meta":
                name = said.get("property") or said.get("name") or said.get("itemprop") or ""
                if content := said.get("content", "").strip():
                    meta.setdefault(name.lower(), content)
            case "link":
                links.setdefault(said.get("rel", "").lower(), said.get("href", ""))
            case _:
                language = language or said.get("lang", "")
    return Head(meta=meta, links=links, language=language, things=tuple(_things_of(html)))


def without(html: str, *tags: str) -> str:
    """Leave out some elements with all that is in them: their words are not the article's."""
    opening = re.compile(rf"<({'|'.join(tags)})\b", re.IGNORECASE)
    parts, at = list[str](), 0
    while found := opening.search(html, at):
        parts.append(html[at : found.start()])
        end = re.compile(f"</{found[1]}", re.IGNORECASE).search(html, found.end())
        if end is None:
            return " ".join(parts)
        at = end.end()
    return " ".join([*parts, html[at:]])


def attributes(inside: str) -> dict[str, str]:
    """Read the attributes of a tag."""
    pairs = _ATTRIBUTE.findall(inside)
    return {name.lower(): unescape(a or b or c) for name, a, b, c in reversed(pairs)}


def _tags(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    seen = -1
    for start in re.finditer(r"<(?=meta\b|link\b|html\b)", html, re.IGNORECASE):
        found = _TAG.match(html, start.start()) or _LOOSE.match(html, start.start())
        if found and start.start() > seen:
            seen = found.end() - 1
            yield found[1].lower(), attributes(found[2])


def _things_of(html: str) -> Iterator[dict[str, Any]]:
    at = 0
    for _ in range(_SCRIPTS):
        found = _SCRIPT.search(html, at)
        end = _CLOSED.search(html, found.end()) if found else None
        if found is None or end is None:
            return
        at = end.end()
        if "ld+json" in found[1].lower() and end.start() - found.end() < _BLOCK:
            yield from _things(_loaded(html[found.end() : end.start()]))


def _loaded(text: str) -> object:
    """Read JSON as publishers write it: in a comment or CDATA, with line breaks in its strings."""
    bare = re.sub(r"^\s*(?:<!--|/[/*]\s*<!\[CDATA\[(?:\s*\*/)?|<!\[CDATA\[)", "", text)
    bare = (
        re.sub(r"(?:-->|(?:/[/*]\s*)?\]\]>(?:\s*\*/)?)\s*$", "", bare[:_BLOCK]).strip().rstrip(";")
    )
    for attempt in (bare, re.sub(r"[\x00-\x1f]+", " ", bare)):
        try:
            return orjson.loads(attempt)
        except orjson.JSONDecodeError:
            continue
    return None


def _things(said: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    match said:
        case list() if depth < 4:
            for part in said[:50]:
                yield from _things(part, depth + 1)
        case dict():
            yield said
            for name in ("@graph", "mainEntity", "mainEntityOfPage"):
                if depth < 4 and isinstance(said.get(name), list | dict):
                    yield from _things(said[name], depth + 1)
        case _:
            return


def _kind(thing: dict[str, Any]) -> str:
    return str(thing.get("@type", "")).lower()


def _is_one_of(thing: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    return any(kind in _kind(thing) for kind in kinds)
