"""What strangers read, as a browser sees it: whole and accessible, on a phone and a desk."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from digest.model.issue import IssueState, Section
from digest.pipeline.archive import PER_PAGE
from digest.web.main import create_app
from subscribers.database import Database
from tests.browser.conftest import DESK, PHONE, Window, faults, overflow, served
from tests.pipeline.scene import a_newsroom
from tests.pipeline.shelves import briefs, put

HEBDO = "/archive/hebdo-sahel"
Visit = Callable[[Window], Page]


@pytest.fixture
def site(database: Database, listener: socket.socket) -> Iterator[str]:
    for number in range(1, PER_PAGE + 2):
        put(database, IssueState.SENT, number)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with served(create_app(a_newsroom(database, site_url=url)), listener):
        yield url


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_public_page_is_whole_and_accessible(
    visit: Visit, site: str, size: tuple[int, int], language: str
) -> None:
    page = visit(Window(language=language, size=size))
    for path in ("/", HEBDO, f"{HEBDO}?page=2", f"{HEBDO}/2"):
        mark = "&" if "?" in path else "?"
        page.goto(f"{site}{path}{mark}language={language}")
        assert (path, faults(page), overflow(page)) == (path, [], 0)


def test_who_has_no_scripts_reads_on_from_the_home_page(visit: Visit, site: str) -> None:
    page = visit(Window(language="fr", scripts=False))
    page.goto(site)
    page.get_by_role("link", name="Tous les numéros").click()
    page.get_by_role("link", name="Plus anciens").click()
    page.get_by_role("link", name="Sujet 1", exact=True).click()
    page.get_by_role("link", name="Numéro suivant").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Sujet 2"
    page.get_by_role("link", name="English").click()
    page.get_by_text("Next issue").wait_for()
    assert page.url == f"{site}{HEBDO}/2?language=en"


def test_the_lead_stands_out_below_the_essentials_too(
    visit: Visit, database: Database, listener: socket.socket
) -> None:
    lead, *others = briefs()
    told = (replace(lead, essential="Une ligne"), *others)
    put(database, IssueState.SENT, sections=(Section(theme="x", title="X", briefs=told),))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with served(create_app(a_newsroom(database, site_url=url)), listener):
        page = visit(Window())
        page.goto(f"{url}{HEBDO}/1")
        sizes = "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
        first, second = page.locator("h3").evaluate_all(sizes)[:2]
        assert first > second
        assert (faults(page), overflow(page)) == ([], 0)
