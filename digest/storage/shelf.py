"""What is stored of the things that some sources gave: read at once, changed in memory, written at
once.

A source gives forty things, of which each is compared with what the ones before it left, those of
the sources before it too. A statement for every question and answer would take most of the time of
collecting (M. Fowler: Patterns of Enterprise Application Architecture, Unit of Work).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from digest.model.article import Article, ArticleVersion, Entry
from digest.model.page import PageTry
from digest.model.source import Sighting
from digest.storage.articles import (
    add_articles,
    articles,
    articles_by_key,
    keep_versions,
    rewrite_articles,
)
from digest.storage.pages import pages_of, save_pages
from digest.storage.sources import (
    Name,
    record_sightings,
    sightings_of,
    silence,
    speaking_names,
)


@dataclass(kw_only=True)
class Shelf:
    """Some sources' things, by what is known of them. New articles have ids below 0 until written.

    What it was not made for it does not know: names and keys are those that it was read with.
    """

    now: datetime
    names: dict[Name, Sighting] = field(default_factory=dict)
    articles: dict[int, Article] = field(default_factory=dict)
    by_key: dict[str, int] = field(default_factory=dict)
    speaking: dict[Name, int] = field(default_factory=dict)
    pages: dict[int, PageTry] = field(default_factory=dict)
    _former: list[ArticleVersion] = field(default_factory=list)
    _rewritten: set[int] = field(default_factory=set)
    _silenced: set[int] = field(default_factory=set)
    _asked: set[int] = field(default_factory=set)
    _named: set[Name] = field(default_factory=set)
    _voices: defaultdict[int, set[Name]] = field(default_factory=lambda: defaultdict(set))
    """The names that speak, by their article: a feed has thousands."""

    def __post_init__(self) -> None:
        """Put the names that speak with their articles."""
        for name, id_ in self.speaking.items():
            self._voices[id_].add(name)

    def known_as(self, name: Name) -> Article | None:
        """Which article did a source give under this name?"""
        seen = self.names.get(name)
        return self.articles[seen.article_id] if seen else None

    def keyed(self, key: str) -> Article | None:
        """Which article has this key, or had it?"""
        return self.articles.get(self.by_key.get(key, 0))

    def speaker(self, article_id: int) -> str:
        """Under which name came the text that an article has? Empty when nobody remembers."""
        return min((key for _, key in self._voices[article_id]), default="")

    def add(self, entry: Entry) -> int:
        """Have a new article; give the id that it has on this shelf."""
        id_ = -1 - len(self.articles)
        self.articles[id_] = Article.first(entry, id=id_, now=self.now)
        self.by_key[entry.key] = id_
        return id_

    def change(self, article_id: int, entry: Entry) -> None:
        """Put an entry's text in an article's place; the former text is kept as a version."""
        former = self.articles[article_id]
        self._former.append(former.version(now=self.now))
        self._rewrite(former.saying(entry, now=self.now))

    def hand_over(self, article_id: int, entry: Entry) -> None:
        """Let an entry speak for an article: what it is beside its text is the entry's."""
        former = self.articles[article_id]
        self._rewrite(former.saying(entry, now=former.updated_at))

    def silence(self, article_id: int) -> None:
        """Let none of an article's names be that of its text any more."""
        for name in self._voices.pop(article_id, set()):
            del self.speaking[name]
            self._quiet(name)
        self._silenced.add(article_id)

    def remember(self, source: str, seen: Sighting) -> None:
        """Remember a source's name; when it was first seen never changes."""
        name = (source, seen.key)
        known = self.names.get(name, seen)
        if known.first_seen_at != seen.first_seen_at:
            seen = replace(seen, first_seen_at=known.first_seen_at)
        self._name(name, seen)
        if name in self.speaking:
            self._voices[self.speaking.pop(name)].remove(name)
        if seen.speaks:
            self.speaking[name] = seen.article_id
            self._voices[seen.article_id].add(name)

    def ask_again(self, page: PageTry) -> None:
        """Have an article's page stand otherwise."""
        self.pages[page.article_id] = page
        self._asked.add(page.article_id)

    def _rewrite(self, one: Article) -> None:
        if one != self.articles[one.id]:
            self.articles[one.id] = one
            self._rewritten.add(one.id)

    def _quiet(self, name: Name) -> None:
        if name in self.names:
            self._name(name, replace(self.names[name], speaks=False))

    def _name(self, name: Name, seen: Sighting) -> None:
        self.names[name] = seen
        self._named.add(name)

    def write(self, connection: Connection) -> None:
        """Write what changed since it was read."""
        new = [one for id_, one in self.articles.items() if id_ < 0]
        ids = dict(zip((one.id for one in new), add_articles(connection, new), strict=True))
        keep_versions(connection, [_of(one, ids) for one in self._former])
        old = sorted(id_ for id_ in self._rewritten if id_ > 0)
        rewrite_articles(connection, [self.articles[id_] for id_ in old])
        save_pages(connection, [self.pages[id_] for id_ in sorted(self._asked)])
        silence(connection, sorted(id_ for id_ in self._silenced if id_ > 0))
        named = {name: _of(self.names[name], ids) for name in sorted(self._named)}
        record_sightings(connection, named)


_Row = TypeVar("_Row", ArticleVersion, Sighting)


def _of(row: _Row, ids: dict[int, int]) -> _Row:
    """Give a row with the id that its article has in the database."""
    return replace(row, article_id=ids[row.article_id]) if row.article_id in ids else row


@contextmanager
def shelf(
    connection: Connection, *, names: Iterable[Name], keys: Iterable[str], now: datetime
) -> Iterator[Shelf]:
    """Have what is known of some sources' things, under these names and of articles of these keys;
    what became of it is written at the block's end.
    """
    known = sightings_of(connection, names)
    seen = articles(connection, [one.article_id for one in known.values()])
    by_key = {one.key: one for one in seen.values()}
    by_key |= articles_by_key(connection, [key for key in keys if key not in by_key])
    every = {**seen, **{one.id: one for one in by_key.values()}}
    read = Shelf(
        now=now,
        names=known,
        articles=every,
        by_key={key: one.id for key, one in by_key.items()},
        speaking=speaking_names(connection, every),
        pages=pages_of(connection, every),
    )
    yield read
    read.write(connection)
