"""Parser processes that go from one collecting to the next: starting one takes half a second.

What they do when they hang, die or fill the memory, tests/collect tries on processes of their own.
"""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from digest.collect.worker import Worker, Workers
from digest.pipeline import collecting, pictures

_idle: list["subprocess.Popen[bytes]"] = []


class HandedOn(Worker):
    """A worker that begins with a process that another left, and leaves its own."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _take([self])

    def __exit__(self, *raised: object) -> None:
        _leave([self], raised)
        super().__exit__(*raised)


class AllHandedOn(Workers):
    """Workers that do the same."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _take(self._all[::-1])  # the last is the first to be asked

    def __exit__(self, *raised: object) -> None:
        _leave(self._all, raised)
        super().__exit__(*raised)


def _take(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker._process = _idle.pop() if _idle else None


def _leave(workers: Sequence[Worker], raised: Sequence[object]) -> None:
    """Leave the living, unless an answer may be under way that nobody waits for."""
    for worker in workers:
        if worker._process and worker._process.poll() is None and not any(raised):
            _idle.append(worker._process)
            worker._process = None


@contextmanager
def handed_on() -> Iterator[None]:
    """Let whatever collects in this process hand its parsers on; end them at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collecting, "Workers", AllHandedOn)
        patch.setattr(pictures, "Worker", HandedOn)
        yield
    while _idle:
        with Worker() as last:
            last._process = _idle.pop()
