"""Which quotation mark opens, which closes, and how deep? Only where every one has its other."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from digest.compose.typography.marks import SPACES

_MARK = re.compile(r'["“”„«»]')
_OTHER = {"«": "»", "“": "”", '"': '"'}
_DEEPEST = 2


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two marks that belong together."""

    opens: int
    """Where the first stands."""
    closes: int
    depth: int
    """0: within no other pair."""


def pairs(line: str) -> tuple[Pair, ...] | None:
    """Pair a line's marks; None where one has no other, or which is its other is anyone's guess."""
    waiting: list[int] = []
    found: list[Pair] = []
    for at in (mark.start() for mark in _MARK.finditer(line)):
        opening = _opens(line, at, within=bool(waiting) and line[waiting[-1]] == '"')
        if opening:
            waiting.append(at)
        elif (
            opening is None
            or not waiting
            or _OTHER[line[waiting[-1]]] != line[at]
            or not line[waiting[-1] + 1 : at].strip()
        ):
            return None
        else:
            opens = waiting.pop()
            found.append(Pair(opens=opens, closes=at, depth=len(waiting)))
        if len(waiting) > _DEEPEST:
            return None
    return None if waiting else tuple(found)


def _opens(line: str, at: int, *, within: bool) -> bool | None:
    """Say whether a mark opens; None when it is no mark of ours, or can't be told."""
    if line[at] != '"':
        return {"«": True, "“": True, "»": False, "”": False}.get(line[at])
    before, after = line[at - 1 : at] if at else "", line[at + 1 : at + 2]
    if '"' in {before, after} or (before.isalnum() and after.isalnum()):
        return None
    opening = (not before or before in " \u00a0\u202f([{-–—'’‘«“/") and bool(after.strip())
    closing = bool(before.strip()) and not after.isalnum()
    return opening if opening != closing else not within


def requoted(text: str, mark: Callable[[str, Pair], tuple[str, str]]) -> str:
    """Write the marks of each line anew; `mark` says of a line's pair as what. Spaces within go."""
    if not _MARK.search(text):
        return text
    return "\n".join(_line(line, mark) for line in text.split("\n"))


def _line(line: str, mark: Callable[[str, Pair], tuple[str, str]]) -> str:
    found = pairs(line)
    if not found:
        return line
    written: list[tuple[int, str]] = []
    for pair in found:
        opening, closing = mark(line, pair)
        written += [(pair.opens, opening), (pair.closes, closing)]
    return "".join(_pieces(line, sorted(written), {pair.opens for pair in found}))


def _pieces(line: str, written: Iterable[tuple[int, str]], opens: set[int]) -> Iterable[str]:
    """Give the line piece by piece: no space after what opens or before what closes."""
    done, opened = 0, False
    for at, sign in written:
        piece = line[done:at]
        piece = piece.lstrip(SPACES) if opened else piece
        opened = at in opens
        yield piece if opened else piece.rstrip(SPACES)
        yield sign
        done = at + 1
    yield line[done:].lstrip(SPACES) if opened else line[done:]
