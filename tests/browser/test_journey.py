"""A reader's whole way, as they go it: from the form to the last erased row, with their own eyes.

Sign up, a mail in the outbox, confirm, choose a theme, an issue that holds only that, leave, take
it back, download, erase. On a phone and a desk, in both languages; and with scripts switched off.
"""

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page
from sqlalchemy import func, select

from digest.compose.typography import typeset
from digest.compose.wording import catalogue
from digest.model.issue import Section
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.notices import mail_notices
from digest.pipeline.sending import send
from digest.schedule.values import Schedule
from digest.web.main import create_app
from subscribers import lists, tables
from subscribers.database import Database
from tests.browser.conftest import DESK, PHONE, Window, faults, overflow, served
from tests.builders import NOON, a_brief, an_issue
from tests.pipeline.scene import LIST, a_newsroom, an_approved_issue

AWA = "awa@readers.example"
Visit = Callable[[Window], Page]


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One reader, their window and the newsroom that they meet."""

    page: Page
    newsroom: Newsroom
    outbox: Path
    window: Window

    def go(self, url: str) -> None:
        self.page.goto(url)
        self.look()

    def press(self, words: str) -> None:
        name = typeset(catalogue(self.window.language).gettext(words), self.window.language)
        self.push(self.page.get_by_role("button", name=name).first)

    def push(self, button: Locator) -> None:
        with self.page.expect_navigation():
            button.click()
        self.look()

    def look(self) -> None:
        """Nothing bars anybody from what is shown, and nothing has to be moved to see it."""
        if self.window.scripts:  # axe-core is one
            assert (self.page.url, faults(self.page), overflow(self.page)) == (self.page.url, [], 0)

    def mail(self, kind: str) -> str:
        """Give the text of the newest mail of a kind."""
        newest = max(self.outbox.glob(f"{kind}-*.eml"), key=lambda path: path.stat().st_mtime_ns)
        body = message_from_bytes(newest.read_bytes(), policy=policy.default).get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def link(self, kind: str, to: str) -> str:
        found = re.search(rf"{self.newsroom.site_url}/{to}/\S+", self.mail(kind))
        assert found is not None
        return found[0]


@pytest.fixture
def newsroom(database: Database, listener: socket.socket, tmp_path: Path) -> Iterator[Newsroom]:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    plain = a_newsroom(database, f"outbox://{tmp_path / 'outbox'}", site_url=url)
    values = plain.schedule.model_dump(mode="json", exclude_unset=True)
    values["themes"]["sahel"] = {"title": {"fr": "Sahel", "en": "Sahel"}, "keywords": ["Mali"]}
    values["newsletters"]["hebdo-sahel"]["sections"] = ["diplomacy", "sahel"]
    newsroom = replace(plain, schedule=Schedule.model_validate(values))
    with database.write() as connection:
        lists.create(connection, LIST, "Hebdo", NOON)
    with served(create_app(newsroom), listener):
        yield newsroom


WINDOWS = [
    *(Window(language=language, size=size) for language in ("fr", "en") for size in (PHONE, DESK)),
    Window(language="fr", scripts=False),
]


@pytest.mark.parametrize(
    "window", WINDOWS, ids=["fr-phone", "fr-desk", "en-phone", "en-desk", "without scripts"]
)
def test_a_reader_comes_chooses_reads_leaves_and_is_forgotten(
    visit: Visit, newsroom: Newsroom, tmp_path: Path, window: Window
) -> None:
    walk = Walk(page=visit(window), newsroom=newsroom, outbox=tmp_path / "outbox", window=window)
    _joins(walk)
    _chooses_one_theme(walk)
    _reads_only_that(walk)
    _leaves_and_takes_it_back(walk)
    _sees_and_erases_everything(walk, tmp_path / "data.json")


def _joins(walk: Walk) -> None:
    walk.go(f"{walk.newsroom.site_url}/subscribe")
    walk.page.fill("#address", AWA)
    walk.press("Subscribe me")
    mail_notices(walk.newsroom)
    walk.go(walk.link("confirm", "c"))
    walk.press("Confirm my subscription")
    mail_notices(walk.newsroom)


def _chooses_one_theme(walk: Walk) -> None:
    walk.go(walk.link("welcome", "u").replace("/u/", "/p/"))
    walk.page.uncheck("input[value=diplomacy]")
    walk.press("Save my preferences")


def _reads_only_that(walk: Walk) -> None:
    sections = tuple(
        Section(
            theme=theme, title=theme.title(), briefs=(a_brief(story_id=id_, headline=theme * 2),)
        )
        for id_, theme in enumerate(("diplomacy", "sahel"), start=1)
    )
    content = replace(an_issue().content, sections=sections)
    issue = an_approved_issue(walk.newsroom.database, content=content)
    assert send(walk.newsroom, issue.id).tally.sent == 1
    text = walk.mail("hebdo-sahel")
    assert ("sahelsahel" in text, "diplomacydiplomacy" in text) == (True, False)


def _leaves_and_takes_it_back(walk: Walk) -> None:
    walk.go(walk.link("hebdo-sahel", "u"))
    assert _mailed(walk) == 1
    walk.press("Unsubscribe me")
    assert _mailed(walk) == 0
    walk.press("That was a mistake")
    assert _mailed(walk) == 1


def _sees_and_erases_everything(walk: Walk, file: Path) -> None:
    walk.go(walk.link("hebdo-sahel", "p"))
    walk.push(walk.page.locator("form[action$='/data'] button"))
    mail_notices(walk.newsroom)
    walk.go(walk.link("data", "d"))
    with walk.page.expect_download() as download:
        walk.page.locator("form[action$='/download'] button").click()
    download.value.save_as(file)
    told = json.loads(file.read_text(encoding="utf-8"))
    assert (told["reader"]["address"], told["reader"]["themes"]) == (AWA, ["sahel"])
    walk.push(walk.page.locator("form[action$='/erase'] button"))
    walk.page.check("#sure")
    walk.push(walk.page.locator("main button"))
    with walk.newsroom.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.subscribers)) == 0


def _mailed(walk: Walk) -> int:
    with walk.newsroom.database.read() as connection:
        return lists.mailed(connection, LIST)
