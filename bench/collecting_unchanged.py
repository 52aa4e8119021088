"""How long does a run over ten thousand sources take in which nothing is new, in how much memory?

The whole of it: schedule, SQLite, claims of hosts, robots.txt that are known, a server in another
process that thinks 20 ms before each answer. Nine in ten sources answer 304, the others send the
same body again. The sources have a host each, all on loopback.
"""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from bench.sending import peak_mb
from digest.collect.answers import LOOPBACK, Answer, Request, Verdict
from digest.collect.robots import origin_of, read_robots
from digest.collect.same import body_hash
from digest.model.source import SourceState
from digest.pipeline.collecting import collect
from digest.schedule.values import Source
from digest.storage.migrating import upgrade
from digest.storage.robots import keep_robots
from digest.storage.sources import save_source_states
from subscribers.database import Database
from tests.conftest import NOW
from tests.pipeline.rooms import Room, rss

_SOURCES = 10_000
_DELAY = 0.02  # seconds
_SAME_BODY = 10
"""Of so many sources one knows no 304."""


def seconds_10k() -> float:
    """`collect.unchanged_10k.seconds`: a run over them."""
    with tempfile.TemporaryDirectory() as folder, _serving() as port:
        return _seconds(folder, port)


def peak_mb_10k() -> float:
    """`collect.peak_mb`: most memory of a process that does so."""
    with tempfile.TemporaryDirectory() as folder, _serving() as port:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_tell_peak, args=(folder, port, theirs))
        process.start()
        peak: float = ours.recv()
        process.join()
        return peak


def _tell_peak(folder: str, port: int, pipe: Connection) -> None:
    _seconds(folder, port)
    pipe.send(peak_mb())


def _seconds(folder: str, port: int) -> float:
    database = Database(f"sqlite:///{folder}/digest.db")
    upgrade(database)
    room = Room(root=Path(folder), database=database, sources=_sources(port))
    with database.write() as connection:
        save_source_states(connection, map(_as_left, room.sources))
        origins = [origin_of(source.feed) for source in room.sources]
        keep_robots(connection, [read_robots(origin, 404, b"", now=NOW) for origin in origins])
    began = time.perf_counter()
    _ask_all(room)
    seconds = time.perf_counter() - began
    database.close()
    return seconds


def _as_left(source: Source) -> SourceState:
    """Give how a run before left a source."""
    number = int(source.name[1:])
    known = SourceState(name=source.name, url=source.feed, checked_at=NOW, changed_at=NOW)
    if number % _SAME_BODY:
        return replace(known, etag='"v1"')
    asked = Request(url=source.feed)
    body = _body(number)
    answer = Answer(request=asked, verdict=Verdict.CONTENT, url=source.feed, body=body)
    return replace(known, body_hash=body_hash(answer))


def _ask_all(room: Room) -> None:
    reports = collect(room.newsroom(), permitted=LOOPBACK)
    other = [report for report in reports if report.error or report.found or report.notes]
    if len(reports) != _SOURCES or other:
        raise AssertionError(f"{len(other)} of {len(reports)} were not unchanged: {other[:3]}")


def _sources(port: int) -> list[Source]:
    return [
        Source(name=f"s{n}", feed=f"http://127.{1 + n // 250}.1.{1 + n % 250}:{port}/{n}")
        for n in range(_SOURCES)
    ]


@contextmanager
def _serving() -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection) -> None:
    asyncio.run(_serve_for_ever(pipe.send))


async def _serve_for_ever(tell: Callable[[int], None]) -> None:
    server = await asyncio.start_server(_answer, "0.0.0.0", 0, backlog=1_000)  # noqa: S104
    tell(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await asyncio.sleep(_DELAY)
            writer.write(_said(head))
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        writer.close()


def _body(number: int) -> bytes:
    return rss((f"a{number}", f"Titre {number}")).encode()


def _said(head: bytes) -> bytes:
    path = head.split(b" ", 2)[1].decode()
    if path == "/robots.txt":
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    plain = int(path[1:]) % _SAME_BODY == 0
    if not plain and b"If-None-Match" in head:
        return b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n'
    body = _body(int(path[1:]))
    etag = b"" if plain else b'ETag: "v1"\r\n'
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n" + etag + length + body
