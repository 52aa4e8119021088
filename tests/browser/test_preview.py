"""The preview in a browser: each edition, width and appearance, with pictures and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from digest.compose.render import render
from digest.compose.viewing import WIDTHS, preview_page, view_of
from digest.model.issue import Variant
from tests.browser.conftest import DESK, Window, faults
from tests.compose.desk import BRAND, SITE, TEMPLATES, a_newsletter, an_issue_of, some_briefs

Visit = Callable[[Window], Page]
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
WIDE = (2400, 1000)


def the_page(visit: Visit, size: tuple[int, int] = WIDE, language: str = "fr") -> Page:
    briefs = some_briefs(3, image_url="https://presse.example/i.png", image_alt="Une rue")
    variants = [Variant(language="fr"), Variant(language="en")]
    editions = [
        render(an_issue_of(*briefs), a_newsletter(), SITE, BRAND, TEMPLATES, variant=one)
        for one in variants
    ]
    views = [view_of(one, one.key) for one in editions]
    html = preview_page("hebdo-sahel/1", views, language, TEMPLATES, {})
    page = visit(Window(size=size))
    page.set_content(html.replace("https://presse.example/i.png", PIXEL))
    return page


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"input[name={name}][value='{value}']").check()


def colour(page: Page, what: str = "h1", key: str = "color") -> str:
    frame = page.frames[1]
    return str(frame.evaluate(f"getComputedStyle(document.querySelector('{what}')).{key}"))


def test_each_width_has_its_frame(visit: Visit) -> None:
    page = the_page(visit)
    for width in WIDTHS:
        page.locator(f"input[name=width][value='{width}']").check()
    frames = page.locator("iframe")
    assert frames.count() == len(WIDTHS)
    inner = [frame.evaluate("innerWidth") for frame in page.frames[1:]]
    assert inner == list(WIDTHS)


@pytest.mark.parametrize(
    ("appearance", "shown"), [("light", BRAND.light), ("dark", BRAND.dark), ("outlook", BRAND.dark)]
)
def test_each_appearance_is_shown_whatever_the_machines_own(
    visit: Visit, appearance: str, shown: object
) -> None:
    page = the_page(visit)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        choose(page, "colours", appearance)
        ink = str(getattr(shown, "ink"))  # noqa: B009 - two palettes of one type
        rgb = ", ".join(str(int(ink[at : at + 2], 16)) for at in (1, 3, 5))
        assert colour(page) == f"rgb({rgb})"


def test_pictures_can_be_blocked(visit: Visit) -> None:
    page = the_page(visit)
    assert page.frames[1].locator(f"img[src='{PIXEL}']").count() == 3
    choose(page, "pictures", "off")
    assert page.frames[1].locator("img[src='data:,']").count() == 3
    assert page.frames[1].locator("img[alt='Une rue']").count() == 3


def test_the_text_part_and_the_source_of_each_edition(visit: Visit) -> None:
    page = the_page(visit)
    page.locator("select[name=edition]").select_option("1")
    choose(page, "show", "text")
    assert "3 stories" in page.locator("pre").inner_text()
    choose(page, "show", "source")
    assert page.locator("pre").inner_text().startswith('<!doctype html><html lang="en"')


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everyone_can_use_it(visit: Visit, language: str) -> None:
    page = the_page(visit, DESK, language)
    assert faults(page) == []
