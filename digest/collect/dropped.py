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
    for number, path in enumerate(sorted(_files(folder))):
        name = _spelled(path.relative_to(folder))
        if number >= _MOST:
            yield Refused(name=name, reason=f"the folder holds more than {_MOST:,} files")
            return
        try:
            yield _look_at(path, name, root)
        except OSError as error:
            yield Refused(name=name, reason=f"it can't be read ({error.strerror})")
        except RuntimeError:  # Python 3.11 and 3.12, of links that lead to each other
            yield Refused(name=name, reason="a link that leads nowhere")


def _files(folder: Path) -> Iterator[Path]:
    """Give all that is no plain folder; a folder that can't be opened is passed over."""
    for place, folders, files in os.walk(folder):
        folders[:] = (name for name in folders if not name.startswith("."))
        links = (name for name in folders if Path(place, name).is_symlink())
        yield from (Path(place, name) for name in [*files, *links] if name not in _SILENT)


def _spelled(name: Path) -> str:
    """Spell a file's name so that it can be stored and printed, whatever bytes it is made of."""
    spelled = os.fsencode(name.as_posix()).decode("utf-8", "replace")
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in spelled)


def _look_at(path: Path, name: str, root: Path) -> Dropped | Refused:
    reason = _by_kind(path, root) or _by_name(path.name)
    if reason:
        return Refused(name=name, reason=reason)
    with path.open("rb") as file:
        raw = file.read(_LARGEST + 1)  # of a file that may still grow
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
    return "" if path.is_file() else "not a file"


def _by_content(raw: bytes, kind: str) -> str:
    if len(raw) > _LARGEST:
        return f"larger than {_LARGEST // 1024 // 1024} MB"
    if not raw.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        return "empty"
    if raw.startswith(_MAGIC):
        return "binary: no text, whatever its name says"
    if kind == ".eml":
        return ""
    text = decode(raw)
    odd = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]", text))
    return "binary: no text, whatever its name says" if odd > 2 + len(text) // 100 else ""
