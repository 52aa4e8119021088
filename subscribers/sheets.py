"""What rows does a CSV file hold? Whatever made it: Excel's `;` and Windows letters, tabs, a BOM.

The file is read twice and never held: once to find its encoding, once for its rows.
"""

import codecs
import csv
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BufferedReader, TextIOWrapper
from itertools import chain
from pathlib import Path
from stat import S_ISREG
from typing import IO

from subscribers.errors import TransferError

_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 17
"""Characters. csv's own limit belongs to the whole process: any library may lift it."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An open file's header and its rows."""

    name: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    """(line on which it begins, cells); rows without any text are left out."""
    part: Callable[[], float]
    """Which part of the file was read, 0 to 1."""


@contextmanager
def open_sheet(path: Path) -> Iterator[Sheet]:
    """Open a CSV file.

    Raises:
        TransferError: it can't be read as one, at once or on the way; names the line.
    """
    try:
        if not S_ISREG(path.stat().st_mode):  # read twice, and to an end
            raise TransferError(f"{path} can't be read: it is a folder, a pipe or a device")
        encoding = _encoding(path)
        with path.open("rb") as raw, TextIOWrapper(raw, encoding, newline="") as file:
            rows = _rows(file, path.name)
            _, header = next(rows, (1, []))
            yield Sheet(name=path.name, header=header, rows=rows, part=_part(raw))
    except OSError as failure:
        raise TransferError(f"{path} can't be read: {failure.strerror}") from failure
    except UnicodeError as failure:
        raise TransferError(
            f"{path.name} is written neither in UTF-8 nor in Windows-1252: save it as UTF-8"
        ) from failure


def _part(raw: BufferedReader) -> Callable[[], float]:
    size = os.fstat(raw.fileno()).st_size
    return lambda: raw.tell() / size if size else 1.0


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        for bom, name in _BOMS:
            if start.startswith(bom):
                return name
        file.seek(0)
        return _without_bom(file, path.name)


def _without_bom(file: IO[bytes], name: str) -> str:
    """Choose UTF-8 if all is; Windows-1252 unless letters before the first misfit were UTF-8."""
    decoder, accents, line = codecs.getincrementaldecoder("utf-8")(), False, 1
    while block := file.read(_BLOCK):
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as misfit:
            good = misfit.object[: misfit.start]
            if accents or not good.isascii():
                where = line + good.count(b"\n")
                raise TransferError(
                    f"{name}:{where}: not UTF-8, though the lines before it are: save the file anew"
                ) from misfit
            return "cp1252"
        accents, line = accents or not text.isascii(), line + text.count("\n")
    return "utf-8" if not decoder.getstate()[0] else "cp1252"


def _rows(file: IO[str], name: str) -> Iterator[tuple[int, list[str]]]:
    lines = _lines(file, name)
    first = next(lines, "")
    reader = csv.reader(
        chain([first], lines), delimiter=_delimiter(first), strict=True, skipinitialspace=True
    )
    begins = 1
    try:
        for cells in reader:
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as failure:
        raise TransferError(
            f"{name}:{begins}: {failure}: is a quotation mark missing or not doubled?"
        ) from failure


def _lines(file: IO[str], name: str) -> Iterator[str]:
    for line in iter(partial(file.readline, _LONGEST_LINE), ""):
        if len(line) == _LONGEST_LINE:
            raise TransferError(f"{name} has a line of more than {_LONGEST_LINE} characters")
        yield line


def _delimiter(header: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=bare.count)
