"""A reader's own pages in a browser: accessible in each state, and of use without JavaScript."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from digest.clock import system_clock
from digest.pipeline.newsroom import Newsroom
from digest.web.main import create_app
from subscribers import lists, subscriptions
from subscribers.choices import choices_of
from subscribers.database import Database
from subscribers.model import Cadence
from subscribers.people import subscriber_of
from subscribers.tokens import data_token, unsubscribe_token
from tests.browser.conftest import DESK, PHONE, Window, faults, overflow, served
from tests.pipeline.scene import LIST, SECRET, a_newsroom

Visit = Callable[[Window], Page]
AWA = "awa@example.org"
TOKEN = unsubscribe_token(SECRET, 1, LIST)


@dataclass(frozen=True, kw_only=True)
class Site:
    url: str
    newsroom: Newsroom

    @property
    def data(self) -> str:
        return f"{self.url}/d/{data_token(SECRET, 1, self.newsroom.clock())}"


@pytest.fixture
def site(database: Database, listener: socket.socket) -> Iterator[Site]:
    """A site that asks for consent to tracking, so that its pages are as long as they get."""
    now = system_clock()
    with database.write() as connection:
        lists.create(connection, LIST, "Hebdo", now)
        subscriptions.add(
            connection,
            secret_key=SECRET,
            address=AWA,
            list_name=LIST,
            now=now - timedelta(days=30),
            consent="fair",
        )
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    plain = a_newsroom(database, site_url=url)
    told = plain.schedule.site.model_copy(update={"tracking": True})
    newsroom = replace(plain, schedule=plain.schedule.model_copy(update={"site": told}))
    with served(create_app(newsroom), listener):
        yield Site(url=url, newsroom=newsroom)


def speak(page: Page, site: Site, language: str) -> None:
    page.goto(f"{site.url}/p/{TOKEN}")
    page.check(f"input[name=language][value={language}]")
    page.click("main form:first-of-type button")


def be_wrong(page: Page) -> None:
    """Get past what the browser itself refuses."""
    page.evaluate("document.querySelector('form').noValidate = true")


@pytest.mark.parametrize(("language", "size"), [("fr", PHONE), ("en", DESK)])
def test_each_state_of_a_readers_pages_is_whole_and_accessible(
    visit: Visit, site: Site, size: tuple[int, int], language: str
) -> None:
    page = visit(Window(language=language, size=size))

    def is_fine(state: str) -> None:
        assert (state, faults(page), overflow(page)) == (state, [], 0)
        assert page.get_attribute("html", "lang") == language

    speak(page, site, language)
    is_fine("saved")
    page.click("main a")
    is_fine("preferences")
    be_wrong(page)
    page.fill("#paused_until", "2020-01-01")
    page.click("main form:first-of-type button")
    is_fine("a mistake")
    page.click(".errors a")
    assert page.evaluate("document.activeElement.id") == "paused_until"
    page.click("form[action$='/data'] button")
    is_fine("asked for data")
    page.goto(site.data)
    is_fine("data")
    page.click("form[action$='/erase'] button")
    is_fine("erase?")
    be_wrong(page)
    page.click("form button")
    is_fine("not ticked")
    page.goto(f"{site.url}/u/{TOKEN}")
    page.click("form button")
    is_fine("left")
    page.click("form button")
    is_fine("undone")


def test_a_reader_needs_no_javascript(visit: Visit, site: Site, tmp_path: Path) -> None:
    page = visit(Window(scripts=False))
    page.goto(f"{site.url}/p/{TOKEN}")
    page.check("input[value=monthly]")
    page.check("input[name=tracking]")
    page.click("text=Enregistrer")
    with site.newsroom.database.read() as connection:
        chosen = choices_of(connection, 1, LIST)
    assert chosen is not None
    assert (chosen.cadence, chosen.tracking) == (Cadence.MONTHLY, True)
    page.goto(f"{site.url}/u/{TOKEN}")
    page.click("text=Me désabonner")
    page.click("text=C’était une erreur")
    assert "abonnement a repris" in page.inner_text("h1")
    page.goto(site.data)
    with page.expect_download() as download:
        page.click("text=Télécharger")
    download.value.save_as(tmp_path / "data.json")
    told = json.loads((tmp_path / "data.json").read_text(encoding="utf-8"))
    assert told["reader"]["address"] == AWA
    page.click("text=Effacer mes données")
    page.check("#sure")
    page.click("button")
    assert "effacées" in page.inner_text("h1")
    with site.newsroom.database.read() as connection:
        assert subscriber_of(connection, 1) is None
