"""A site on this machine and a real browser before it, Debian's Chromium."""

import asyncio
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parents[1] / "tools" / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = (360, 740), (1200, 900)
"""CSS pixels."""
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ALONE = (
    "--no-sandbox",  # a test may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

Visit = Callable[..., Page]


@dataclass(frozen=True, kw_only=True)
class Window:
    """How a page is looked at."""

    language: str = "fr"
    size: tuple[int, int] = PHONE
    scripts: bool = True


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Open a browser for a module's tests: as long as one is open, its thread runs an event loop,
    in which other tests could not run theirs.
    """
    if _found() is None or not AXE.exists():
        assert os.environ.get("CI") != "true", "in CI the browser's tests never skip: .ci/run"
        pytest.skip("no Chromium or no axe-core: `make reference browser` gets both")
    with browser() as opened:
        yield opened


@contextmanager
def browser() -> Iterator[Browser]:
    """Open Chromium until the block ends."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=_found(), args=[*_ALONE])
        yield opened
        opened.close()


def _found() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[[Window], Page]]:
    """Open a window of one's own; whatever it asks for elsewhere than here fails the test."""
    with _closing() as (opened, strays):

        def open_window(window: Window) -> Page:
            wide, high = window.size
            context = chromium.new_context(
                locale=window.language,
                viewport={"width": wide, "height": high},
                java_script_enabled=window.scripts,
                accept_downloads=True,
            )
            opened.append(context)
            page = context.new_page()
            page.on("request", lambda asked: strays.append(asked.url))
            page.on("pageerror", lambda error: strays.append(str(error)))
            return page

        yield open_window


@contextmanager
def _closing() -> Iterator[tuple[list[Any], list[str]]]:
    opened: list[Any] = []
    strays: list[str] = []
    yield opened, strays
    for context in opened:
        context.close()
    assert [url for url in strays if not url.startswith("http://127.0.0.1:")] == []


def faults(page: Page) -> list[str]:
    """Give what axe-core finds wrong, by the rules of WCAG 2.2 AA and its own best practices."""
    page.wait_for_load_state()  # a click returns as soon as the next page begins
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def overflow(page: Page) -> int:
    """Give by how many pixels a page is wider than its window."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(wide))


@contextmanager
def served(app: FastAPI, listener: socket.socket) -> Iterator[None]:
    """Answer on a socket of this machine until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))

    async def answer() -> None:
        await server.serve(sockets=[listener])
        await asyncio.sleep(0.1)  # in which the connections that a browser keeps are closed

    thread = threading.Thread(target=lambda: asyncio.run(answer()), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the site did not start"
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening
