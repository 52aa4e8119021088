"""Inputs that nobody would write: the corpus cut, spliced, flipped, nested and repeated.

`make fuzz SECONDS=600` tries for ten minutes. What fails is kept in var/fuzz, to become a case.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.charset import decode
from digest.collect.cleaning import Waiting, clean
from digest.collect.drops import read_drops
from digest.collect.entries import Origin, text_entry_of
from digest.collect.feeds import read_feed
from digest.collect.items import named, shared_addresses
from digest.collect.kinds import READERS
from digest.collect.worker import ParseError, Worker
from tests.collect.cases import CASES, NOW
from tests.collect.published import CORPUS

SLOW = 1.0
"""Seconds of processor time that one input may take, of this process and its worker together."""
GROWTH = 100
"""Megabytes by which both together may grow, once each way has been gone some times."""
_LARGEST = 150_000
_KEPT = Path("var/fuzz")
_URL = "https://fleuve.example/feed"
_TOKENS = (
    *(b"<item>", b"</item>", b"<entry>", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [", b"&", b"<", b">"),
    *(
        b"&#0;",
        b"&#x110000;",
        b"<!--",
        b"\xff\xfe",
        b"\x00",
        b"<div>",
        b"</div>",
        b"<iframe>",
        b"=",
    ),
    *(b"<p>", b"<br/>", b"\xf0\x9f", b"\xed\xa0\x80", b'"', b"'", b" a='1'", b"xmlns=''", b"\r\n"),
    *(b"boundary=", b"Content-Type: multipart/mixed", b"=?utf-8?q?", b"il y a 9999999999 ans"),
    *(b"https://[", b"http://x/%", b"2026-13-45T99:99:99Z", b"est apparu en premier sur ", b"@"),
)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An input that did harm, and which."""

    kind: str
    harm: str
    raw: bytes

    def keep(self) -> Path:
        """Write it down, to become a case."""
        _KEPT.mkdir(parents=True, exist_ok=True)
        path = _KEPT / f"{sha256(self.raw).hexdigest()[:12]}.{self.kind}"
        path.write_bytes(self.raw)
        return path


def fuzz(seconds: float, seed: int, *, slow: float = SLOW) -> Iterator[Failure | int]:
    """Try inputs for so long; give each that did harm, and at the end how many were tried."""
    chance = random.Random(seed)
    seeds = _seeds()
    tried, until = 0, time.monotonic() + seconds
    with Worker() as worker, tempfile.TemporaryDirectory() as folder:
        ways = _ways(worker, Path(folder))
        for kind, way in ways.items():  # imports are no growth
            way(seeds[kind][0])
        small = _memory(worker)
        while time.monotonic() < until:
            kind = chance.choice(sorted(ways))
            raw = _mutated(chance, seeds[kind])
            if harm := _harm(ways[kind], raw, worker, slow):
                yield Failure(kind=kind, harm=harm, raw=raw)
            tried += 1
            small = _memory(worker) if tried == 40 else small
        if tried > 40 and (grown := _memory(worker) - small) > GROWTH:
            yield Failure(kind="memory", harm=f"{grown:.0f} MB more", raw=b"")
    yield tried


def _harm(way: Callable[[bytes], str], raw: bytes, worker: Worker, slow: float) -> str:
    """Say what an input did: nothing, if it was read or refused in good time."""
    before = processor(worker)
    try:
        harm = way(raw)
    except Exception as error:  # whatever it is, it would have stopped a run
        return f"{type(error).__name__}: {error}"
    took = processor(worker) - before
    if harm or took <= slow:
        return harm
    return f"took {took:.1f} s"


def _ways(worker: Worker, folder: Path) -> dict[str, Callable[[bytes], str]]:
    def dropped(name: str) -> Callable[[bytes], str]:
        return lambda raw: _drop(worker, folder / name, raw)

    drops = {kind: dropped(f"note.{kind}") for kind in ("txt", "md", "html", "eml", "url")}
    lists = {kind: partial(_list, worker, kind) for kind in ("page", "sitemap", "wordpress")}
    return {"feed": partial(_feed, worker), "article": partial(_article, worker)} | lists | drops


