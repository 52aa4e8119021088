"""What does an editor decide about stories? Kept first, then grouped anew: it holds from then on.

A story is named by the id of any of its articles: its own id is that of the first-seen one, which
a split or a merge changes. Everything may be said again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.errors import ConflictError
from digest.group.ruled import Pair, pairs_between, pairs_within
from digest.model.ruling import Ruling, RulingKind
from digest.model.story import Story
from digest.pipeline.grouping import group
from digest.pipeline.newsroom import Newsroom
from digest.storage import articles, rulings, stories
from subscribers.database import alone


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """What a ruling came to."""

    stories: tuple[Story, ...]
    """Those it concerns, as they are now, the named ones first."""
    changed: bool
    """It had not been ruled before."""
    overruled: tuple[Ruling, ...] = ()
    """Earlier rulings that it contradicts, and which are gone."""


def split(newsroom: Newsroom, article_ids: Sequence[int], *, by: str) -> Ruled:
    """Let articles leave their story and make one of their own, for good.

    Raises:
        NotFoundError: there is no such article.
        ConflictError: they are in no story, in several, or all that their story has.
    """
    leaving = list(dict.fromkeys(article_ids))
    with newsroom.database.write() as connection:
        story = _one_story(connection, leaving)
        rest = [article for article in story.article_ids if article not in leaving]
        if rest or not _split_before(connection, leaving):
            _refuse_all(story, rest)
        ruling = _Ruling(connection, newsroom, by)
        ruling.add(RulingKind.APART, pairs_between(leaving, rest))
        ruling.add(RulingKind.TOGETHER, pairs_within(leaving))
    return _applied(newsroom, ruling, [*leaving, *rest])


def merge(newsroom: Newsroom, article_ids: Sequence[int], *, by: str) -> Ruled:
    """Make one story of several, for good; articles of one story stay together from now on.

    Who leads the first of them by an editor's word leads it.

    Raises:
        NotFoundError: there is no such article.
        ConflictError: an article is in no story, or only one was named.
    """
    named = list(dict.fromkeys(article_ids))
    with newsroom.database.write() as connection:
        found = [_story(connection, article) for article in named]
        if len(named) < 2:
            raise ConflictError(
                f"story {found[0].id} can't be merged with itself: name an article of another one"
            )
        members = [article for story in dict.fromkeys(found) for article in story.article_ids]
        ruling = _Ruling(connection, newsroom, by)
        ruling.add(RulingKind.TOGETHER, pairs_within(members))
        leads = rulings.rulings_among(connection, members).leads
        ruling.drop(RulingKind.LEAD, [one for one in members if one in leads][1:])
    return _applied(newsroom, ruling, members)


def lead(newsroom: Newsroom, article_id: int, *, by: str) -> Ruled:
    """Let an article lead the story that it is in, whatever joins it.

    Raises:
        NotFoundError: there is no such article.
        ConflictError: it is in no story.
    """
    with newsroom.database.write() as connection:
        story = _story(connection, article_id)
        ruling = _Ruling(connection, newsroom, by)
        ruling.drop(RulingKind.LEAD, [one for one in story.article_ids if one != article_id])
        ruling.add(RulingKind.LEAD, [(article_id, article_id)])
    return _applied(newsroom, ruling, story.article_ids)


def pin(newsroom: Newsroom, article_id: int, *, by: str) -> Ruled:
    """Let a story stand first in the sections of its themes.

    Raises:
        NotFoundError: there is no such article.
        ConflictError: it is in no story.
    """
    with newsroom.database.write() as connection:
        story = _story(connection, article_id)
        ruling = _Ruling(connection, newsroom, by)
        if not rulings.pins(connection).intersection(story.article_ids):
            ruling.add(RulingKind.PIN, [(story.lead_id, story.lead_id)])
    return Ruled(stories=(story,), changed=ruling.changed)


def unpin(newsroom: Newsroom, article_id: int) -> Ruled:
    """Let a story stand where its rank puts it.

    Raises:
        NotFoundError: there is no such article.
        ConflictError: it is in no story.
    """
    with newsroom.database.write() as connection:
        story = _story(connection, article_id)
        ruling = _Ruling(connection, newsroom, "")
        ruling.drop(RulingKind.PIN, story.article_ids)
    return Ruled(
        stories=(story,), changed=bool(ruling.overruled), overruled=tuple(ruling.overruled)
    )


class _Ruling:
    """What is being ruled, in one transaction that no grouping writes in meanwhile."""

    def __init__(self, connection: Connection, newsroom: Newsroom, by: str) -> None:
        self._connection = connection
        self._by = by
        self._now = newsroom.clock()
        self.changed = False
        self.overruled: list[Ruling] = []

    def add(self, kind: RulingKind, pairs: Iterable[Pair]) -> None:
        done = rulings.rule(self._connection, kind, pairs, by=self._by, now=self._now)
        self.changed |= done.fresh > 0
        self.overruled += done.overruled

    def drop(self, kind: RulingKind, article_ids: Iterable[int]) -> None:
        """Take rulings on single articles back."""
        self.overruled += rulings.remove(
            self._connection, kind, [(article, article) for article in article_ids]
        )


def _applied(newsroom: Newsroom, ruling: _Ruling, article_ids: Sequence[int]) -> Ruled:
    """Group anew, and give the stories that these articles are in now."""
    group(newsroom, touched=article_ids)
    with newsroom.database.read() as connection:
        found = stories.stories_of(connection, article_ids)
    home = {article: story for story in found for article in story.article_ids}
    return Ruled(
        stories=tuple(dict.fromkeys(home[article] for article in article_ids)),
        changed=ruling.changed,
        overruled=tuple(ruling.overruled),
    )


def story_of(connection: Connection, article_id: int) -> Story:
    """Give the story that an article is in.

    Raises:
        NotFoundError: there is no such article.
        ConflictError: it is in no story.
    """
    articles.article(connection, article_id)
    found = stories.stories_of(connection, [article_id])
    if not found:
        raise ConflictError(
            f"article {article_id} is in no story: `digest group` makes them, of the articles in"
            " the newsletters' windows; --since reaches further back"
        )
    return found[0]


def _story(connection: Connection, article_id: int) -> Story:
    """Give the story that an article is in; nobody regroups it before this transaction ends."""
    alone(connection, "write stories")
    return story_of(connection, article_id)


def _one_story(connection: Connection, article_ids: Sequence[int]) -> Story:
    found = {article: _story(connection, article) for article in article_ids}
    if len({story.id for story in found.values()}) > 1:
        where = ", ".join(f"{article} in {story.id}" for article, story in found.items())
        raise ConflictError(f"the articles are in several stories ({where}): name those of one")
    return found[article_ids[0]]


def _split_before(connection: Connection, leaving: Sequence[int]) -> bool:
    """Tell whether these articles are a story of their own because an editor said so."""
    apart = [
        {ruling.article_id, ruling.other_id}
        for ruling in rulings.rulings_on(connection, leaving)
        if ruling.kind is RulingKind.APART
    ]
    return all(any(article in two for two in apart) for article in leaving)


def _refuse_all(story: Story, rest: Sequence[int]) -> None:
    if not rest:
        raise ConflictError(
            f"these are all articles of story {story.id}: name only those that are to leave it"
        )
