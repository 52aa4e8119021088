"""What does an edition make of its addresses? Links may be counted, pictures may be copies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from digest.model.picture import Size


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Where a mail's picture is."""

    url: str
    width: int = 0
    """In pixels; 0 when nobody looked."""
    height: int = 0


LinkMaker: TypeAlias = Callable[[str], str]
"""Gives the address that stands in the edition for an article's own."""
PictureMaker: TypeAlias = Callable[[str, Size], Shown | None]
"""Gives what the edition shows for a publisher's picture in a size; None: nothing."""


def _as_it_is(url: str) -> str:
    return url


def from_its_publisher(url: str, _size: Size) -> Shown | None:
    """Show the publisher's own file, where a mailbox would show it: by https."""
    return Shown(url=url) if urlsplit(url).scheme == "https" else None


@dataclass(frozen=True, kw_only=True)
class Dressing:
    """One edition's."""

    link: LinkMaker = _as_it_is
    picture: PictureMaker = from_its_publisher


PLAIN = Dressing()
"""Links lead where they say, pictures come from their publishers."""
