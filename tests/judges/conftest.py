"""The browser that judges see issues in is the one that pages are tried in."""

from tests.browser.conftest import chromium

__all__ = ["chromium"]
