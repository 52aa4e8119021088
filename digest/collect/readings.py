"""What was read in an answer, of whatever kind the source is?"""

from dataclasses import dataclass
from typing import Any, Protocol

from digest.collect.items import Item


class Parser(Protocol):
    """Runs what may hang where it can be killed (digest.collect.worker)."""

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        """Parse one text; raises ParseError."""


@dataclass(frozen=True, kw_only=True)
class Imprinted:
    """What names a feed's entries by their very text (digest.collect.imprints)."""

    before: bytes = b""
    """What was remembered when the feed was read, packed."""
    head: str = ""
    read: tuple[str, ...] = ()
    """Of the items, in their order; none where entries can't be told by their text."""
    kept: tuple[str, ...] = ()
    """Of entries that stand in the feed beside those: what is stored of them holds."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read in an answer."""

    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""
    """Why there are none, in words."""
    follow: str = ""
    """An address to read instead: a page's feed, a site's REST interface, the newest part of a
    sitemap. The items, where there are some, stand in when it can't be read.
    """
    otherwise: str = ""
    """What to do when `follow` can't be read and nothing stands in, in words."""
    lasting: bool = False
    """`follow` may be asked straight away from now on, until it fails."""
    more: str = ""
    """Where older items are: worth asking when all these are new."""
    imprinted: Imprinted = Imprinted()
