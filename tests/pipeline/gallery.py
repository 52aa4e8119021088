"""A newsroom that keeps pictures, its issue of three stories, and the server that has them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.collect.answers import LOOPBACK, Nets
from digest.model.issue import Brief, Issue, IssueState, Section
from digest.model.picture import Copy, Size
from digest.pipeline.composing import edit
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.outside import Outside
from digest.pipeline.pictures import keep_pictures
from digest.storage import issues, pictures
from subscribers.database import Database
from tests.builders import a_brief
from tests.darkroom import a_picture
from tests.pipeline.editorial import a_newsroom
from tests.pipeline.shelves import put
from tests.servers.feeds import FeedServer

COLOURS = {"a": (30, 90, 160), "b": (160, 60, 30), "c": (30, 140, 70)}
"""The picture of each story: a and b are in one section, c leads the next."""


def kept_newsroom(
    database: Database, folder: Path, permitted: Nets = LOOPBACK, **plan: Any
) -> Newsroom:
    """Give a newsroom that keeps pictures; its site is one of this machine's own."""
    plain = a_newsroom(database, **{"pictures": "kept"} | plan)
    outside = Outside(memory=folder / "looks.json", permitted=permitted)
    return replace(plain, outside=outside)


class Gallery:
    """One installation; `urls` are where its stories' pictures are."""

    def __init__(
        self, database: Database, server: FeedServer, folder: Path, permitted: Nets = LOOPBACK
    ) -> None:
        self.database = database
        self.server = server
        for name, colour in COLOURS.items():
            server.gives(f"/{name}", a_picture(colour=colour))
        self.urls = {name: f"{server.url}/{name}" for name in COLOURS}
        self.permitted = permitted
        self.folder = folder
        self.issue = self.drafted()
        server.asked.clear()

    def newsroom(self, **plan: Any) -> Newsroom:
        return kept_newsroom(self.database, self.folder, self.permitted, **plan)

    def story(self, name: str) -> Brief:
        place = list(COLOURS).index(name) + 1
        url = f"https://presse.example/{name}"
        picture = {"image_url": self.urls[name], "image_alt": f"Photo {name}"}
        return a_brief(story_id=place, headline=f"Titre {name}", url=url, **picture)

    def sections(self, *themes: Sequence[str]) -> tuple[Section, ...]:
        names = ("sahel-security", "diplomacy")
        return tuple(
            Section(theme=theme, title=theme, briefs=tuple(map(self.story, stories)))
            for theme, stories in zip(names, themes, strict=False)
        )

    def drafted(self, state: IssueState = IssueState.DRAFT, number: int = 1) -> Issue:
        return put(self.database, state, number, sections=self.sections("ab", "c"))

    def keep(self, **plan: Any) -> list[str]:
        """Keep what is missing; give the paths that were asked for it."""
        before = len(self.server.asked)
        with self.database.read() as connection:
            self.issue = issues.issue(connection, self.issue.id)
        keep_pictures(self.newsroom(**plan), self.issue)
        return sorted(one.path for one in self.server.asked[before:])

    def edit(self, document: str) -> list[str]:
        """Take over an edited document; give the paths that were asked for it."""
        before = len(self.server.asked)
        self.issue = edit(self.newsroom(), self.issue.id, document, file="e.yaml")
        return sorted(one.path for one in self.server.asked[before:])

    @property
    def copies(self) -> list[Copy]:
        with self.database.read() as connection:
            return pictures.of_issues(connection, [self.issue.id])

    @property
    def sizes(self) -> list[tuple[Size, tuple[int, int]]]:
        kept = [(one.size, one.picture) for one in self.copies if one.picture]
        return sorted((size, (picture.width, picture.height)) for size, picture in kept)

    @property
    def reasons(self) -> set[str]:
        return {one.why for one in self.copies if one.why}
