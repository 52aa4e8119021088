"""Anybody's picture becomes a small one that every mailbox shows, or a reason why not."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from digest.collect import shrinking
from digest.collect.worker import ParseError, Worker
from tests.darkroom import SECRET, SVG, a_picture, bomb, from_a_phone, moving, opened


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(limit=20) as worker:
        yield worker


def shrunk(worker: Worker, data: bytes) -> dict[str, Any]:
    return worker.run("picture", b64encode(data).decode())


def lead(worker: Worker, data: bytes) -> bytes:
    return b64decode(shrunk(worker, data)["lead"]["data"])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_each_kind_becomes_a_jpeg_in_both_sizes(worker: Worker, kind: str) -> None:
    found = shrunk(worker, a_picture(kind=kind))
    sizes = {name: (one["kind"], one["width"], one["height"]) for name, one in found.items()}
    assert sizes == {"lead": ("image/jpeg", 1200, 675), "card": ("image/jpeg", 400, 225)}
    picture = opened(b64decode(found["card"]["data"]))
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (400, 225), "RGB")
    assert picture.info["progressive"]


def test_a_picture_is_never_made_larger(worker: Worker) -> None:
    found = shrunk(worker, a_picture(300, 200))
    assert {(one["width"], one["height"]) for one in found.values()} == {(300, 200)}


def test_a_picture_is_turned_upright_and_tells_nothing_of_its_camera(worker: Worker) -> None:
    taken = from_a_phone()
    assert SECRET in taken
    kept = lead(worker, taken)
    assert SECRET not in kept
    assert opened(kept).size == (900, 1600)
    assert not opened(kept).getexif()
    assert {"exif", "comment", "icc_profile"}.isdisjoint(opened(kept).info)
    red, _, _ = opened(kept).getpixel((850, 20))  # type: ignore[misc]  # white is top right now
    assert red > 240


def test_a_picture_for_the_press_keeps_its_colours(worker: Worker) -> None:
    kept = opened(lead(worker, a_picture(mode="CMYK", colour=(0, 255, 255, 0))))
    red, green, blue = kept.getpixel((1100, 600))  # type: ignore[misc]
    assert kept.mode == "RGB"
    assert (red > 220, green < 40, blue < 40) == (True, True, True)


def test_a_colour_profile_is_applied_and_a_broken_one_left_out(worker: Worker) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (lab, b"no profile at all"):
        kept = opened(lead(worker, a_picture(icc_profile=profile)))
        assert "icc_profile" not in kept.info
        assert kept.getpixel((1100, 600))[2] > 150  # type: ignore[index]


def test_only_what_shines_through_stays_transparent(worker: Worker) -> None:
    clear = a_picture(kind="PNG", mode="RGBA", colour=(30, 90, 160, 80))
    solid = a_picture(kind="PNG", mode="RGBA", colour=(30, 90, 160, 255))
    assert opened(lead(worker, clear)).mode == "RGBA"
    assert opened(lead(worker, clear)).format == "PNG"
    assert opened(lead(worker, solid)).format == "JPEG"


def test_sixteen_bits_of_grey_stay_as_dark_as_they_are(worker: Worker) -> None:
    file = BytesIO()
    Image.new("I;16", (640, 360), 100 * 256).save(file, "PNG")
    kept = opened(lead(worker, file.getvalue()))
    assert kept.getpixel((100, 100)) == (100, 100, 100)


def test_measurements_are_no_picture() -> None:
    assert shrinking._unseen("F") == "it holds measurements, not colours"
    assert shrinking._unseen("RGB") == ""


def test_a_large_photo_with_a_stray_clear_pixel_is_laid_on_white(worker: Worker) -> None:
    photo = Image.effect_noise((1200, 675), 90).convert("RGBA")
    photo.paste((0, 0, 0, 0), (0, 0, 40, 40))
    file = BytesIO()
    photo.save(file, "PNG")
    kept = lead(worker, file.getvalue())
    assert (opened(kept).format, opened(kept).mode) == ("JPEG", "RGB")
    red, _, _ = opened(kept).getpixel((8, 8))  # type: ignore[misc]
    assert red > 240


def test_of_a_moving_picture_its_first_frame_stays(worker: Worker) -> None:
    kept = opened(lead(worker, moving()))
    assert getattr(kept, "n_frames", 1) == 1
    assert kept.getpixel((100, 100))[2] > 240  # type: ignore[index]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (a_picture(1, 1, "GIF"), "1 × 1 pixels: too small"),
        (a_picture(88, 31, "GIF"), "too small"),
        (a_picture(1600, 200), "too narrow or too flat"),
        (a_picture(400, 900), "too narrow or too flat"),
        (bomb(8_000, 8_000), "more than 40 million pixels"),
        (bomb(), "more than 40 million pixels"),
        (bomb(2**31 - 1, 2**31 - 1), "more than 40 million pixels"),
        (a_picture()[:3000], "it is broken"),
        (a_picture(kind="PNG")[:1500], "it is broken"),
        (a_picture(kind="WEBP")[:300], "it is broken"),
        (SVG, "no JPEG, PNG, GIF, WebP or AVIF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 600 400\n", "no JPEG"),
        (a_picture(kind="TIFF"), "no JPEG"),
        (b"<html>gone</html>", "no JPEG"),
        (b"", "no JPEG"),
    ],
)
def test_what_is_no_picture_for_readers_is_refused(worker: Worker, data: bytes, why: str) -> None:
    found = shrunk(worker, data)
    assert list(found) == ["no_picture"]
    assert why in found["no_picture"]


def test_a_picture_that_takes_too_long_ends_its_worker_and_no_other_picture() -> None:
    with Worker(limit=0.01) as hasty, pytest.raises(ParseError, match="longer than"):
        shrunk(hasty, a_picture())
    with Worker() as other:
        assert "lead" in shrunk(other, a_picture())
