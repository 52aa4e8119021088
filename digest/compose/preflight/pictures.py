"""Is what a picture's address gives a picture that mail can show? Told from its first bytes."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digest.compose.preflight.finding import Code, Finding, error, warning

HEAVY = 1_000_000
"""Bytes: more than all the rest of the mail, ten times over."""
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""JPEG's markers that begin a frame, and with it the size (ITU T.81, table B.1)."""
_BARE = frozenset({0x01, *range(0xD0, 0xDA)})
"""JPEG's markers that no length follows."""


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
    for start, measure in _MEASURES.items():
        if data.startswith(start):
            try:
                width, height = measure(data)
            except (struct.error, IndexError):
                break
            return Picture(kind=kind, size=len(data), width=width, height=height)
    return Picture(kind=kind, size=len(data))


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


def _png(data: bytes) -> tuple[int, int]:
    """IHDR comes first (W3C PNG, 5.6)."""
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    """Go from segment to segment until a frame begins."""
    at = 2
    while True:
        while data[at] != 0xFF or data[at + 1] == 0xFF:  # fill bytes may stand before a marker
            at += 1
        marker = data[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 if marker in _BARE else 2 + struct.unpack_from(">H", data, at + 2)[0]


def _webp(data: bytes) -> tuple[int, int]:
    """Three kinds of a first chunk (RFC 9649, 2.5 to 2.7)."""
    match data[12:16]:
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            bits = struct.unpack_from("<I", data, 21)[0]
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            sides = (int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
            width, height = sides
            return width + 1, height + 1
        case _:
            return 0, 0


_MEASURES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"GIF87a": _gif,
    b"GIF89a": _gif,
    b"\xff\xd8": _jpeg,
    b"RIFF": _webp,
}
"""First bytes → how to read width and height."""
