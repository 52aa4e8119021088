"""How is a picture of text written in few bytes? As a PNG of 256 colours, its most common ones.

The format: www.w3.org/TR/png-3, "11.2 Critical chunks"; colour type 3, depth 8, no filter.
"""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_COLOURS = 256
_MAGIC = b"\x89PNG\r\n\x1a\n"


def indexed(pixels: NDArray[np.uint8]) -> bytes:
    """Write rows × columns × red, green, blue as a PNG; a rare colour becomes its nearest."""
    palette, places = _reduced(pixels)
    high, wide = places.shape
    head = struct.pack(">IIBBBBB", wide, high, 8, 3, 0, 0, 0)
    rows = np.pad(places, ((0, 0), (1, 0)))
    chunks = (
        (b"IHDR", head),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return _MAGIC + b"".join(_chunk(kind, content) for kind, content in chunks)


def _reduced(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Give a palette (colours × 3) and each pixel's place in it."""
    flat = pixels.reshape(-1, 3).astype(np.int32) @ np.array([1 << 16, 1 << 8, 1])
    found, place, count = np.unique(flat, return_inverse=True, return_counts=True)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    kept = colours[np.argsort(-count, kind="stable")[:_COLOURS]]
    distance = ((colours[:, None] - kept[None]) ** 2).sum(axis=2)
    nearest = distance.argmin(axis=1).astype(np.uint8)
    return kept.astype(np.uint8), nearest[place].reshape(pixels.shape[:2])


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
