"""feedparser's own test corpus: its conditions, and a view of what we kept that they can judge.

A condition is a line of Python over feedparser's result, `entries[0]['title'] == 'Example'`. Only
those that speak of what an Item keeps are put to us, word by word: what they compare are values
that know what our cleaning makes of the words they are compared with.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.bylines import name_and_role
from digest.collect.charset import decode
from digest.collect.clean import line, plain
from digest.collect.dates import read
from digest.collect.feeds import read_feed
from digest.collect.items import Item
from digest.collect.readings import Parser
from digest.collect.urls import absolute
from digest.collect.worker import ParseError

CORPUS = Path(__file__).parents[2] / "var" / "published" / f"feedparser-{feedparser.__version__}"
_KEPT = {
    *("title", "link", "id", "guid", "author", "description", "summary"),
    *("published", "published_parsed", "updated", "updated_parsed", "created", "created_parsed"),
}
_KEPT_WITHIN = {"value", "name"}
"""Of `content[0]`, `author_detail`: not their type, base, email."""
_CONDITION = re.compile(rb"Description:\s*(.*?)\s*Expect:\s*(.*)\s*-->")
_HEADER = re.compile(rb"^Header:\s+([^:]+):(.+)$", re.MULTILINE)
_DATE_NAMES = ("published", "updated", "created")
_HERE = "http://127.0.0.1:8097/tests/feed.xml"
_LATE = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A feed of the corpus and what must hold of it."""

    name: str
    raw: bytes
    claim: str

    @property
    def headers(self) -> dict[str, str]:
        """What HTTP says with it."""
        found = {k.decode().lower(): v.decode().strip() for k, v in _HEADER.findall(self.raw)}
        return {"content-type": "application/xml", "content-location": _HERE} | found

    @property
    def is_ours(self) -> bool:
        """Whether it speaks of what an Item keeps, and of nothing else."""
        paths = [*_paths(ast.parse(self.claim, mode="eval"))]
        return bool(paths) and all(map(_is_kept, paths))


def conditions(folder: Path = CORPUS) -> Iterator[Condition]:
    """Give all conditions of an unpacked corpus."""
    for path in sorted((folder / "tests").rglob("*.xml")):
        raw = path.read_bytes()
        if found := _CONDITION.search(_narrow(raw)):
            claim = found[2].decode("utf-8").strip()
            yield Condition(name=str(path.relative_to(folder / "tests")), raw=raw, claim=claim)


def feedparser_holds(condition: Condition) -> bool:
    """Tell whether feedparser itself, as it comes, gets a condition right."""
    result = feedparser.parse(condition.raw, response_headers=condition.headers)
    return bool(_judged(condition.claim, result))


def we_hold(condition: Condition, parser: Parser) -> bool:
    """Tell whether the whole path from bytes to Items gets a condition right."""
    kind, _, charset = condition.headers["content-type"].partition("charset=")
    answer = Answer(
        request=Request(url=_HERE),
        verdict=Verdict.CONTENT,
        url=condition.headers["content-location"],
        kind=kind,
        charset=charset.strip("\"' "),
        body=condition.raw,
        language=condition.headers.get("content-language", ""),
    )
    entries = [_entry(item, base=answer.url) for item in read_feed(answer, parser).items]
    language = _language(answer, parser)
    feed = feedparser.FeedParserDict({"language": language} if language else {})
    return bool(_judged(condition.claim, {"bozo": False, "feed": feed, "entries": entries}))


def _language(answer: Answer, parser: Parser) -> str:
    """Give what entries would inherit: most of these feeds have none."""
    try:
        told = parser.run("feed", decode(answer.body, charset=answer.charset), base=answer.url)
    except ParseError:
        return ""
    return str(told.get("language") or answer.language)


def _judged(claim: str, result: Any) -> object:
    names = {"bozo": 0, "feed": {}, "entries": [], "feedparser": feedparser} | dict(result)
    try:
        return eval(claim, {}, names)  # noqa: S307 - the published corpus, by its hash
    except (LookupError, AttributeError, TypeError):
        return False


def _narrow(raw: bytes) -> bytes:
    """Give UTF-16 and UTF-32 as bytes in which the condition can be found."""
    return raw.replace(b"\x00", b"") if b"\x00" in raw[:4] + raw[4:40] else raw


def _paths(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Give `('entries', '0', 'title')` for each chain of a condition."""
    match tree:
        case ast.Subscript(value=inner, slice=ast.Constant(value=key)):
            yield from ((*path, str(key)) for path in _paths(inner))
        case ast.Attribute(value=inner, attr=key):
            yield from ((*path, key) for path in _paths(inner))
        case ast.Name(id=name) if name not in {"bozo", "True", "False", "None"}:
            yield (name,)
        case _:
            for child in ast.iter_child_nodes(tree):
                yield from _paths(child)


def _is_kept(path: tuple[str, ...]) -> bool:
    match path:
        case ("entries", _, ("title_detail" | "summary_detail" | "author_detail"), key):
            return key in _KEPT_WITHIN
        case ("entries", _, ("content" | "authors"), _, key):
            return key in _KEPT_WITHIN
        case ("entries", _, name):
            return name in _KEPT
        case ("feed", "language") | ("entries", _, "source", "title"):
            return True
        case _:
            return False


class Kept:
    """What we kept of a field: equal to whatever words would have been kept just so."""

    def __init__(self, *kept: Any, clean: Callable[[Any], Any] = line) -> None:
        self._clean, self._kept = clean, [clean(one) for one in kept]

    def __eq__(self, other: object) -> bool:
        said = other._kept if isinstance(other, Kept) else [self._clean(other)]
        return any(one in self._kept for one in said)

    __hash__ = None  # type: ignore[assignment]


def _entry(item: Item, *, base: str) -> feedparser.FeedParserDict:
    text = Kept(item.summary, item.content, clean=plain)
    title, publisher = Kept(item.title), Kept(item.publisher)
    one = Kept(*item.author.split(", "), clean=_person)
    given: dict[str, Any] = {
        "title": title,
        "title_detail": {"value": title},
        "summary": text,
        "summary_detail": {"value": text},
        "content": [{"value": text}] * 4,
        "author": Kept(item.author, clean=_person),
        "author_detail": {"name": one},
        "authors": [{"name": one}] * 4,
        "source": {"title": publisher, "title_detail": {"value": publisher}},
    }
    for name, said in (("id", item.guid), ("link", item.url)):
        given |= {name: Kept(said, clean=lambda url: absolute(url, base))} if said else {}
    for name in _DATE_NAMES:
        given[name] = Kept(*item.published, clean=str)
        given[f"{name}_parsed"] = Kept(*item.published, clean=_moment)
    return feedparser.FeedParserDict(given)


def _person(said: str) -> str:
    return name_and_role(line(said))[0]


def _moment(said: Any) -> Any:
    """Give year to second, of words or of a time.struct_time."""
    if not isinstance(said, str):
        return said[:6]
    found = read(said, seen_at=_LATE)
    return found and found[0].utctimetuple()[:6]
