"""`make pictures`: what issues look like, as PNG in docs/pictures: `ten-600-dark.png`.

Written anew each time; the same issue, browser and fonts give the same bytes.
"""

import base64
import sys
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from tests.browser.conftest import browser
from tests.judges.issues import samples
from tests.judges.png import indexed
from tests.judges.windows import Look, opened

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
LOOKS = [Look(width=width, dark=dark) for width, dark in product((600, 360), (False, True))]
_PIXELS = """async (png) => {
    const bitmap = await createImageBitmap(await (await fetch(png)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const {data, width, height} = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const reader = new FileReader();
    const read = new Promise(done => { reader.onload = () => done(reader.result); });
    reader.readAsDataURL(new Blob([data]));
    return {width, height, data: (await read).split(',')[1]};
}"""
"""The browser itself reads the PNG that it wrote: no library of ours does."""


def main() -> None:
    """Write all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for (name, sample), look in product(samples().items(), LOOKS):
            (FOLDER / f"{name}-{look}.png").write_bytes(pictured(chromium, sample.html, look))
    size = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    sys.stdout.write(f"{FOLDER}: {size // 1000} kB\n")


def pictured(chromium: Browser, html: str, look: Look) -> bytes:
    """Give a picture of the whole of a page."""
    with opened(chromium, html, look) as page:
        return indexed(pixels(page, page.screenshot(full_page=True)))


def pixels(page: Page, png: bytes) -> NDArray[np.uint8]:
    """Read a PNG: rows × columns × red, green, blue."""
    page.set_content("")
    found = page.evaluate(_PIXELS, "data:image/png;base64," + base64.b64encode(png).decode())
    flat = np.frombuffer(base64.b64decode(found["data"]), dtype=np.uint8)
    return flat.reshape(found["height"], found["width"], 4)[:, :, :3]


if __name__ == "__main__":
    main()
