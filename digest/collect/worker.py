"""How is a parser run that an article may hang or blow up? In a process of its own, with a limit.

One worker serves many texts; one that runs too long is killed and replaced. Frames on its pipes: a
length of four bytes, then JSON. It gets what is already decoded and gives plain values back.
"""

import os
import signal
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from queue import LifoQueue
from typing import IO, Any, Self

import orjson

LIMIT = 10.0
"""Seconds one text may take."""
OUTLIVED = 60
"""Seconds after which a worker ends by itself: a process that was killed can't kill it."""
_MEMORY = 1024**3  # bytes of address space; all its libraries take a quarter of it


class ParseError(Exception):
    """A text could not be parsed; the message says why."""


class Worker:
    """A parser process: `with Worker() as worker: worker.run("feed", text, base=url)`."""

    def __init__(self, *, limit: float = LIMIT) -> None:
        self._limit = limit
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        """Parse one text as `what` (`feed`, `page`, `links`, …: digest.collect.parsing).

        Raises:
            ParseError: it took too long, too much memory, or is not to be parsed.
        """
        sendable = text.encode("utf-8", "replace").decode()
        frame = orjson.dumps({"what": what, "text": sendable, "base": base})
        answer = self._exchange(frame)
        if "error" in answer:
            raise ParseError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what a dead process did not read can't be flushed
                if pipe:
                    pipe.close()

    def _exchange(self, frame: bytes) -> dict[str, Any]:
        process = self._process = self._process or _start()
        timed_out = threading.Event()
        timer = threading.Timer(self._limit, _stop, (process, timed_out))
        timer.start()
        try:
            answer = _ask(process, frame)
        finally:
            timer.cancel()
        if answer is None or timed_out.is_set():
            self.close()
            took = f"took longer than {self._limit:g} seconds" if timed_out.is_set() else "crashed"
            raise ParseError(f"its parser {took}")
        parsed: dict[str, Any] = orjson.loads(answer)
        return parsed


class Workers:
    """Workers that run texts of several threads at once; one that was never needed never starts."""

    def __init__(self, count: int = 0, *, limit: float = LIMIT) -> None:
        """Have `count` workers; 0: one a core that this process may use."""
        self.count = count or cores()
        self._all = [Worker(limit=limit) for _ in range(self.count)]
        self._idle = LifoQueue[Worker]()  # the one that ran last is the one that is warm
        for worker in self._all:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._all:
            worker.close()

    def run(self, what: str, text: str, *, base: str = "") -> dict[str, Any]:
        """Parse one text as Worker.run does, as soon as a worker has nothing to do.

        Raises:
            ParseError: as Worker.run.
        """
        worker = self._idle.get()
        try:
            return worker.run(what, text, base=base)
        finally:
            self._idle.put(worker)


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "digest.collect.parsing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _stop(process: subprocess.Popen[bytes], timed_out: threading.Event) -> None:
    timed_out.set()
    process.kill()


def _ask(process: subprocess.Popen[bytes], frame: bytes) -> bytes | None:
    if process.stdin is None or process.stdout is None:
        return None
    try:
        write_frame(process.stdin, frame)
        return read_frame(process.stdout)
    except OSError:
        return None


def limit_memory() -> None:
    """Cap this process's own memory, where the system can."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except (ImportError, OSError, ValueError):
        return


def limit_time(seconds: int) -> None:
    """Let the system end this process after so many seconds, where it can; 0: never mind."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def write_frame(pipe: IO[bytes], frame: bytes) -> None:
    """Send one frame."""
    pipe.write(struct.pack(">I", len(frame)) + frame)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """Receive one frame; None at the end."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    frame = pipe.read(length)
    return frame if len(frame) == length else None
