"""How is a row written that may be there already? By statements that both databases know."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from subscribers.many import execute_many


def insert_if_absent(connection: Connection, table: Table, **values: Any) -> bool:  # noqa: ANN401
    """Insert a row unless one of its unique keys is taken; say whether it was inserted."""
    statement = inserting(connection, table).values(**values).on_conflict_do_nothing()
    counted = {"preserve_rowcount": True}  # psycopg's count of inserted rows is lost without it
    return connection.execute(statement, execution_options=counted).rowcount == 1


def put(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    lasting: Collection[str] = (),
) -> None:
    """Insert rows; each takes the place of the one that has its primary key, but for what is
    `lasting`: the columns of which the first value stays.
    """
    if rows:
        news = tuple(name for name in rows[0] if name not in lasting)
        execute_many(connection, _putting(connection.dialect.name, table, news), rows)


@lru_cache(maxsize=64)
def _putting(kind: str, table: Table, news: tuple[str, ...]) -> Any:  # noqa: ANN401 - of two dialects
    """Write the statement once: that takes longer than to execute it for a row."""
    statement = _inserting(kind, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: statement.excluded[name] for name in news},
    )


def inserting(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - of two dialects
    """Begin an INSERT that can say what becomes of a row whose key is taken."""
    return _inserting(connection.dialect.name, table)


def _inserting(kind: str, table: Table) -> Any:  # noqa: ANN401
    dialect = postgresql if kind == "postgresql" else sqlite
    return dialect.insert(table)
