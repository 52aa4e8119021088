"""A story's picture as an issue keeps it: our own small copy, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Size(StrEnum):
    """How large a story's picture is shown."""

    LEAD = "lead"
    """Above the first story, as wide as the mail."""
    CARD = "card"
    """Beside any other."""


SHOWN: Mapping[Size, int] = {Size.LEAD: 600, Size.CARD: 160}
"""CSS pixels on a desk, as templates/email/parts/story.mjml has them."""
PIXELS: Mapping[Size, int] = {Size.LEAD: 1200, Size.CARD: 400}
"""Width of a copy at most: twice what is shown, for sharp screens. A card fills half a phone."""

KINDS: Mapping[str, str] = {"image/jpeg": "jpg", "image/png": "png"}
"""What copies are, and how their names end: every mailbox shows both."""
PATH = "/pictures/"
"""Where our own site shows them, by name."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A copy, without its bytes."""

    name: str
    """A hash of its bytes, and what it is: whoever has the name can have no other picture."""
    kind: str
    """One of KINDS."""
    width: int
    """Pixels, as the height."""
    height: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What became of one picture of an issue, in one size."""

    issue_id: int
    source: str
    """The name of its publisher's address: digest.compose.pictured."""
    size: Size
    picture: Picture | None = None
    why: str = ""
    """Why there is none, in words."""


def name_of(data: bytes, kind: str) -> str:
    """Name a copy after its bytes: `3f…e1.jpg`."""
    return f"{sha256(data).hexdigest()[:32]}.{KINDS[kind]}"
