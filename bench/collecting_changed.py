"""How fast are changed feeds collected, the whole way from the socket into the database?

1,000 feeds of 70 kB, 40 entries of HTML each. All were collected the day before; now every entry of
every feed says something else, or, as on a usual day, three are new. A server in a process of its
own gives them; collect() asks, parses, cleans, compares and stores in SQLite.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from digest.pipeline.receiving import SourceReport
from digest.storage.migrating import upgrade
from subscribers.database import Database
from tests.conftest import NOW
from tests.pipeline.rooms import Room

FEEDS = 1_000
ENTRIES = 40
NEW = 3
"""Entries of a feed on a usual day."""
Turned: TypeAlias = Callable[[int], bytes]
"""Writes a feed, by its number, as it stands at the second asking."""
_WORDS = (
    *("le", "la", "les", "un", "une", "des", "de", "du", "à", "au", "aux", "et", "ou", "mais"),
    *("où", "que", "qui", "dans", "sur", "avec", "pour", "sans", "sous", "entre", "ministre"),
    *("président", "région", "accord", "frontière", "récolte", "marché", "pont", "fleuve"),
    *("école", "village", "route", "conseil", "élection", "budget", "hôpital", "mission"),
    *("réunion", "préfet", "maire", "syndicat", "grève", "prix", "hausse", "annonce", "ouvre"),
    *("ferme", "signe", "reçoit", "demande", "refuse", "attend", "prévoit", "confirme"),
)
"""Of which the texts are made: who detects a language finds French."""
_ENTRY = """<item><title>{title}</title><link>https://f{feed}.example/{n}/?utm_source=rss</link>
<dc:creator><![CDATA[Awa Diallo]]></dc:creator><pubDate>{date} +0000</pubDate>
<category><![CDATA[Région]]></category>
<guid isPermaLink="false">https://f{feed}.example/?p={n}</guid>
<description><![CDATA[<p>{lead} [&#8230;]</p>]]></description>
<content:encoded><![CDATA[<p><strong>{lead}</strong></p>
<figure><img src="https://f{feed}.example/{n}.jpg" alt="Le pont" width="800" /></figure>
<p>{body}</p><h2>Et maintenant&nbsp;?</h2><p>«&nbsp;{body}&nbsp;» <a href="/a">lire</a>.</p>
<p>L’article <a href="/{n}">{title}</a> est apparu en premier sur <a href="/">Le Fleuve</a>.</p>
]]></content:encoded></item>"""
_FEED = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Fleuve {feed}</title><link>https://f{feed}.example/</link>
<atom:link href="https://f{feed}.example/feed/" rel="self" type="application/rss+xml" />
<description>Le fleuve</description><language>fr-FR</language>
{entries}
</channel></rss>"""


def feeds_per_s() -> float:
    """`collect.changed.feeds_per_s`: every entry of every feed says something else than before."""
    return _feeds_per_s(_rewritten, told=lambda report: report.changed, entries=ENTRIES)


def usual_feeds_per_s() -> float:
    """`collect.changed.usual.feeds_per_s`: of every feed's entries the newest three are new."""
    return _feeds_per_s(_moved_on, told=lambda report: report.new, entries=NEW)


def _feeds_per_s(later: Turned, *, told: Callable[[SourceReport], int], entries: int) -> float:
    folder = Path(tempfile.mkdtemp())
    database = Database(f"sqlite:///{folder / 'digest.db'}")
    upgrade(database)
    room = Room(root=folder, database=database)
    try:
        with _serving(later) as (url, turn):
            for feed in range(FEEDS):
                room.feed(f"{url}/{feed}", name=f"fleuve-{feed}")
            _check(sum(report.new for report in room.collect().values()), FEEDS * ENTRIES)
            turn.send("turn")
            turn.recv()
            room.now += timedelta(days=1)
            began = time.perf_counter()
            again = room.collect()
            seconds = time.perf_counter() - began
            _check(sum(map(told, again.values())), FEEDS * entries)
    finally:
        database.close()
        shutil.rmtree(folder)
    return FEEDS / seconds


def _check(stored: int, expected: int) -> None:
    if stored != expected:
        raise RuntimeError(f"{stored} entries were stored, not {expected}")


@contextmanager
def _serving(later: Turned) -> Iterator[tuple[str, Connection]]:
    """Serve the feeds from a process of its own; what is sent down the pipe turns their texts."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs, FEEDS, later), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}", ours
    finally:
        server.kill()
        server.join()


def _serve(turn: Connection, feeds: int, later: Turned) -> None:
    import asyncio

    asyncio.run(_answering(turn, feeds, later))


async def _answering(turn: Connection, feeds: int, later: Turned) -> None:
    import asyncio

    from aiohttp import web

    bodies = [[make(feed) for feed in range(feeds)] for make in (feed_before, later)]

    async def give(request: web.Request) -> web.Response:
        body = bodies[0][int(request.match_info["feed"])]
        return web.Response(body=body, content_type="application/rss+xml", charset="utf-8")

    app = web.Application()
    app.router.add_get(r"/{feed:\d+}", give)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    turn.send(runner.addresses[0][1])
    await asyncio.to_thread(turn.recv)
    bodies.reverse()
    turn.send("turned")
    await asyncio.Event().wait()


def feed_before(feed: int) -> bytes:
    """Write a feed as it stands at the first asking."""
    return _feed(feed, [_entry(feed, n, said=0) for n in range(ENTRIES)])


def _rewritten(feed: int) -> bytes:
    return _feed(feed, [_entry(feed, n, said=1) for n in range(ENTRIES)])


def _moved_on(feed: int) -> bytes:
    return _feed(feed, [_entry(feed, n, said=0) for n in range(-NEW, ENTRIES - NEW)])


def _feed(feed: int, entries: list[str]) -> bytes:
    return _FEED.format(feed=feed, entries="\n".join(entries)).encode()


def _entry(feed: int, n: int, *, said: int) -> str:
    """Write an entry, `n` hours before the feed's first day ends, in one of its states."""
    title, words = random.Random(f"{feed} {n}"), random.Random(f"{feed} {n} {said}")
    return _ENTRY.format(
        feed=feed,
        n=n,
        date=f"{NOW - timedelta(hours=n):%a, %d %b %Y %H:%M:%S}",
        title=_sentence(title, 10),
        lead=_sentence(words, 24),
        body=". ".join(_sentence(words, 14) for _ in range(3)),
    )


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize()
