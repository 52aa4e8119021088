"""An issue as a browser shows it, at any width and in any light: nobody is barred, all fits."""

from itertools import product

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import faults, overflow
from tests.judges.issues import samples
from tests.judges.windows import Look, opened

WIDTHS = 320, 375, 600, 800
"""CSS pixels; 320 is what a page must bear at the least (WCAG 2.2, 1.4.10)."""
LOOKS = [Look(dark=dark, images=images) for dark, images in product((False, True), repeat=2)]
STICKING_OUT = """() => {
    const out = one => { const box = one.getBoundingClientRect();
                         return box.width && (box.left < -0.5 || box.right > innerWidth + 0.5); };
    return [...document.body.querySelectorAll('*')]
        .filter(one => out(one) && ![...one.children].some(out))
        .map(one => `too wide: ${one.outerHTML.slice(0, 200)}`); }"""
"""One by one, for what an ancestor cuts off scrolls nothing; the innermost are to blame."""
DISTORTED = """() => [...document.images]
    .filter(one => one.naturalWidth)
    .filter(one => { const box = one.getBoundingClientRect();
                     const as_it_is = one.naturalHeight / one.naturalWidth * box.width;
                     return Math.abs(box.height - as_it_is) > 2; })
    .map(one => `out of shape: ${one.outerHTML}`)"""
SHOWN = "() => [...document.images].filter(one => one.naturalWidth).length"


@pytest.mark.parametrize("name", ["one", "ten", "nineteen"])
def test_nobody_is_barred_nothing_sticks_out_and_no_picture_is_distorted(
    chromium: Browser, name: str
) -> None:
    html = samples()[name].html
    for look in LOOKS:
        with opened(chromium, html, look) as page:
            assert bool(page.evaluate(SHOWN)) == look.images
            found = {str(width): seen(page, width) for width in WIDTHS}
            assert {width: wrong for width, wrong in found.items() if wrong} == {}, look


def seen(page: Page, width: int) -> list[str]:
    """Give what is wrong with a page at a width."""
    page.set_viewport_size({"width": width, "height": 900})
    barred = faults(page) if width in {320, 600} else []
    wide = [f"{overflow(page)} px too wide"] if overflow(page) else []
    return [*barred, *wide, *page.evaluate(STICKING_OUT), *page.evaluate(DISTORTED)]
