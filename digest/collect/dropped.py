"""May this file of a drop folder be read, and which text does it hold?

A file that can't be taken is refused with a reason; nothing is moved, renamed or deleted.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digest.collect.charset import decode

KINDS = frozenset({".txt", ".md", ".html", ".htm", ".eml", ".url"})

_LARGEST = 5 * 1024 * 1024
_MOST = 5_000  # files of one folder
_UNFINISHED = frozenset(
    {".part", ".partial", ".crdownload", ".download", ".tmp", ".temp", ".opdownload", ".swp"}
)
_MAGIC = (
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
)
_SILENT = frozenset({".DS_Store", ".gitkeep", ".gitignore", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A file as found."""

    name: str
    """Path within the folder, with slashes."""
    kind: str
    """Its suffix: `.txt`."""
    raw: bytes

    @property
    def text(self) -> str:
        """What its bytes stand for."""
        return decode(self.raw)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A file that was not taken, and why."""

    name: str
    reason: str


def look_into(folder: Path) -> Iterator[Dropped | Refused]:
    """Give every file of a folder and its subfolders, in order of name."""
    root = folder.resolve()
    for number, path in enumerate(sorted(folder.rglob("*"))):
        name = path.relative_to(folder)
        if number >= _MOST:
            yield Refused(name=_spelled(name), reason=f"the folder holds more than {_MOST:,} files")
            return
        hidden = any(part.startswith(".") for part in name.parts[:-1])
        if hidden or path.name in _SILENT or (path.is_dir() and not path.is_symlink()):
            continue
        yield _look_at(path, _spelled(name), root)


def _spelled(name: Path) -> str:
    """Spell a file's name so that it can be stored, whatever bytes it is made of."""
    return os.fsencode(name.as_posix()).decode("utf-8", "replace")


def _look_at(path: Path, name: str, root: Path) -> Dropped | Refused:
    reason = _by_name(path.name) or _by_kind(path, root)
    if reason:
        return Refused(name=name, reason=reason)
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Refused(name=name, reason=f"it can't be read ({error.strerror})")
    reason = _by_content(raw, path.suffix.lower())
    if reason:
        return Refused(name=name, reason=reason)
    return Dropped(name=name, kind=path.suffix.lower(), raw=raw)


def _by_name(name: str) -> str:
    if name.startswith(("~$", ".~lock.", ".#", "~lock")) or name.endswith((".lock", ".lck", "#")):
        return "a lock file: its text is open in another program"
    if Path(name).suffix.lower() in _UNFINISHED or name.endswith("~"):
        return "not finished: it is still being written or downloaded"
    if name.startswith("."):
        return "a hidden file"
    if Path(name).suffix.lower() not in KINDS:
        return f"not one of {', '.join(sorted(KINDS))}: save it as text"
    return ""


def _by_kind(path: Path, root: Path) -> str:
    if not path.resolve().is_relative_to(root):
        return "a link that leads out of the folder"
    if not path.is_file():
        return "not a file"
    size = path.stat().st_size
    return f"larger than {_LARGEST // 1024 // 1024} MB" if size > _LARGEST else ""


def _by_content(raw: bytes, kind: str) -> str:
    if not raw.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        return "empty"
    if raw.startswith(_MAGIC):
        return "binary: no text, whatever its name says"
    if kind == ".eml":
        return ""
    text = decode(raw)
    odd = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]", text))
    return "binary: no text, whatever its name says" if odd > 2 + len(text) // 100 else ""
