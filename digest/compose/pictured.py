"""Which pictures does an issue show, and how large? Whichever of its editions a reader gets."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from digest.compose.links import safe_link
from digest.model.issue import IssueContent
from digest.model.picture import Size


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A story's picture in one of the sizes that editions show it in."""

    url: str
    """Its publisher's, safe to be asked."""
    size: Size
    story_id: int

    @property
    def source(self) -> str:
        """Name its publisher's address."""
        return source_name(self.url)


def source_name(url: str) -> str:
    """Give the name of a picture's address, 32 letters: an address may be longer than a key."""
    return hashlib.blake2b(url.encode(), digest_size=16, person=b"picture").hexdigest()


def wanted_of(content: IssueContent, images: Literal["none", "first", "all"]) -> list[Wanted]:
    """Give the pictures that an issue's editions show, as brand.yaml's `images` says; each once.

    A section's first story is the first of the editions for who chose that theme, so it is wanted
    large; with `all` it is a card of other editions too.
    """
    found: dict[tuple[str, Size], Wanted] = {}
    for one in _all(content, images):
        found.setdefault((one.source, one.size), one)
    return list(found.values())


def _all(content: IssueContent, images: Literal["none", "first", "all"]) -> Iterator[Wanted]:
    for section in content.sections if images != "none" else ():
        for at, brief in enumerate(section.briefs):
            if url := safe_link(brief.image_url):
                if not at:
                    yield Wanted(url=url, size=Size.LEAD, story_id=brief.story_id)
                if images == "all":
                    yield Wanted(url=url, size=Size.CARD, story_id=brief.story_id)
