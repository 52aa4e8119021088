"""How is a source written into schedule.yaml, or taken out, with all else as the editor left it?

Pure: bytes → bytes. The YAML library tells where things stand; the text between is never written
anew, so comments, quotes, indentation and line endings stay byte for byte. (Libraries that keep
comments on a round trip still give a file their own indentation, quotes and widths.)
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Given: TypeAlias = str | float | tuple[str, ...]
Entry: TypeAlias = Mapping[str, Given]
"""A source's keys and values in the order in which they are written."""

_ENDS = (yaml.BlockEndToken, yaml.StreamEndToken, yaml.DocumentEndToken)


class NoPlaceError(ValueError):
    """The text can't be changed without touching what else stands in it."""


@dataclass(frozen=True, kw_only=True)
class _Sources:
    """The list of sources as it stands in the text."""

    text: str
    node: SequenceNode
    tokens: tuple[yaml.Token, ...]
    """All that have a place of their own, in order."""

    @property
    def in_brackets(self) -> bool:
        """`sources: [{…}, {…}]`."""
        return bool(self.node.flow_style)

    def last(self, start: int, end: int) -> yaml.Token:
        """Give the last token that begins between two places of the text, commas left aside."""
        between = [one for one in self.tokens if start <= one.start_mark.index < end]
        return [one for one in between if not isinstance(one, yaml.FlowEntryToken)][-1]


def with_sources(content: bytes, entries: Sequence[Entry]) -> bytes:
    """Add sources behind the last one, indented as that one is.

    Raises:
        NoPlaceError: there is no list of sources.
    """
    found = _sources(content.decode())
    where, added = (_in_brackets if found.in_brackets else _in_lines)(found, entries)
    return (found.text[:where] + added + found.text[where:]).encode()


def without_source(content: bytes, name: str) -> bytes:
    """Take a source out, with the comments on its own lines; those above it stay.

    Raises:
        NoPlaceError: there is no such source, or no other one.
    """
    found = _sources(content.decode())
    number = next((n for n, one in enumerate(found.node.value) if _named(one) == name), None)
    if number is None:
        raise NoPlaceError(f"there is no source {name!r}")
    if len(found.node.value) == 1:
        raise NoPlaceError(f"{name!r} is the only source: add another one first")
    start, end = (_span_in_brackets if found.in_brackets else _span_of_lines)(found, number)
    return (found.text[:start] + found.text[end:]).encode()


def lines_of(entry: Entry, *, indent: str = "  ", newline: str = "\n") -> str:
    """Write a source as lines of YAML."""
    lines = [_line(key, value) for key, value in entry.items()]
    return newline.join([f"{indent}- {lines[0]}", *(f"{indent}  {line}" for line in lines[1:])])


# --- where things stand -----------------------------------------------------------------


def _sources(text: str) -> _Sources:
    root = yaml.compose(text, yaml.SafeLoader)
    pairs = root.value if isinstance(root, MappingNode) else []
    node = next((child for key, child in pairs if key.value == "sources"), None)
    if not isinstance(node, SequenceNode) or not node.value:
        raise NoPlaceError("there is no list of sources")
    placed = (one for one in yaml.scan(text, yaml.SafeLoader) if not isinstance(one, _ENDS))
    return _Sources(text=text, node=node, tokens=tuple(placed))


def _named(node: Node) -> str:
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((str(child.value) for key, child in pairs if key.value == "name"), "")


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _after_line(text: str, place: int) -> int:
    """Give the place after the line that `place` is in; a place at a line's start stays."""
    if place and text[place - 1] == "\n":
        return place
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


# --- a line for each key ----------------------------------------------------------------


def _in_lines(found: _Sources, entries: Sequence[Entry]) -> tuple[int, str]:
    indent = " " * found.node.start_mark.column
    where = _end_of_entry(found, len(found.node.value) - 1)
    newline = _newline(found.text)
    each = (lines_of(entry, indent=indent, newline=newline) for entry in entries)
    written = newline.join(each)
    at_line_start = found.text[where - 1] == "\n"
    return where, written + newline if at_line_start else newline + written


def _end_of_entry(found: _Sources, number: int) -> int:
    """Give the place after an entry's last line and the comments right below that are its own."""
    entries = found.node.value
    more = number + 1 < len(entries)
    end = _dash(found, number + 1) if more else found.node.end_mark.index
    last = found.last(_dash(found, number), end)
    place = _after_line(found.text, last.end_mark.index)
    deeper = re.compile(rf" {{{found.node.start_mark.column + 1},}}#[^\n]*(?:\n|\Z)")
    while comment := deeper.match(found.text, place):
        place = comment.end()
    return place


def _dash(found: _Sources, number: int) -> int:
    """Give the place of an entry's `-`."""
    start, column = found.node.start_mark.index, found.node.start_mark.column
    dashes: Iterator[int] = (
        one.start_mark.index
        for one in found.tokens
        if isinstance(one, yaml.BlockEntryToken)
        and one.start_mark.index >= start
        and one.start_mark.column == column
    )
    return next(place for order, place in enumerate(dashes) if order == number)


def _span_of_lines(found: _Sources, number: int) -> tuple[int, int]:
    return _line_start(found.text, _dash(found, number)), _end_of_entry(found, number)


# --- within brackets --------------------------------------------------------------------


def _in_brackets(found: _Sources, entries: Sequence[Entry]) -> tuple[int, str]:
    """Write behind the last one; a comma that ends the list goes on doing so."""
    last = found.last(found.node.start_mark.index, found.node.end_mark.index - 1)
    return last.end_mark.index, "".join(f", {{{_pairs(entry)}}}" for entry in entries)


def _pairs(entry: Entry) -> str:
    return ", ".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()
    )


def _span_in_brackets(found: _Sources, number: int) -> tuple[int, int]:
    """Take the comma before it along, or the one behind it where it comes first."""
    entries = found.node.value
    if number:
        return entries[number - 1].end_mark.index, entries[number].end_mark.index
    return entries[0].start_mark.index, entries[1].start_mark.index


# --- values -----------------------------------------------------------------------------


def _line(key: str, value: Given) -> str:
    """Write a key and its value: bare where YAML reads it so, else in double quotes."""
    if isinstance(value, tuple):
        return f"{key}: [{', '.join(_scalar(one, '[{}]') for one in value)}]"
    if isinstance(value, float):
        return f"{key}: {value:g}"
    return f"{key}: {_scalar(value, 'key: {}')}"


def _scalar(text: str, within: str) -> str:
    bare = _reads_bare(text, within)
    return text if bare else json.dumps(text, ensure_ascii=False)  # JSON's quotes are YAML's too


def _reads_bare(text: str, within: str) -> bool:
    """Tell whether a text needs no quotes where it is to stand."""
    try:
        root = yaml.compose(within.format(text), yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    [child, *more] = root.value if isinstance(root, SequenceNode) else _values(root)
    if not isinstance(child, ScalarNode) or child.tag != "tag:yaml.org,2002:str":
        return False
    return child.style is None and child.value == text and not more


def _values(node: Node | None) -> list[Node]:
    return [child for _, child in node.value] if isinstance(node, MappingNode) else []
