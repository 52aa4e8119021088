"""Which templates does a newsroom have? Its own before ours; what can't be one is told."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from digest.compose.linting.fault import Fault
from digest.resources import shipped

LONGEST = 256 * 1024
"""Bytes. Our longest has some 8,000."""
MOST = 500
"""Files of a room."""
_SUFFIXES = (".mjml", ".txt", ".html", ".css")


@dataclass(frozen=True, kw_only=True)
class Room:
    """The templates of a folder: `email`, `web`, `desk`."""

    sources: dict[str, str]
    """Name below the room → text, the newsroom's own before the shipped one."""
    own: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_room(templates: Path, name: str) -> Room:
    """Read a room's templates; a file that the newsroom lacks is no fault."""
    ours = _below(shipped("templates") / name)
    room = Room(sources={one: path.read_text("utf-8") for one, path in ours})
    if templates.resolve() == shipped("templates").resolve():
        room.own.extend(room.sources)
        return room
    for at, (one, path) in enumerate(_below(templates / name)):
        if at == MOST:
            words = f"has more than {MOST} files: the others are not looked at"
            room.faults.append(Fault(file=name, line=0, what=words))
            break
        text = _read(path, (templates / name).resolve())
        if isinstance(text, str):
            room.sources[one] = text
            room.own.append(one)
        else:
            room.faults.append(Fault(file=f"{name}/{one}", line=0, what=text.what))
    return room


@dataclass(frozen=True)
class _Unfit:
    what: str


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    for where, inner, files in os.walk(folder):
        inner.sort()
        links = [one for one in inner if (Path(where) / one).is_symlink()]
        for one in sorted([*files, *links]):
            path = Path(where) / one
            if one[0] != "." and (one in links or one.endswith(_SUFFIXES)):
                yield path.relative_to(folder).as_posix(), path


def _read(path: Path, folder: Path) -> str | _Unfit:
    """Read a file that an editor put there, whatever it is."""
    try:
        if not path.resolve().is_relative_to(folder):
            return _Unfit("leads out of the templates' folder: put the file itself here")
        what = path.stat()
        if not stat.S_ISREG(what.st_mode):
            return _Unfit("is no file")
        if what.st_size > LONGEST:
            return _Unfit(f"has {what.st_size} bytes: a template may have {LONGEST}")
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as failure:
        return _Unfit(f"is no UTF-8 from byte {failure.start} on: save it as UTF-8")
    except (OSError, RuntimeError) as failure:
        return _Unfit(f"can't be read: {failure}")
    return _Unfit("is no text: it holds a NUL") if "\0" in text else text
