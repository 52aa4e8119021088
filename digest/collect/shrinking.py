"""How does anybody's picture become one that mail can show? Runs in the worker's process only.

Nothing of the original is kept but what it shows: no place where it was taken, no camera, no
comment. What it is decides its bytes, never its name or what its server calls it.
"""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from digest.model.picture import PIXELS, Size

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
"""SVG is a program rather than a picture, and no mailbox shows it."""
_MOST_PIXELS = 40_000_000
_LEAST_WIDTH, _LEAST_HEIGHT = 100, 50
"""What is smaller counts who opens a page, or is a button."""
_FLATTEST, _TALLEST = 4, 2
"""Times its other side: a banner, or a poster that would push all else off a phone."""
_QUALITY = 80
_LARGEST_CLEAR = 300_000
"""Bytes up to which a copy stays a PNG: a photo with a stray clear pixel would be megabytes."""


def shrink(data: bytes) -> dict[str, Any]:
    """Make a copy in each size: `{"lead": {kind, width, height, data}, …}`, or `{"no_picture"}`.

    Upright, in the colours of the web, the first frame of a moving one; what it gives as `data` is
    Base64.

    Raises:
        Exception: of any kind, for bytes that are broken.
    """
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as opened:
            if unfit := _unfit(*opened.size) or _unseen(opened.mode):
                return {"no_picture": unfit}
            return dict(_copies(opened))
    except Image.DecompressionBombError:
        return {"no_picture": _too_large()}
    except UnidentifiedImageError:
        return {"no_picture": "it is no JPEG, PNG, GIF, WebP or AVIF"}
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow says of broken files
        return {"no_picture": f"it is broken: {error}"[:200]}


def _unfit(width: int, height: int) -> str:
    size = f"it has {width} × {height} pixels"
    if width * height > _MOST_PIXELS:
        return _too_large()
    if max(width, height) < _LEAST_WIDTH or min(width, height) < _LEAST_HEIGHT:
        return f"{size}: too small to show anything"
    if width > _FLATTEST * height or height > _TALLEST * width:
        return f"{size}: too narrow or too flat to stand beside a story"
    return ""


def _unseen(mode: str) -> str:
    return "it holds measurements, not colours" if mode == "F" else ""


def _too_large() -> str:
    return f"it has more than {_MOST_PIXELS // 1_000_000} million pixels"


def _copies(opened: Image.Image) -> Iterator[tuple[str, dict[str, Any]]]:
    most = max(PIXELS.values())
    opened.draft(None, (most, most))  # a JPEG is decoded at about the size that is needed
    picture = _in_web_colours(_upright(opened))
    for size in Size:
        copy = picture.copy()
        copy.thumbnail((PIXELS[size], PIXELS[size] * _FLATTEST), Image.Resampling.LANCZOS)
        yield size.value, _written(copy)


def _upright(picture: Image.Image) -> Image.Image:
    """Turn a picture as its camera was held; by broken notes of a camera it stays as it is."""
    picture.load()
    with suppress(Exception):
        return ImageOps.exif_transpose(picture)
    return picture


def _in_web_colours(picture: Image.Image) -> Image.Image:
    """Give RGB in sRGB, with transparency only where something shines through."""
    if picture.mode.startswith("I"):  # 16 bits of grey: Pillow would cut at 255, and all is white
        picture = picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        shines = clear.getchannel("A").histogram()[255] < clear.width * clear.height
        return clear if shines else clear.convert("RGB")
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK"}:
        with suppress(ImageCms.PyCMSError, OSError):
            return _from_profile(picture, profile)
    return picture.convert("RGB")


def _from_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    own = ImageCms.ImageCmsProfile(BytesIO(profile))
    web = ImageCms.createProfile("sRGB")
    turned = ImageCms.profileToProfile(picture, own, web, outputMode="RGB")
    return turned or picture.convert("RGB")


def _written(picture: Image.Image) -> dict[str, Any]:
    """Encode a copy; what its format would write of its own accord is taken off first."""
    picture.info.clear()
    clear = picture.mode == "RGBA"
    data = _as_png(picture) if clear else b""
    if clear and len(data) > _LARGEST_CLEAR:
        clear, picture = False, _on_white(picture)
    return {
        "kind": "image/png" if clear else "image/jpeg",
        "width": picture.width,
        "height": picture.height,
        "data": b64encode(data if clear else _as_jpeg(picture)).decode(),
    }


def _on_white(picture: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def _as_png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _as_jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return file.getvalue()
