"""Does an address still stand anywhere? Every text and JSON column of every table is looked at.

The database finds the rows that could hold it; what only ends or begins like it, as another
person's address does, is sorted out here. Keyed hashes and the numbers of the erased name nobody
without the secret key, and are meant to stay.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import JSON, Column, Connection, String, Table, Text, cast, func, or_, select

from digest.storage.whole import TABLES
from subscribers.addresses import read_address

_BEFORE = r"(?:(?<![\w.+-])|(?<=\\[bfnrt])|(?<=%[0-9a-f]{2}))"
"""No letter of a longer address; what JSON and URLs write for a line break or sign is none."""
_AFTER = r"(?![\w-]|\.\w)"
_WHOLE = frozenset({"address", "address_key"})
"""Columns that hold nothing but an address: others' may end like it, as o'neil@ ends in neil@."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A table that was looked at."""

    table: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A column that still names the address."""

    table: str
    column: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where an address was looked for, and where it stands."""

    looked: tuple[Looked, ...]
    left: tuple[Leftover, ...]


def search(connection: Connection, address: str) -> Search:
    """Look for an address in all that is stored, in whatever case it is written.

    Raises:
        AddressError: it is no address.
    """
    key = read_address(address).key
    looked: list[Looked] = []
    left: list[Leftover] = []
    for table in TABLES:
        columns = [column for column in table.columns if isinstance(column.type, String | JSON)]
        count = connection.scalar(select(func.count()).select_from(table)) or 0
        looked.append(Looked(table=table.name, columns=tuple(map(_name, columns)), rows=count))
        left += _left(connection, table, columns, key)
    return Search(looked=tuple(looked), left=tuple(left))


def _name(column: Column[object]) -> str:
    return column.name


def _left(
    connection: Connection, table: Table, columns: list[Column[object]], key: str
) -> Iterator[Leftover]:
    if not columns:
        return
    needles = {key, quote(key, safe="").lower()}
    texts = [func.lower(cast(column, Text)) for column in columns]
    could = [text.contains(one, autoescape=True) for text in texts for one in needles]
    rows = connection.execute(select(*texts).select_from(table).where(or_(*could)))
    named = re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, needles))}){_AFTER}")
    found: Counter[str] = Counter()
    for row in rows:
        found.update(_naming(columns, row, key, named))
    for column in columns:
        if found[column.name]:
            yield Leftover(table=table.name, column=column.name, rows=found[column.name])


def _naming(
    columns: Iterable[Column[object]], row: Iterable[str | None], key: str, named: re.Pattern[str]
) -> Iterator[str]:
    for column, text in zip(columns, row, strict=True):
        whole = column.name in _WHOLE
        if text == key if whole else named.search(text or ""):
            yield column.name
