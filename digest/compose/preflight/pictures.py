"""Is what a picture's address gives a picture that mail can show? Told from its first bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import imagesize

from digest.compose.preflight.finding import Code, Finding, error, warning

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
