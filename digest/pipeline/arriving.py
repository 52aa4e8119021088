"""Which story does an article belong to that came in just now? It has one before the next draft.

A process that collects holds the stories of its last grouping (digest.group.live) and puts each
article that arrives into one of them, or lets it begin one; no other story is touched. What others
wrote meanwhile is seen under the same lock under which stories are written: where the database
holds other stories than this process knows, or other rulings, all is grouped again instead. A draft
is always made of a whole grouping, which owes nothing to what was placed here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

import structlog
from sqlalchemy import Connection

from digest.group.live import LiveWindow, Placed
from digest.group.reading import Desk, Reading
from digest.group.stories import Grouped
from digest.group.themes import ThemeScorer
from digest.model.article import Article
from digest.model.story import ThemeScore, Tie
from digest.pipeline import models
from digest.pipeline.grouping import WRITING, default_since, group_whole
from digest.pipeline.newsroom import Newsroom
from digest.storage import articles, stories
from digest.storage.rulings import rulings_among
from subscribers.database import alone

FRESH = timedelta(days=1)
"""How far the newsletters' windows may move on before all is grouped again."""
_FEW = 50
"""Arrivals that are always placed one by one; of more, up to a tenth of the window."""

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """What became of the articles that had no story."""

    articles: int
    joined: int
    """So many of them came into a story that was there; 0 when all was grouped again."""
    regrouped: bool


class Arrivals:
    """This process's live window; any number of processes may have one."""

    def __init__(self) -> None:
        self._held: _Held | None = None
        self._lock = Lock()

    def place(self, newsroom: Newsroom) -> Arrived:
        """Give every article of the newsletters' windows that has no story one; again: nothing."""
        with self._lock:
            since = default_since(newsroom)
            with newsroom.database.read() as connection:
                waiting = articles.storyless_since(connection, since)
            if not waiting:
                return Arrived(articles=0, joined=0, regrouped=False)
            held, self._held = self._held, None  # what fails on the way is not held on to
            joined = None
            if held and held.is_fresh(newsroom, since, waiting):
                joined = held.place(newsroom, waiting)
            if joined is None:
                held = _grouped_again(newsroom)
            self._held = held
        done = Arrived(articles=len(waiting), joined=joined or 0, regrouped=joined is None)
        _LOG.info(
            "articles placed", placed=done.articles, joined=done.joined, regrouped=done.regrouped
        )
        return done


def _grouped_again(newsroom: Newsroom) -> "_Held":
    report, grouping = group_whole(newsroom)
    return _Held(
        newsroom=newsroom,
        since=report.since,
        live=LiveWindow(grouping),
        desk=Desk(newsroom.schedule.aliases),
    )


@dataclass(kw_only=True)
class _Held:
    """A live window, and the newsroom that it was grouped for."""

    newsroom: Newsroom
    since: datetime
    live: LiveWindow
    desk: Desk

    def is_fresh(self, newsroom: Newsroom, since: datetime, waiting: Sequence[Article]) -> bool:
        """Say whether so many may be placed one by one."""
        return (
            newsroom is self.newsroom  # the schedule is as it was
            and since - self.since <= FRESH
            and len(waiting) <= max(_FEW, len(self.live.homes) // 10)
        )

    def place(self, newsroom: Newsroom, waiting: Sequence[Article]) -> int | None:
        """Place articles; give how many joined a story, None when not all stands as it stood."""
        with newsroom.database.read() as connection:
            self._catch_up(connection)
        known = self.live.homes_since(self.since)
        readings = list(self.desk.read_all(waiting))
        scores = self._scores(newsroom, readings)
        placed = [self.live.place(reading) for reading in readings]
        with newsroom.database.write() as connection:
            alone(connection, WRITING)
            if not self._stands(connection, known):
                return None
            stories.replace_scores(connection, [article.id for article in waiting], scores)
            _write(connection, placed, newsroom.clock())
        return sum(one.joined is not None for one in placed)

    def _catch_up(self, connection: Connection) -> None:
        """Take over what other processes placed."""
        homes = stories.homes_since(connection, self.since)
        new = sorted(set(homes).difference(self.live.homes))
        for article in articles.articles(connection, new).values():
            self.live.place(self.desk.read(article), into=homes[article.id])

    def _scores(self, newsroom: Newsroom, readings: Sequence[Reading]) -> list[ThemeScore]:
        model = models.chosen(newsroom).model
        scorer = ThemeScorer(newsroom.schedule.themes, self.desk, model, newsroom.encoder)
        return [score for reading in readings for score in scorer.score(reading)]

    def _stands(self, connection: Connection, known: Mapping[int, int]) -> bool:
        """Say whether the database holds the stories and the rulings that this window knows."""
        ruled = rulings_among(connection, self.live.homes)  # those that arrive are among them
        homes = stories.homes_since(connection, self.since)
        return homes == known and ruled == self.live.rulings


def _write(connection: Connection, placed: Sequence[Placed], now: datetime) -> None:
    """Write the stories that articles came into; what ties them to others stays."""
    told: dict[int, Grouped] = {}
    former: dict[int, int] = {}
    """A story's id as it was written → as it is now: an older article may have renamed it."""
    for one in placed:
        story = one.story.story.id
        if one.joined is not None and told.pop(one.joined, None) is None:
            former[one.joined] = story
        former = {was: story if last == one.joined else last for was, last in former.items()}
        told[story] = one.story
    kept = [*stories.ties(connection, former)]
    kept += [tie for before in former for tie in stories.ties_to(connection, before)]
    similarities = {a: alike for g in told.values() for a, alike in g.similarities.items()}
    stories.replace_stories(connection, [g.story for g in told.values()], similarities, now=now)
    stories.add_ties(connection, _renamed(kept, former))


def _renamed(ties: Iterable[Tie], former: Mapping[int, int]) -> list[Tie]:
    """Tie the stories by the ids that they have now, each pair once."""
    named = {
        replace(
            tie,
            story_id=former.get(tie.story_id, tie.story_id),
            earlier_id=former.get(tie.earlier_id, tie.earlier_id),
        )
        for tie in ties
    }
    return sorted(named, key=lambda tie: (tie.story_id, tie.earlier_id))
