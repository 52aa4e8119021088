"""What does a newcomer need in a folder? A sample schedule and drops, never over one's own."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digest.errors import ConfigError
from digest.resources import shipped


@dataclass(frozen=True, kw_only=True)
class Start:
    """What `digest init` did."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that were there already; not touched."""


def start(folder: Path) -> Start:
    """Write the samples that are not there yet.

    Raises:
        ConfigError: the folder can't be written to.
    """
    written: list[str] = []
    kept: list[str] = []
    for name, source in _samples():
        try:
            (written if _copy(source, folder / name) else kept).append(name)
        except OSError as error:
            raise ConfigError(f"{folder / name} can't be written: {error.strerror}") from error
    return Start(folder=folder, written=tuple(written), kept=tuple(kept))


def _samples() -> Iterator[tuple[str, Path]]:
    yield "schedule.yaml", shipped("schedule.yaml")
    for drop in sorted(shipped("inbox").glob("sample-*")):
        yield f"inbox/{drop.name}", drop


def _copy(source: Path, target: Path) -> bool:
    """Copy a file unless one is there; even one that appears at the same moment stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("rb") as sample, target.open("xb") as file:
            shutil.copyfileobj(sample, file)
    except FileExistsError:
        return False
    return True
