"""How fast are changed feeds collected, the whole way from the socket into the database?

1,000 feeds of 70 kB, 40 entries of HTML each. All were collected the day before; now every entry of
every feed says something else. A server in a process of its own gives them; collect() asks, parses,
cleans, compares and stores in SQLite.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from digest.storage.migrating import upgrade
from subscribers.database import Database
from tests.conftest import NOW
from tests.pipeline.rooms import Room

FEEDS = 1_000
ENTRIES = 40
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
    """`collect.changed.feeds_per_s`: every entry of every feed is another one than before."""
    folder = Path(tempfile.mkdtemp())
    database = Database(f"sqlite:///{folder / 'digest.db'}")
    upgrade(database)
    try:
        return _feeds_per_s(Room(root=folder, database=database))
    finally:
        database.close()
        shutil.rmtree(folder)


def _feeds_per_s(room: Room) -> float:
    with _serving() as (url, turn):
        for feed in range(FEEDS):
            room.feed(f"{url}/{feed}", name=f"fleuve-{feed}")
        first = room.collect()
        _check(sum(report.new for report in first.values()))
        turn.send("turn")
        turn.recv()
        room.now += timedelta(days=1)
        began = time.perf_counter()
        again = room.collect()
        seconds = time.perf_counter() - began
        _check(sum(report.changed for report in again.values()))
    return FEEDS / seconds


def _check(entries: int) -> None:
    if entries != FEEDS * ENTRIES:
        raise RuntimeError(f"{entries} entries were stored, not {FEEDS * ENTRIES}")


@contextmanager
def _serving() -> Iterator[tuple[str, Connection]]:
    """Serve the feeds from a process of its own; what is sent down the pipe turns their texts."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs, FEEDS), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}", ours
    finally:
        server.kill()
        server.join()


def _serve(turn: Connection, feeds: int) -> None:
    import asyncio

    asyncio.run(_answering(turn, feeds))


async def _answering(turn: Connection, feeds: int) -> None:
    import asyncio

    from aiohttp import web

    bodies = [[_feed(feed, said) for feed in range(feeds)] for said in range(2)]

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


def _feed(feed: int, said: int) -> bytes:
    """Write one feed as it stands at the first asking, or at the second."""
    titles, words = random.Random(feed), random.Random(f"{feed} {said}")
    entries = "\n".join(
        _ENTRY.format(
            feed=feed,
            n=n,
            date=f"{NOW - timedelta(hours=n):%a, %d %b %Y %H:%M:%S}",
            title=_sentence(titles, 10),
            lead=_sentence(words, 24),
            body=". ".join(_sentence(words, 14) for _ in range(3)),
        )
        for n in range(ENTRIES)
    )
    return _FEED.format(feed=feed, entries=entries).encode()


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize()
