"""Every page by itself, as a browser sees it: on a phone and a desk, in both languages."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from digest.pipeline.growth import Growth, Week
from digest.web.growth import growth_page
from digest.web.main import create_app
from digest.web.pages import open_pages
from subscribers.database import Database
from subscribers.tokens import unsubscribe_token
from tests.browser.conftest import DESK, PHONE, Window, faults, overflow, served
from tests.pipeline.scene import SECRET, a_newsroom, enrol

Visit = Callable[[Window], Page]
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
GONE = "/u/nobody", "/nowhere"


@pytest.fixture
def site(database: Database, listener: socket.socket) -> Iterator[str]:
    enrol(database, 1)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with served(create_app(a_newsroom(database, site_url=url)), listener):
        yield url


@SIZES
@LANGUAGES
def test_each_page_is_whole_and_accessible(
    visit: Visit, site: str, size: tuple[int, int], language: str
) -> None:
    page = visit(Window(language=language, size=size))
    for path in (f"/u/{unsubscribe_token(SECRET, 1, 'hebdo')}", *GONE):
        page.goto(site + path)
        assert (path, faults(page), overflow(page)) == (path, [], 0)


@SIZES
@LANGUAGES
def test_the_growth_report_is_whole_and_accessible(
    visit: Visit, database: Database, tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    week = Week(monday=date(2026, 11, 23), confirmed=12_345, left=3)
    growth = Growth(
        list="hebdo", timezone="Europe/Paris", readers=1, weeks=(week, replace(week, left=0))
    )
    now = datetime(2026, 11, 25, tzinfo=UTC)
    html = growth_page(open_pages(a_newsroom(database)), growth, now, language)
    page = visit(Window(language=language, size=size))
    page.set_content(html)
    assert (faults(page), overflow(page)) == ([], 0)
