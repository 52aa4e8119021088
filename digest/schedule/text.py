"""What does the YAML say, and on which line? Text → plain values, every one with its place.

Every scalar stays the text that was written; digest.schedule.values alone decides what it means.
So YAML 1.1's traps don't exist here: `no` is no boolean, `6:53` no number, `2026-11-27` no date.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from digest.errors import Problem
from digest.schedule.nodes import compose

Plain: TypeAlias = str | list["Plain"] | dict[str, "Plain"]
Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the top: `("sources", 3, "feed")`."""

MAX_BYTES = 1_000_000
_MAX_DEPTH = 12
_MAX_VALUES = 50_000
"""Values after anchors are followed: a bomb of aliases stops here."""
_TAGS = tuple(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file's plain values, where each stands, and what was wrong with its syntax."""

    file: str
    values: Mapping[str, Plain]
    """Keys without a value are left out, as if they were not there."""
    lines: Mapping[Path, int]
    """Line of each key, or of each list entry, counted from 1."""
    problems: tuple[Problem, ...] = ()

    def line(self, path: Path) -> int:
        """Give the line of what stands at `path`, or of the nearest thing above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, what: str) -> Problem:
        """Say what is wrong with the value at `path`."""
        return Problem(file=self.file, line=self.line(path), what=what)


def parse_text(content: bytes, file: str) -> Document:
    """Read YAML; `problems` says what can't be read, `values` hold the rest."""
    if len(content) > MAX_BYTES:
        return _unreadable(file, 0, f"is larger than {MAX_BYTES // 1000} kB: is it the right file?")
    try:
        text = content.decode()  # a byte order mark is YAML's to take off
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _unreadable(file, line, "is not UTF-8 here: save the file as UTF-8")
    return _parse(text, file)


def _parse(text: str, file: str) -> Document:
    try:
        root = compose(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return _unreadable(file, line, "holds a control character that YAML does not allow")
    except yaml.MarkedYAMLError as error:
        return _unreadable(file, _line_of(error), _syntax(error))
    except RecursionError:
        return _unreadable(file, 0, "is nested too deeply")
    if root is None:
        return _unreadable(file, 0, "is empty: `digest init` writes one to start from")
    if not isinstance(root, MappingNode):
        line = root.start_mark.line + 1
        return _unreadable(file, line, "must start with keys such as `site:` and `themes:`")
    return _Reading(file=file).document(root)


def _unreadable(file: str, line: int, what: str) -> Document:
    return Document(
        file=file, values={}, lines={}, problems=(Problem(file=file, line=line, what=what),)
    )


def _line_of(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 0


def _syntax(error: yaml.MarkedYAMLError) -> str:
    """Put the commonest of YAML's complaints in plain words."""
    problem = error.problem or ""
    if r"'\t'" in problem:
        return "a tab stands here: indent with spaces"
    if "mapping values are not allowed" in problem:
        return "a second ': ' on this line: put the text in quotes, or mind the indentation"
    if "expected a single document" in (error.context or ""):
        return "a second document starts here: take the line --- away"
    if "found undefined alias" in problem:
        return f"{problem}: text that begins with * needs quotes"
    return f"not readable as YAML: {problem or error.context}; mind quotes and indentation"


@dataclass(kw_only=True)
class _Reading:
    """One walk through the nodes; collects places and problems on its way."""

    file: str
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seen: int = 0

    def document(self, root: MappingNode) -> Document:
        try:
            values = self._mapping(root, ())
        except _TooMuchError as error:
            return _unreadable(self.file, error.line, error.what)
        return Document(
            file=self.file, values=values, lines=self.lines, problems=tuple(self.problems)
        )

    def _value(self, node: Node, path: Path) -> Plain:
        self._count(node, path)
        if node.tag not in _TAGS:
            self._wrong(node, f"the tag {node.tag!r} is not used here: take it away")
        match node:
            case MappingNode():
                return self._mapping(node, path)
            case SequenceNode():
                return self._sequence(node, path)
            case _:
                return str(node.value)

    def _sequence(self, node: SequenceNode, path: Path) -> list[Plain]:
        values = []
        for index, child in enumerate(node.value):
            self.lines[(*path, index)] = child.start_mark.line + 1
            values.append(self._value(child, (*path, index)))
        return values

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Plain]:
        values: dict[str, Plain] = {}
        for key, name, child in self._keys(node, path):
            self.lines[(*path, name)] = key.start_mark.line + 1
            if not _is_nothing(child):
                values[name] = self._value(child, (*path, name))
        return values

    def _keys(self, node: MappingNode, path: Path) -> Iterator[tuple[ScalarNode, str, Node]]:
        """Give each key once; a second one of the same name is a problem, not a replacement."""
        first: dict[str, int] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                self._wrong(key, "a key must be a word, not a list or mapping")
            elif key.value in first:
                self._wrong(
                    key, f"'{key.value}' stands here twice, first on line {first[key.value]}"
                )
            else:
                first[key.value] = line
                yield key, key.value, child

    def _count(self, node: Node, path: Path) -> None:
        self.seen += 1
        line = node.start_mark.line + 1
        if len(path) > _MAX_DEPTH:  # also how an anchor that contains itself ends
            raise _TooMuchError(line, f"is nested deeper than {_MAX_DEPTH} levels")
        if self.seen > _MAX_VALUES:
            raise _TooMuchError(line, f"holds more than {_MAX_VALUES} values, aliases followed")

    def _wrong(self, node: Node, what: str) -> None:
        self.problems.append(Problem(file=self.file, line=node.start_mark.line + 1, what=what))


class _TooMuchError(Exception):
    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


def _is_nothing(node: Node) -> bool:
    """Tell `key:` with nothing behind it, and `key: ~`."""
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"
