"""How the suite runs so that it is over soon: when and where, never what is tried."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator
from itertools import groupby
from pathlib import Path

import pytest

from digest.collect.worker import cores

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there
_ROOM = 4 * 1024**3
"""Bytes: a run in which much fails leaves one or two behind."""


def pytest_configure() -> None:
    """Keep the tests' files in memory, where there is much, those of PostgreSQL and Chromium too:
    what is tried outlives a killed process, not a machine, and some 50,000 transactions needn't
    wait for a disk. To copy a database on one takes seven times the processor's time.
    """
    if _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free >= _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))
        os.environ.setdefault("TMPDIR", str(_IN_MEMORY))
        tempfile.tempdir = None  # it was settled before, for pytest's own use


def pytest_xdist_auto_num_workers() -> int:
    """Let one more test run than there are cores: many wait, for a time-out or another process."""
    return cores() + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected, and in what was collected never."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let no file that has slow tests be among the last, or one core would be busy and the others
    wait. The order remains random else (pytest-randomly's), and of each file it is left alone.
    """
    files = [list(tests) for _, tests in groupby(items, lambda item: item.path)]
    early, late = files[: len(files) * 2 // 3], files[len(files) * 2 // 3 :]
    slow = [tests for tests in late if any(one.get_closest_marker("slow") for one in tests)]
    rest = [tests for tests in late if tests not in slow]
    items[:] = [one for tests in (*slow, *early, *rest) for one in tests]
