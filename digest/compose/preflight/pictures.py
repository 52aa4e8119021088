"""Is what a picture's address gives a picture that mail can show? Told from its first bytes.

Of those that are to be kept: is there a copy of each, and is it wide enough?
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

import imagesize

from digest.compose.pictured import Wanted
from digest.compose.preflight.finding import Code, Finding, error, warning
from digest.model.picture import SHOWN, Copy

HEAVY = 1_000_000
"""Bytes: more than all the rest of the mail, ten times over."""
_SHOWN = (b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\xff\xd8", b"RIFF")
"""First bytes of what mailboxes show: no other kind of picture is looked into."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What an address of a picture gave."""

    kind: str
    """As HTTP said: `image/jpeg`."""
    size: int
    """Bytes; those that were read, where it was cut."""
    width: int = 0
    """Pixels; 0: its bytes are of no kind that mailboxes show."""
    height: int = 0


def measured(data: bytes, kind: str) -> Picture:
    """Read a picture's size in pixels from its header; nothing is decoded, nothing raised."""
    width, height = 0, 0
    if data.startswith(_SHOWN):
        width, height = imagesize.get(BytesIO(data), exif_rotation=True)
    return Picture(kind=kind, size=len(data), width=max(0, width), height=max(0, height))


def heavy_or_narrow(
    picture: Picture, where: str, url: str, shown: int, story_id: int | None
) -> Iterator[Finding]:
    """Judge whether mail can show a picture, `shown` pixels wide; 0: as wide as it is."""
    other = "brand.yaml: `images: none` leaves pictures out"
    if not picture.kind.startswith("image/"):
        what = f"{url} is {picture.kind or 'of no kind'}, no picture"
        yield error(Code.IMAGE_TYPE, where, what, other, story_id=story_id)
    elif not picture.width:
        what = f"{url} is no JPEG, PNG, GIF or WebP: some mailboxes don't show {picture.kind}"
        yield warning(Code.IMAGE_TYPE, where, what, other, story_id=story_id)
    elif picture.width < shown:
        what = f"{url} is {picture.width} pixels wide and shown at {shown}: it will be blurred"
        yield warning(Code.IMAGE_NARROW, where, what, other, story_id=story_id)
    if picture.size > HEAVY:
        what = f"{url} has more than {HEAVY // 1_000_000} MB: it comes late on a phone"
        yield warning(Code.IMAGE_HEAVY, where, what, other, story_id=story_id)


def kept(wanted: Iterable[Wanted], copies: Iterable[Copy]) -> Iterator[Finding]:
    """Judge the copies of an issue's pictures; nobody is asked."""
    found = {(one.source, one.size): one for one in copies}
    for one in wanted:
        where, copy = f"story {one.story_id}, picture", found.get((one.source, one.size))
        if copy is not None and copy.picture is not None:
            was = copy.picture
            own = Picture(kind=was.kind, size=was.bytes, width=was.width, height=was.height)
            yield from heavy_or_narrow(own, where, one.url, SHOWN[one.size], one.story_id)
            continue
        why = copy.why if copy is not None else "nobody asked for it yet"
        what = f"{one.url} could not be kept, so no picture is shown there: {why}"
        cure = "`digest draft` asks once more; or let it go without"
        yield warning(Code.IMAGE_ABSENT, where, what, cure, story_id=one.story_id)
