"""How does a changed schedule.yaml take the old one's place? Checked, whole, or not at all."""

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from digest.errors import ConfigError, ConflictError, ScheduleError
from digest.schedule.reading import check_schedule, read_content
from digest.schedule.values import Schedule, Source
from digest.schedule.writing import Entry, NoPlaceError, lines_of, with_sources, without_source

Change = Callable[[bytes], bytes]


def add_sources(path: Path, entries: tuple[Entry, ...], *, dry_run: bool = False) -> Schedule:
    """Write sources into the file; give what it says then.

    Raises:
        ConfigError: the file is broken, or it would be; it is as it was.
        ConflictError: somebody else changed it meanwhile.
    """
    by_hand = "\n".join(lines_of(entry) for entry in entries)

    def expected(old: Schedule) -> tuple[Source, ...]:
        return (*old.sources, *map(_source, entries))

    return _rewritten(
        path,
        lambda old: with_sources(old, entries),
        expected,
        by_hand=f"add by hand:\n{by_hand}",
        dry_run=dry_run,
    )


def remove_source(path: Path, name: str, *, dry_run: bool = False) -> Schedule:
    """Take a source out of the file; give what it says then.

    Raises:
        ConfigError: the file is broken, or it would be; it is as it was.
        ConflictError: somebody else changed it meanwhile.
    """

    def expected(old: Schedule) -> tuple[Source, ...]:
        return tuple(source for source in old.sources if source.name != name)

    by_hand = f"take {name!r} out by hand"
    return _rewritten(
        path, lambda old: without_source(old, name), expected, by_hand=by_hand, dry_run=dry_run
    )


def _source(entry: Entry) -> Source:
    try:
        return Source.model_validate(dict(entry))
    except ValidationError as error:
        first = error.errors()[0]
        named = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{named}: {first['msg'].removeprefix('Value error, ')}") from error


def _rewritten(
    path: Path,
    change: Change,
    expected: Callable[[Schedule], tuple[Source, ...]],
    *,
    by_hand: str,
    dry_run: bool,
) -> Schedule:
    content = read_content(path)
    old = check_schedule(content, str(path))
    wanted = old.model_copy(update={"sources": expected(old)})
    try:
        changed = change(content)
        new = check_schedule(changed, str(path))
    except (NoPlaceError, ScheduleError) as error:
        raise ConfigError(f"{path} stays as it is: {error}") from error
    if new != wanted:
        raise ConfigError(f"{path} can't be changed without touching the rest of it: {by_hand}")
    if not dry_run:
        _replace(path, content, changed)
    return new


def _replace(path: Path, old: bytes, new: bytes) -> None:
    """Put the new content in place of the old one, by one rename; mode and links stay."""
    target = path.resolve()
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write(fresh, new, like=target.stat())
        if target.read_bytes() != old:
            raise ConflictError(f"{path} was changed meanwhile: nothing was written, try again")
        os.replace(fresh, target)  # noqa: PTH105 - Path.replace says the same in two lines
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            fresh.unlink()


def _write(fresh: Path, content: bytes, *, like: os.stat_result) -> None:
    with fresh.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(OSError):  # whoever may write here need not be allowed to give files away
        os.chown(fresh, like.st_uid, like.st_gid)
    fresh.chmod(stat.S_IMODE(like.st_mode))
