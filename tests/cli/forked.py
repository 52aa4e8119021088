"""Commands as processes of their own, forked from a server that has imported what they run.

That one starts from nothing and imports it all by itself, tests of the same commands try too.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from digest.cli import main, serving, working
from digest.pipeline import gauges
from tests.forks import FORKS

WARM = (serving, working, gauges)
"""Imported here, so that a forked command need not."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command that runs, or ran; what it writes goes into files."""

    process: BaseProcess
    stdout: Path
    stderr: Path

    def first_line(self) -> str:
        """Wait for the first line on stderr."""
        end = time.monotonic() + 60
        while not (said := self.stderr.read_text()).endswith("\n"):
            assert time.monotonic() < end, "it says nothing"
            assert self.process.is_alive(), f"it ended with {self.process.exitcode}: {said}"
            time.sleep(0.02)
        return said.splitlines()[0]

    def ended(self) -> tuple[int | None, str, str]:
        """Wait for its end; give exit code, stdout and stderr."""
        self.process.join(60)
        return self.process.exitcode, self.stdout.read_text(), self.stderr.read_text()


@contextmanager
def running(*words: str, environ: Mapping[str, str], folder: Path) -> Iterator[Command]:
    """Run `digest` with these words in a folder; kill it if it outlives the block."""
    streams = folder / "stdout", folder / "stderr"
    for one in streams:
        one.write_text("")
    process = FORKS.Process(target=_run, args=(words, dict(environ), folder, streams), daemon=True)
    process.start()
    try:
        yield Command(process=process, stdout=streams[0], stderr=streams[1])
    finally:
        process.kill()
        process.join()


def _run(
    words: tuple[str, ...], environ: dict[str, str], folder: Path, streams: tuple[Path, Path]
) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    for number, path in enumerate(streams, start=1):
        with path.open("w") as file:
            os.dup2(file.fileno(), number)
    sys.argv = ["digest", *words]
    main.run()
