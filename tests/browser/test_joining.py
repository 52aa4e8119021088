"""From the form to the first welcome, in a browser, with scripts and without."""

import socket
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from digest.clock import system_clock
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.notices import mail_notices
from digest.web.main import create_app
from subscribers import lists
from subscribers.database import Database
from tests.browser.conftest import DESK, PHONE, Window, faults, overflow, served
from tests.deliver.courier import Courier
from tests.pipeline.scene import LIST, a_newsroom
from tests.subscribers.conftest import mailed_ids

AWA = "awa@readers.example"
WORDS = {
    "fr": ("Votre adresse électronique", "M’abonner", "Confirmer mon abonnement", "est confirmé"),
    "en": ("Your email address", "Subscribe me", "Confirm my subscription", "is confirmed"),
}
Visit = Callable[[Window], Page]


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
def newsroom(database: Database, listener: socket.socket, courier: Courier) -> Iterator[Newsroom]:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    newsroom = a_newsroom(database, lambda: courier, site_url=url)
    with served(create_app(newsroom), listener):
        yield newsroom


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_somebody_subscribes_and_confirms(
    visit: Visit, newsroom: Newsroom, courier: Courier, language: str, size: tuple[int, int]
) -> None:
    address, subscribe, confirm, confirmed = WORDS[language]
    page = visit(Window(language=language, size=size))
    page.goto(f"{newsroom.site_url}/subscribe")
    look(page)
    page.get_by_label(address).fill(AWA)
    page.get_by_role("button", name=subscribe).click()
    look(page)
    mail_notices(newsroom)
    page.goto(mailed_link(courier))
    look(page)
    assert readers(newsroom) == 0
    page.get_by_role("button", name=confirm).click()
    look(page)
    assert confirmed in page.inner_text("h1")
    assert readers(newsroom) == 1
    mail_notices(newsroom)
    assert len(courier.calls) == 2
    page.goto(f"{newsroom.site_url}/c/forged")
    look(page)
    page.goto(f"{newsroom.site_url}/subscribe/embed")
    look(page)


def test_a_mistake_leads_to_its_field_without_any_script(
    visit: Visit, newsroom: Newsroom, courier: Courier
) -> None:
    page = visit(Window(scripts=False))
    page.goto(f"{newsroom.site_url}/subscribe")
    page.get_by_label(WORDS["fr"][0]).fill("awa@yopmail.com")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_role("link").click()
    assert page.url.endswith("#address")
    page.get_by_label(WORDS["fr"][0]).fill(AWA)
    page.keyboard.press("Enter")
    page.wait_for_url("**/subscribe")
    mail_notices(newsroom)
    page.goto(mailed_link(courier))
    page.get_by_role("button").click()
    assert readers(newsroom) == 1


def test_a_copy_of_the_form_on_another_site_subscribes(
    visit: Visit, newsroom: Newsroom, courier: Courier
) -> None:
    page = visit(Window(language="en"))
    page.goto(f"{newsroom.site_url}/subscribe/embed")
    lines = page.get_by_role("textbox").input_value()
    elsewhere = visit(Window(language="en"))
    elsewhere.set_content(f"<!doctype html><title>Elsewhere</title>{lines}")
    elsewhere.get_by_label(WORDS["en"][0]).fill(AWA)
    elsewhere.get_by_role("button").click()
    elsewhere.wait_for_url("**/subscribe")
    mail_notices(newsroom)
    assert [call.to[0].address for call in courier.calls] == [AWA]


def look(page: Page) -> None:
    assert (page.url, faults(page), overflow(page)) == (page.url, [], 0)


def mailed_link(courier: Courier) -> str:
    lines = courier.calls[-1].letter.text.splitlines()
    return next(line for line in lines if "/c/" in line)


def readers(newsroom: Newsroom) -> int:
    with newsroom.database.write() as connection:
        lists.ensure(connection, LIST, "Hebdo", system_clock())
        return len(mailed_ids(connection, LIST))
