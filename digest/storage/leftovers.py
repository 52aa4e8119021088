"""Does an erased person's address still stand anywhere? Every text of every table is looked at.

Only what the newsroom itself publishes is left alone: an article may name anybody, and who was
mailed it is not in it.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    String,
    Table,
    Text,
    cast,
    func,
    or_,
    select,
    update,
)

from digest.storage.whole import TABLES

PUBLISHED = frozenset(
    {
        "sources",
        "entries",
        "articles",
        "twins",
        "article_versions",
        "theme_scores",
        "stories",
        "story_articles",
        "ties",
        "issues",
        "issue_versions",
        "editions",
    }
)
"""What holds the words of the newsroom and its sources, which are about whom they are about."""
_IN_HAND = frozenset({"notices.address", "notices.details"})
"""What a worker mails by at this moment, perhaps: it is blanked when that has ended."""
_ALONE = frozenset({"address", "address_key"})
"""Columns that hold one address and nothing else: `o'neil@x.org` is never `neil@x.org` there."""
_ASCII = re.compile(r"[\x21-\x7e]+")
_BLOT = "…@…"


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where an address was looked for, and where it stands."""

    tables: int
    columns: int
    rows: int
    found: tuple[str, ...]
    """`table.column`, each once."""


def look_for(connection: Connection, key: str) -> Search:
    """Look for an address's key in every text and JSON column that is not of what is published."""
    known = list(_searched())
    found = {
        f"{table.name}.{column.name}"
        for table, columns in known
        for row in _suspects(connection, table, columns, key)
        for column in columns
        if _names(column, row[column.name], key)
    }
    rows = [connection.scalar(select(func.count()).select_from(table)) or 0 for table, _ in known]
    return Search(
        tables=len(known),
        columns=sum(len(columns) for _, columns in known),
        rows=sum(rows),
        found=tuple(sorted(found)),
    )


def blot_out(connection: Connection, key: str, found: Collection[str]) -> int:
    """Take an address out of what others wrote, a provider's answer say; give in how many rows.

    `found` is where it stands, as look_for says it: nothing else is read.
    """
    changed = 0
    for table, every in _searched():
        columns = [column for column in every if f"{column}" in found]
        for row in _suspects(connection, table, columns, key) if columns else ():
            values = {
                column.name: _blotted(row[column.name], key, column)
                for column in columns
                if _names(column, row[column.name], key) and f"{column}" not in _IN_HAND
            }
            if values:
                mine = (column == row[column.name] for column in table.primary_key)
                connection.execute(update(table).where(*mine).values(values))
                changed += 1
    return changed


def stands_in(value: object, key: str) -> bool:
    """Say whether an address, and not only a longer one that ends in it, stands in a value."""
    return value is not None and _whole(key).search(_text(value)) is not None


def _names(column: Column[Any], value: Any, key: str) -> bool:  # noqa: ANN401 - any column's
    if column.name in _ALONE:
        return bool(value) and value.lower() == key
    return stands_in(value, key)


def _searched() -> Iterator[tuple[Table, list[Column[Any]]]]:
    for table in TABLES:
        columns = [column for column in table.columns if isinstance(column.type, (String, JSON))]
        if columns and table.name not in PUBLISHED:
            yield table, columns


def _suspects(
    connection: Connection, table: Table, columns: list[Column[Any]], key: str
) -> list[dict[str, Any]]:
    """Give the rows that may hold the key: databases fold no capitals but those of A to Z."""
    sure = max(_ASCII.findall(key), key=len, default="")
    texts = (func.lower(cast(column, Text)) for column in columns)
    rows = connection.execute(
        select(table).where(or_(*(text.contains(sure, autoescape=True) for text in texts)))
    )
    return [dict(row) for row in rows.mappings()]


def _blotted(value: object, key: str, column: Column[Any]) -> object:
    plain = _whole(key).sub(_BLOT, _text(value))
    return orjson.loads(plain) if isinstance(column.type, JSON) else plain


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _whole(key: str) -> re.Pattern[str]:
    """Match an address that nothing goes on before or after: `a@x.org` is none of `ba@x.org`.

    In JSON a line break before it is written with a letter, which is none of the address.
    """
    before = r"(?:(?<![\w.+-])|(?<=\\[bfnrt]))"
    return re.compile(rf"{before}{re.escape(key)}(?![\w-]|\.\w)", re.IGNORECASE)