def _feed(worker: Worker, raw: bytes) -> str:
    reading = read_feed(_answer(raw), worker)
    origin = Origin(source="fleuve", base=_URL, shared=shared_addresses(reading.items))
    waiting = [
        Waiting(item=item, key=f"{key}{item.fingerprint}", seen_at=NOW)
        for key, item in named(reading.items).items()
    ]
    cleaned = clean(waiting, origin, worker)
    return _fatal(reading.error, *cleaned.notes)


def _answer(raw: bytes) -> Answer:
    return Answer(request=Request(url=_URL), verdict=Verdict.CONTENT, url=_URL, body=raw)


def _list(worker: Worker, kind: str, raw: bytes) -> str:
    """Read what lists articles, or leads to where they are."""
    reading = READERS[kind](_answer(raw), worker)
    return _fatal(reading.error, *reading.notes)


def _article(worker: Worker, raw: bytes) -> str:
    try:
        worker.run("page", decode(raw), base=_URL)
    except ParseError as error:
        return _fatal(str(error))
    return ""


def _drop(worker: Worker, path: Path, raw: bytes) -> str:
    path.write_bytes(raw)
    try:
        drops = read_drops(path.parent, worker)
    finally:
        path.unlink()
    for drop in drops.drops:
        text_entry_of(drop.item, Origin(source="x"), key=drop.key, seen_at=NOW)
    return _fatal(*(refused.reason for refused in drops.refused))


def _fatal(*said: str) -> str:
    """A parser may give up on a text, but not hang or crash."""
    return "; ".join(one for one in said if "took longer" in one or "crashed" in one)


def _seeds() -> dict[str, list[bytes]]:
    """Give the corpus by kind: our cases without their expectations, and feedparser's own."""
    seeds: dict[str, list[bytes]] = {}
    for path in sorted(CASES.rglob("*.*")):
        kind = path.suffix.removeprefix(".")
        seeds.setdefault(kind, []).append(path.read_bytes().partition(b"\n=====\n")[2])
    seeds["article"] = seeds["html"]
    seeds["feed"] += [path.read_bytes() for path in sorted(CORPUS.rglob("*.xml"))[::7]]
    return seeds


def _mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    raw = chance.choice(seeds)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        raw = chance.choice(_MUTATIONS)(chance, raw, seeds)[:_LARGEST]
    return raw


def _flip(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    changed = bytearray(raw)
    for _turn in range(chance.choice((1, 3, 20))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    start, end = _span(chance, raw)
    return raw[:start] + raw[end:]


def _splice(chance: random.Random, raw: bytes, seeds: list[bytes]) -> bytes:
    other = chance.choice(seeds)
    start, end = _span(chance, other)
    place = chance.randint(0, len(raw))
    return raw[:place] + other[start:end] + raw[place:]


def _repeat(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    start, end = _span(chance, raw)
    return raw[:start] + raw[start:end] * chance.choice((2, 10, 1_000, 20_000)) + raw[end:]


def _put(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    place = chance.randint(0, len(raw))
    token = chance.choice(_TOKENS) * chance.choice((1, 1, 2, 500, 20_000))
    return raw[:place] + token + raw[place:]


def _span(chance: random.Random, raw: bytes) -> tuple[int, int]:
    start = chance.randint(0, len(raw))
    return start, min(len(raw), start + chance.choice((1, 8, 60, 500)))


_MUTATIONS = (_flip, _cut, _splice, _repeat, _put)


def processor(worker: Worker) -> float:
    """Give the processor time of this process and its worker, in seconds."""
    if worker._process is None:
        return time.process_time()
    fields = Path(f"/proc/{worker._process.pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / 100


def _memory(worker: Worker) -> float:
    """Give the resident memory of both, in megabytes."""
    processes = ["self"] + ([str(worker._process.pid)] if worker._process else [])
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in processes)
    return pages * 4096 / 1024 / 1024


def main(seconds: str, seed: str = "") -> int:
    """Try for so many seconds; say what did harm and where it is kept."""
    failed = 0
    for found in fuzz(float(seconds), int(seed) if seed else time.time_ns()):
        if isinstance(found, int):
            sys.stdout.write(f"{found:,} inputs tried, {failed} did harm\n")
        else:
            failed += 1
            sys.stdout.write(f"{found.kind}: {found.harm}: {found.keep()}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
