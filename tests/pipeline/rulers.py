"""A newsroom at work: articles come, editors rule, groupings run; what must hold is recounted."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import combinations
from typing import TypeAlias

from hypothesis import strategies as st

from digest.errors import ConflictError
from digest.group.ruled import pair
from digest.model.article import Article
from digest.pipeline import rulings
from digest.pipeline.arriving import Arrivals
from digest.pipeline.grouping import group
from digest.storage import stories
from subscribers.database import Database
from tests.conftest import NOW
from tests.group.newsdesk import convoy, summit
from tests.pipeline.test_grouping import newsroom, store

_LONG = convoy(2).body * 3
TEXTS: tuple[Article, ...] = (
    convoy(1),
    convoy(2),
    convoy(3),
    summit(4),
    convoy(5, body=_LONG),
    convoy(6, body=_LONG, title="Kita : le convoi"),
)
"""Three tellings of one event, another event, and a text with its copy."""
HOURS = (1, 5, 30, 60, 24 * 25)
"""How long ago articles appeared: the last is from before every window."""

Step: TypeAlias = tuple[str, tuple[int, ...]]
numbers = st.integers(0, 20)
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(
            st.just("collect"),
            st.tuples(st.integers(0, len(TEXTS) - 1), st.integers(0, len(HOURS) - 1)),
        ),
        st.tuples(st.just("split"), st.lists(numbers, min_size=1, max_size=3).map(tuple)),
        st.tuples(st.just("merge"), st.tuples(numbers, numbers)),
        st.tuples(st.just("lead"), st.tuples(numbers)),
        st.tuples(st.just("group"), st.just(())),
        st.tuples(st.just("place"), st.just(())),
    ),
    max_size=12,
)
"""Numbers stand for the articles that are there by then, round and round."""


class Ruler:
    """One newsroom, and what its editors said last of each two articles."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newsroom = newsroom(database)
        self._arrivals = Arrivals()
        self._ids: list[int] = []
        self._said: dict[tuple[int, int], bool] = {}
        """Two articles → whether they are to be together."""
        self._leads: set[int] = set()
        self._seconds = 0
        for number in (0, 1, 2, 3):
            self._collect(number, 0)
        self._group()

    def do(self, step: Step) -> None:
        what, numbers = step
        if what == "collect":
            self._collect(*numbers)
        elif what == "group":
            self._group()
        elif what == "place":
            self._arrivals.place(self._newsroom)
        else:
            self._rule(what, [self._ids[number % len(self._ids)] for number in numbers])
        self.check()

    def told(self) -> set[frozenset[int]]:
        """Give the stories by the places of their articles in the order in which they came."""
        place = {id_: at for at, id_ in enumerate(self._ids)}
        return {frozenset(place[id_] for id_ in members) for members in self._stories()}

    def check(self) -> None:
        found = self._stories()
        home = {article: members for members in found for article in members}
        assert len(home) == sum(len(members) for members in found), "an article is in two stories"
        for (one, other), together in self._said.items():
            assert (home[one] is home[other]) is together, (one, other, together)
        for lead in self._leads:
            assert home[lead][0] == lead

    def _collect(self, number: int, hours: int) -> None:
        self._seconds += 1
        at = NOW - timedelta(hours=HOURS[hours], seconds=self._seconds)
        self._ids += store(self._database, TEXTS[number], at=at).values()

    def _group(self) -> None:
        group(self._newsroom, since=NOW - timedelta(days=30))
        group(self._newsroom)

    def _rule(self, what: str, ids: Sequence[int]) -> None:
        before = {article: members for members in self._stories() for article in members}
        try:
            if what == "split":
                rulings.split(self._newsroom, ids, by="Awa")
                self._has_split(set(ids), set(before[ids[0]]))
            elif what == "merge":
                rulings.merge(self._newsroom, ids, by="Awa")
                self._has_merged(article for id_ in ids for article in before[id_])
            else:
                rulings.lead(self._newsroom, ids[0], by="Awa")
                self._leads = self._leads - set(before[ids[0]]) | {ids[0]}
        except ConflictError:
            return

    def _has_split(self, leaving: set[int], whole: set[int]) -> None:
        for one in leaving:
            self._said |= {pair(one, other): False for other in whole - leaving}
        self._said |= dict.fromkeys(combinations(sorted(leaving), 2), True)

    def _has_merged(self, members: Iterable[int]) -> None:
        everyone = sorted(set(members))
        self._said |= dict.fromkeys(combinations(everyone, 2), True)
        with self._database.read() as connection:
            (story,) = stories.stories_of(connection, everyone)
        self._leads -= set(everyone) - {story.lead_id}

    def _stories(self) -> list[tuple[int, ...]]:
        with self._database.read() as connection:
            return [story.article_ids for story in stories.stories_of(connection, self._ids)]
