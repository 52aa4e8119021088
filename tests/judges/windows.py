"""An issue in a window of a browser, with its pictures drawn here or withheld."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from tests.judges.drawing import drawn


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a reader looks at mail."""

    dark: bool = False
    images: bool = True
    """Most mailboxes withhold them until they are asked."""
    width: int = 600
    """CSS pixels."""

    def __str__(self) -> str:
        """`600-dark`."""
        return f"{self.width}-{'dark' if self.dark else 'light'}"


@contextmanager
def opened(browser: Browser, html: str, look: Look) -> Iterator[Page]:
    """Show a page; what it asks for and is no picture fails whoever looked."""
    context = browser.new_context(
        viewport={"width": look.width, "height": 900},
        color_scheme="dark" if look.dark else "light",
    )
    strays: list[str] = []

    def serve(route: Any) -> None:
        if route.request.resource_type != "image":
            strays.append(route.request.url)
        if look.images and route.request.resource_type == "image":
            route.fulfill(body=drawn(route.request.url), content_type="image/svg+xml")
        else:
            route.abort()

    context.route("**/*", serve)
    page = context.new_page()
    page.set_content(html, wait_until="load")
    yield page
    context.close()
    assert strays == []
