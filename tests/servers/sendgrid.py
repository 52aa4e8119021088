"""A SendGrid look-alike: keeps the documented limits, fails on demand, records whom it accepted.

In a test: `with sendgrid.running(folder / "accepted") as api: … api.url`. As its own process:
`python -m tests.servers.sendgrid --record accepted --delay 0.03`, which prints its port.

A script is a list of steps, one a request; after the last one every request is accepted.
"""

import argparse
import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from tests.servers.sendgrid_rules import LARGEST_BODY, problems

KEY = "SG.look-alike"
Check = Callable[[Any], list[dict[str, str]]]
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


def answer(status: int, headers: Mapping[str, str] | None = None, message: str = "no") -> Step:
    """A step that accepts nothing and answers so."""
    return {"status": status, "headers": dict(headers or {}), "message": message}


class LookAlike:
    """One server: its script, what it saw and what it accepted."""

    def __init__(
        self, record: Path, *, script: Sequence[Step] = (), delay: float = 0.0, lean: bool = False
    ) -> None:
        """`lean` checks nothing and trusts the disk: for measuring its client."""
        self.record = record
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        """Every accepted request, parsed."""
        self.calls = 0
        self.port = 0
        self.keep = not lean
        self._delay = delay
        self._lean = lean
        self._file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @property
    def url(self) -> str:
        return f"sendgrid://127.0.0.1:{self.port}?tls=no"

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**16)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request_line, headers = await _head(reader)
        self.calls += 1
        step = self.script.pop(0) if self.script else ACCEPT
        if step == RESET_EARLY:
            return _reset(writer)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if self._delay:
            await asyncio.sleep(self._delay)
        check = _none if self._lean else problems
        status, errors, request = examine(request_line, headers, body, check)
        if errors:
            return _answer(writer, status, {"errors": errors})
        return await self._act(step, request, writer)

    async def _act(self, step: Step, request: Any, writer: asyncio.StreamWriter) -> bool:
        if isinstance(step, Mapping):
            errors = [{"message": step["message"], "field": None, "help": None}]
            body = {"errors": step.get("errors", errors)}
            return _answer(writer, step["status"], body, step["headers"])
        if step.startswith(ACCEPT):
            self._accept(request)
        match step:
            case _ if step in {RESET, ACCEPT_RESET}:
                return _reset(writer)
            case _ if step == ACCEPT_500:
                return _answer(writer, 500, {"errors": [{"message": "internal"}]})
            case _ if step == ACCEPT_HANG:
                await asyncio.sleep(3600)
            case _ if step == ACCEPT_HALF:
                writer.write(b"HTTP/1.1 20")
            case _ if step == GARBAGE:
                writer.write(b"\x00\x01 this is no answer\r\n\r\n")
            case _ if step == ACCEPT_DRIP:
                await _drip(writer)
            case _:
                return _answer(writer, 202, None, {"X-Message-Id": f"m-{self.calls}"})
        await writer.drain()
        return False

    def _accept(self, request: Any) -> None:
        people = request["personalizations"]
        line = [
            people[0]["custom_args"].get("attempt_id", ""),
            *(p["to"][0]["email"] for p in people),
        ]
        os.write(self._file, " ".join(line).encode() + b"\n")
        if not self._lean:
            os.fsync(self._file)
        if self.keep:
            self.requests.append(request)


def examine(
    request_line: str, headers: Mapping[str, str], body: bytes, check: Check = problems
) -> tuple[int, list[dict[str, str]], Any]:
    """Check a request; give status, errors and what it holds."""
    method, path, _ = request_line.split(" ", 2)
    if path != "/v3/mail/send":
        return 404, [{"message": "not found"}], None
    if method != "POST":
        return 405, [{"message": "method not allowed"}], None
    if headers.get("authorization") != f"Bearer {KEY}":
        return 401, [{"message": "The provided authorization grant is invalid"}], None
    if len(body) >= LARGEST_BODY:
        return 413, [{"message": "the request is too large"}], None
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        return 400, [{"message": "Bad Request"}], None
    return 400, check(request), request


def _none(_request: Any) -> list[dict[str, str]]:
    return []


def accepted(record: Path) -> list[str]:
    """Every address that was ever accepted, as often as it was."""
    lines = record.read_text().splitlines() if record.exists() else []
    return [address for line in lines for address in line.split()[1:]]


@contextmanager
def running(
    record: Path, *, script: Sequence[Step] = (), delay: float = 0.0
) -> Iterator[LookAlike]:
    """Run one in a thread of this process."""
    api, ready, loop = LookAlike(record, script=script, delay=delay), threading.Event(), []

    def run() -> None:
        asyncio.run(main())

    async def main() -> None:
        server, stop = await api.start(), asyncio.Event()
        loop.append((asyncio.get_running_loop(), stop))
        ready.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield api
    finally:
        loop[0][0].call_soon_threadsafe(loop[0][1].set)
        thread.join(5)
        os.close(api._file)


def closed_port() -> int:
    """A port where nobody listens."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def _head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.rstrip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return request_line, {name.lower(): value.strip() for name, _, value in pairs}


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


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _forever(api: LookAlike) -> None:
    server = await api.start()
    print(api.port, flush=True)  # noqa: T201 - how the starter learns it
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--record", type=Path, required=True)
    options.add_argument("--delay", type=float, default=0.0)
    options.add_argument("--script", type=json.loads, default=[])
    options.add_argument("--lean", action="store_true")
    chosen = options.parse_args()
    look_alike = LookAlike(
        chosen.record, script=chosen.script, delay=chosen.delay, lean=chosen.lean
    )
    look_alike.keep = False
    asyncio.run(_forever(look_alike))
