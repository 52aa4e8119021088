"""Which tags stand in a template, where, and in what? Read as MJML's compiler reads them."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

from jinja2 import Environment

UNKNOWN = "\ue002"
"""Stands for what only filling in a template tells."""
BLOCK = "\ue003"
"""Follows UNKNOWN where that stands for `{% … %}`, which may part or bind what is around it."""
_MARK = re.compile("\ue000([^\ue000\ue001]+):(\\d+)\ue001")
_TAG = re.compile(r"<(?=/?[a-zA-Z])")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "rect",
        "line",
        "path",
        "circle",
    ]
)
_MAY_STAY_OPEN = frozenset(
    ["p", "li", "dt", "dd", "option", "tr", "td", "th", "tbody", "thead", "tfoot"]
)
"""HTML lets these close by themselves; MJML's compiler does not."""


@dataclass(frozen=True, kw_only=True)
class Tag:
    """One opening tag."""

    name: str
    attributes: Mapping[str, str]
    """A bare one is empty."""
    offset: int
    within: tuple[str, ...] = ()
    """The elements around it, the nearest last."""
    twice: tuple[str, ...] = ()
    """Attributes that it has more than once."""

    @property
    def is_filled_in(self) -> bool:
        """Say whether a bare `{{ … }}` stands for some of its attributes."""
        return any(set(name) == {UNKNOWN} for name in self.attributes)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text's tags, and what stands wrong between them."""

    tags: list[Tag] = field(default_factory=list)
    words: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)
    """Text that is no space: offset, text, the elements around it."""
    unbalanced: list[tuple[int, str]] = field(default_factory=list)
    """Offset and words."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Which file and line made which part of a text."""

    starts: Sequence[int]
    lines: Sequence[tuple[str, int]]

    def __call__(self, offset: int) -> tuple[str, int]:
        """Give the file and the line."""
        return self.lines[max(0, bisect_right(self.starts, offset) - 1)]


def read(text: str, *, strict: bool = False) -> Reading:
    """Read a text; `strict` wants every element closed, as MJML's compiler does."""
    reader = _Reader(text, strict=strict)
    reader.feed(text)
    reader.close()
    reader.end()
    return reader.found


def flat(source: str, environment: Environment) -> str:
    """Put UNKNOWN for all that is Jinja; every branch stays, and every line."""
    parts: list[str] = []
    inside = ""
    for _, kind, value in environment.lex(source):
        if kind.endswith("_begin"):
            inside = kind.removesuffix("_begin")
            parts.append({"variable": UNKNOWN, "block": f" {UNKNOWN}{BLOCK} "}.get(inside, ""))
        parts.append(value if kind == "data" and not inside else "\n" * value.count("\n"))
        if kind.endswith("_end"):
            inside = ""
    return "".join(parts)


def marked(text: str, file: str, line: int) -> str:
    """Mark each tag with where it stands, so that it can be found after filling in."""
    return _TAG.sub(
        lambda tag: f"\ue000{file}:{line + text.count(chr(10), 0, tag.start())}\ue001<", text
    )


def unmarked(text: str, file: str) -> tuple[str, Places]:
    """Take the marks off, and keep what they say; before the first of them it is `file`."""
    parts = _MARK.split(text)  # text, file, line, text, …
    pieces = parts[::3]
    starts = [0, *accumulate(map(len, pieces))][:-1]
    told = zip(parts[1::3], map(int, parts[2::3]), strict=True)
    return "".join(pieces), Places(starts=starts, lines=[(file, 1), *told])


def places_of(text: str, file: str) -> Places:
    """Say where the lines of a file are."""
    lengths = [len(line) for line in text.split("\n")]
    starts = [0, *accumulate(length + 1 for length in lengths)][:-1]
    return Places(starts=starts, lines=[(file, at) for at in range(1, len(starts) + 1)])


class _Reader(HTMLParser):
    def __init__(self, text: str, *, strict: bool) -> None:
        super().__init__()
        self.found = Reading()
        self._strict = strict
        self._open: list[tuple[str, int]] = []
        self._offset_of = _offsets(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = self._tag(tag, attrs)
        if name not in _VOID and UNKNOWN not in tag:
            self._open.append((name, self._at))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._open]
        if tag in _VOID or UNKNOWN in tag:
            return
        if tag not in names:
            self._wrong(self._at, f"</{tag}> closes nothing")
            return
        while (left := self._open.pop())[0] != tag:
            self._unclosed(left)

    def handle_data(self, data: str) -> None:
        if data.strip():
            lead = len(data) - len(data.lstrip())
            self.found.words.append((self._at + lead, data.strip(), self._within))

    def end(self) -> None:
        """Name what was never closed."""
        for left in reversed(self._open):
            self._unclosed(left)

    def _tag(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        name = tag.split(UNKNOWN)[0] or tag
        names = [one for one, _ in attrs if UNKNOWN not in one]
        self.found.tags.append(
            Tag(
                name=name,
                attributes={one: value or "" for one, value in reversed(attrs)},
                offset=self._at,
                within=self._within,
                twice=tuple(sorted({one for one in names if names.count(one) > 1})),
            )
        )
        return name

    def _unclosed(self, left: tuple[str, int]) -> None:
        if self._strict or left[0] not in _MAY_STAY_OPEN:
            self._wrong(left[1], f"<{left[0]}> is not closed")

    def _wrong(self, offset: int, words: str) -> None:
        self.found.unbalanced.append((offset, words))

    @property
    def _within(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._open[-40:])

    @property
    def _at(self) -> int:
        line, column = self.getpos()
        return self._offset_of(line) + column


def _offsets(text: str) -> Callable[[int], int]:
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    return lambda line: starts[line - 1]
