"""Pictures for tests, as cameras, sites and enemies make them."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

SECRET = b"48.8566 N, 2.3522 E"
"""What a camera wrote into a picture: where it was taken."""
_ORIENTATION, _PLACE, _MAKER = 0x0112, 0x8825, 0x010F


def a_picture(
    width: int = 1600,
    height: int = 900,
    kind: str = "JPEG",
    mode: str = "RGB",
    colour: Any = (30, 90, 160),
    **how: Any,
) -> bytes:
    """Make a picture of one colour, its top left quarter white."""
    picture = Image.new(mode, (width, height), colour)
    white = {"RGB": (255,) * 3, "RGBA": (255,) * 4, "CMYK": (0,) * 4}[mode]
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2, height // 2), fill=white)
    file = BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def from_a_phone() -> bytes:
    """Make a picture that lies on its side, with the notes of the camera that took it."""
    notes = Image.Exif()
    notes[_ORIENTATION] = 6  # to be turned clockwise: upright it is 900 by 1600
    notes[_MAKER] = SECRET.decode()
    notes.get_ifd(_PLACE)[1] = "N"
    return a_picture(exif=notes, comment=SECRET)


def moving() -> bytes:
    """Make a GIF of three frames: blue, then red, then green."""
    frames = [Image.new("RGB", (320, 200), colour) for colour in ("blue", "red", "green")]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Make a small PNG that says it has hundreds of millions of pixels, and has some."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(3 * min(width, 30_000) + 1) * 200, 9)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    written = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400">
<script>alert(1)</script><image href="http://127.0.0.1/secret"/></svg>"""


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))
