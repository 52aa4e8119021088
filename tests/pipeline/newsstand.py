"""A week of asking two sources whose feeds change by chance, without any server or process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest

from digest.collect import parsing
from digest.collect.answers import Answer, Request, Verdict
from digest.collect.worker import ParseError
from digest.pipeline import web_sources
from digest.pipeline.receiving import Desk, SourceReport
from digest.pipeline.web_sources import WebSources
from digest.schedule.values import Source
from digest.storage.sources import save_source_state, source_state
from tests.pipeline.presses import LANGUAGES, Press
from tests.pipeline.rooms import Room


class BrokenError(Exception):
    """Of the database, in the middle of storing."""


@dataclass
class Inside:
    """A parser in this process; it gives up on texts that say so, on some days."""

    gives_up: bool = False

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        if self.gives_up and what == "entries" and "FATAL" in text:
            raise ParseError("its parser crashed")
        frame = orjson.dumps({"what": what, "text": text, "base": base})
        answer: dict[str, Any] = orjson.loads(parsing._answer(frame))
        if "error" in answer:
            raise ParseError(answer["error"])
        return answer


@dataclass
class Stand:
    """Where the sources are asked."""

    room: Room
    chance: Random
    parser: Inside = field(default_factory=Inside)
    told: list[SourceReport] = field(default_factory=list)

    def week(self, days: int) -> list[SourceReport]:
        """Ask every source each day; give all reports."""
        presses = {
            name: Press(self.chance, atom=not self.chance.randrange(3)) for name in ("a", "b")
        }
        self.room.sources = [Source(name=name, feed=f"https://{name}.example/") for name in presses]
        for _ in range(days):
            self.room.now += timedelta(hours=self.chance.choice((1, 30)))
            self._resettle()
            for name, press in presses.items():
                before = press.text()
                press.turn()
                self._ask(name, press.text(), before)
        return self.told

    def _resettle(self) -> None:
        """Change the settings, now and then."""
        self.parser.gives_up = not self.chance.randrange(4)
        if not self.chance.randrange(4):
            place = self.chance.randrange(2)
            one = self.room.sources[place]
            language = self.chance.choice(LANGUAGES)
            self.room.sources[place] = one.model_copy(update={"language": language})
        if not self.chance.randrange(8):
            self.room.sources.reverse()

    def _ask(self, name: str, text: str, before: str) -> None:
        how = self.chance.randrange(10)
        try:
            with self._failing(fails=how == 0):
                if how == 1:  # two runs read, and the one that read earlier stores later
                    late, soon = self.reading(name, before), self.reading(name, text)
                    self.told += [soon(), late()]
                else:
                    self.told.append(self.reading(name, text)())
        except BrokenError:
            return

    @contextmanager
    def _failing(self, *, fails: bool) -> Iterator[None]:
        def fail(*_: object) -> None:
            raise BrokenError

        with pytest.MonkeyPatch.context() as patch:
            if fails:
                patch.setattr(web_sources, "save_source_states", fail)
            yield

    def reading(self, name: str, text: str) -> Callable[[], SourceReport]:
        """Read a feed as it stands; give what stores it."""
        nobody: Any = None
        newsroom = self.room.newsroom()
        desk = Desk(newsroom=newsroom, parser=self.parser, ask=nobody)
        manner = WebSources(desk, lambda: 0.5)
        (source,) = (one for one in self.room.sources if one.name == name)
        with self.room.database.read() as connection:
            state = source_state(connection, name)
        answer = self._answer(name, text)
        seen = manner.at_a_glance(source, state, answer)
        if seen is None:
            read = manner.read(source, state, answer)
            return lambda: manner.store([read])[0]

        def note() -> SourceReport:
            with self.room.database.write() as connection:
                save_source_state(connection, seen[0])
            return seen[1]

        return note

    def _answer(self, name: str, text: str) -> Answer:
        url = f"https://{name}.example/"
        return Answer(
            request=Request(url=url),
            verdict=Verdict.CONTENT,
            url=self.chance.choice((url, url, url, f"{url}feed")),
            status=200,
            body=text.encode(),
            charset="utf-8",
            language=self.chance.choice(("", "", "", "", "fr")),
        )
