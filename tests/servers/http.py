"""What all look-alikes of email APIs share: a server that judges, fails on demand and records.

A script is a list of steps, one a request; after the last one every request is judged by the
rules alone. As its own process: see tests.servers.sendgrid.
"""

import argparse
import asyncio
import json
import os
import random
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tests.servers.threads import serving

Step = str | Mapping[str, Any]
ACCEPT = "accept"
RESET_EARLY = "reset while the body is coming"
RESET = "reset without accepting"
ACCEPT_RESET = "accept, then reset"
ACCEPT_500 = "accept, then answer 500"
ACCEPT_HANG = "accept, then say nothing"
ACCEPT_HALF = "accept, then send half an answer"
ACCEPT_DRIP = "accept, then drip the answer's body"
GARBAGE = "answer what is no HTTP"
SLOW = "accept, after a while"
_FAULTS: tuple[Mapping[str, Any] | str, ...] = (
    {"status": 429, "headers": {"Retry-After": "0"}, "message": "too many requests"},
    {"status": 400, "headers": {}, "message": "Bad Request"},
    {"status": 503, "headers": {}, "message": "try again"},
    ACCEPT_500,
    ACCEPT_RESET,
    ACCEPT_HANG,
    RESET,
    SLOW,
)


def answer(status: int, headers: Mapping[str, str] | None = None, message: str = "no") -> Step:
    """A step that accepts nothing and answers so."""
    return {"status": status, "headers": dict(headers or {}), "message": message}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What one reader finds in their mailbox."""

    address: str
    headers: Mapping[str, str]
    subject: str
    html: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What an API makes of a request."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    request: Any = None
    attempt: str = ""
    addresses: tuple[str, ...] = ()
    """Whose mail was accepted."""
    mails: Callable[[], Sequence[Mail]] = tuple
    """Their mails, made when somebody looks."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One API: its URL, its judgement, and how it words a refusal."""

    url: Callable[[int], str]
    judge: Callable[[Asked, int], Judged]
    """Takes the request's number too."""
    refusal: Callable[[int, str], Any]


class LookAlike:
    """One server: its script, what it saw and what it accepted."""

    def __init__(
        self,
        rules: Rules,
        record: Path,
        *,
        script: Sequence[Step] = (),
        delay: float = 0.0,
        lean: bool = False,
        keep: bool = True,
    ) -> None:
        """`lean` trusts the disk: for measuring its client."""
        self.rules = rules
        self.record = record
        self.script = list(script)
        self.accepted: list[Judged] = []
        self.calls = 0
        self.port = 0
        self.delay = delay
        self.chaos: random.Random | None = None
        """Fails half of the requests, in every way there is."""
        self._lean = lean
        self._keep = keep
        self._file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @property
    def url(self) -> str:
        return self.rules.url(self.port)

    @property
    def requests(self) -> list[Any]:
        """Every accepted request, parsed."""
        return [one.request for one in self.accepted]

    @property
    def mails(self) -> list[Mail]:
        """Every mail that was made of them."""
        return [mail for one in self.accepted for mail in one.mails()]

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, limit=2**16)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        method, path, headers = await _head(reader)
        self.calls += 1
        step = self._step()
        if step == RESET_EARLY:
            return _reset(writer)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if self.delay or step == SLOW:
            await asyncio.sleep(self.delay + 0.3 * (step == SLOW))
        asked = Asked(method=method, path=path, headers=headers, body=body)
        return await self._act(step, self.rules.judge(asked, self.calls), writer)

    def _step(self) -> Step:
        if self.chaos is not None and self.chaos.random() < 0.5:
            return self.chaos.choice(_FAULTS)
        return self.script.pop(0) if self.script else ACCEPT

    async def _act(self, step: Step, judged: Judged, writer: asyncio.StreamWriter) -> bool:
        if judged.status >= 300:
            return _answer(writer, judged.status, judged.body, judged.headers)
        if isinstance(step, Mapping):
            body = self.rules.refusal(step["status"], step["message"])
            return _answer(writer, step["status"], step.get("body", body), step["headers"])
        if step.startswith(ACCEPT):
            self._accept(judged)
        match step:
            case _ if step in {RESET, ACCEPT_RESET}:
                return _reset(writer)
            case _ if step == ACCEPT_500:
                return _answer(writer, 500, self.rules.refusal(500, "internal"))
            case _ if step == ACCEPT_HANG:
                await asyncio.sleep(3600)
            case _ if step == ACCEPT_HALF:
                writer.write(b"HTTP/1.1 20")
            case _ if step == GARBAGE:
                writer.write(b"\x00\x01 this is no answer\r\n\r\n")
            case _ if step == ACCEPT_DRIP:
                await _drip(writer, judged.status)
            case _:
                return _answer(writer, judged.status, judged.body, judged.headers)
        await writer.drain()
        return False

    def _accept(self, judged: Judged) -> None:
        if judged.addresses:
            line = " ".join([judged.attempt, *judged.addresses])
            os.write(self._file, line.encode() + b"\n")
        if not self._lean:
            os.fsync(self._file)
        if self._keep:
            self.accepted.append(judged)


def accepted(record: Path) -> list[str]:
    """Every address that was ever accepted, as often as it was."""
    lines = record.read_text().splitlines() if record.exists() else []
    return [address for line in lines for address in line.split()[1:]]


@contextmanager
def running(
    rules: Rules, record: Path, *, script: Sequence[Step] = (), delay: float = 0.0
) -> Iterator[LookAlike]:
    """Run one in a thread of this process."""
    api = LookAlike(rules, record, script=script, delay=delay)
    try:
        with serving(api.serve) as api.port:
            yield api
    finally:
        os.close(api._file)


def closed_port() -> int:
    """A port where nobody listens."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.rstrip().split("\r\n")
    method, path, _ = request_line.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    return method, path, {name.lower(): value.strip() for name, _, value in pairs}


def _answer(
    writer: asyncio.StreamWriter, status: int, body: Any, headers: Mapping[str, str] | None = None
) -> bool:
    content = b"" if body is None else orjson.dumps(body)
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    return True


def _reset(writer: asyncio.StreamWriter) -> bool:
    writer.transport.abort()
    return False


async def _drip(writer: asyncio.StreamWriter, status: int) -> None:
    writer.write(f"HTTP/1.1 {status} Accepted\r\nContent-Length: 1000\r\n\r\n".encode())
    for _ in range(1000):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _forever(api: LookAlike) -> None:
    server = await api.start()
    print(api.port, flush=True)  # noqa: T201 - how the starter learns it
    async with server:
        await server.serve_forever()


def serve(rules: Callable[[bool], Rules]) -> None:
    """Be the process of a look-alike, with rules for a lean one or not; print its port."""
    options = argparse.ArgumentParser()
    options.add_argument("--record", type=Path, required=True)
    options.add_argument("--delay", type=float, default=0.0)
    options.add_argument("--script", type=json.loads, default=[])
    options.add_argument("--lean", action="store_true")
    options.add_argument("--chaos", type=random.Random)
    chosen = options.parse_args()
    api = LookAlike(
        rules(chosen.lean),
        chosen.record,
        script=chosen.script,
        delay=chosen.delay,
        lean=chosen.lean,
        keep=False,
    )
    api.chaos = chosen.chaos
    asyncio.run(_forever(api))
