"""What came back to the bounces' mailbox? Read from files, kept as events with what follows."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from digest.deliver.bounces.parts import LARGEST
from digest.deliver.bounces.reading import Reading, What, read_returned
from digest.errors import DigestError
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.settling import hear

Mail = tuple[str, bytes]
"""Where a mail was found, and its bytes."""
Tell = Callable[[str, Reading], None]
_AT_ONCE = 500
_LINE = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class BounceReport:
    """What reading a mailbox came to."""

    mails: int
    found: Mapping[str, int]
    """How many mails were what."""
    new: int
    """Events that were not known before."""


def read_bounces(newsroom: Newsroom, mails: Iterable[Mail], tell: Tell) -> BounceReport:
    """Read mails and keep what they tell; read again, nothing changes."""
    counts: Counter[What] = Counter()
    new, rest = 0, iter(mails)
    while some := list(islice(rest, _AT_ONCE)):
        now = newsroom.clock()
        readings = [(where, read_returned(raw, newsroom.secret_key, now)) for where, raw in some]
        new += hear(newsroom, [one.event for _, one in readings if one.event])
        for where, reading in readings:
            counts[reading.what] += 1
            tell(where, reading)
    found = {what.value: number for what, number in sorted(counts.items())}
    return BounceReport(mails=counts.total(), found=found, new=new)


def mails_in(path: Path) -> Iterator[Mail]:
    """Give the mails of a Maildir, of a folder of .eml files, of an mbox, or the one in a file.

    Raises:
        DigestError: it can't be read.
    """
    try:
        if path.is_dir():
            yield from _in_folder(path)
        else:
            with path.open("rb") as file:
                yield from mails_of(file, str(path))
    except OSError as failure:
        raise DigestError(
            f"{failure.filename or path} can't be read: {failure.strerror}: what was read before"
            " it is kept; read again when it can be"
        ) from failure


def mails_of(stream: BinaryIO, name: str) -> Iterator[Mail]:
    """Give the mails of an mbox, or the one that a stream is."""
    first = stream.readline(_LINE)
    if not first.startswith(b"From "):
        whole = first + stream.read(LARGEST)
        if whole.strip():
            yield name, whole
        return
    for number, mail in enumerate(_of_mbox(stream), start=1):
        yield f"{name}#{number}", mail


def _in_folder(folder: Path) -> Iterator[Mail]:
    boxes = [folder / name for name in ("new", "cur") if (folder / name).is_dir()]
    pattern = "*" if boxes else "*.eml"
    for box in boxes or [folder]:
        for file in sorted(box.glob(pattern)):
            if file.is_file():
                try:
                    with file.open("rb") as stream:
                        yield str(file), stream.read(LARGEST)
                except FileNotFoundError:
                    continue  # a mail program has moved it meanwhile


def _of_mbox(stream: BinaryIO) -> Iterator[bytes]:
    """Cut behind an empty line where the next begins with From; the first such line is read."""
    lines: list[bytes] = []
    size, blank = 0, False
    while line := stream.readline(_LINE):
        if blank and line.startswith(b"From "):
            yield b"".join(lines)
            lines, size = [], 0
        elif size < LARGEST:
            lines.append(line)
            size += len(line)
        blank = not line.strip()
    yield b"".join(lines)
