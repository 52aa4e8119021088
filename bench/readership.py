"""A list of a million readers, made by the database itself: nothing else is measured by it."""

from sqlalchemy import Connection, text

from subscribers.database import Database

_NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(1, {count}) AS n",
    "sqlite": (
        "WITH RECURSIVE counted(n) AS"
        " (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count})"
        " SELECT n FROM counted"
    ),
}
_HASHES = {
    "postgresql": "md5(n::text) || md5((n + 1)::text)",
    "sqlite": "printf('%064x', n * 2654435761)",
}
_LONG_AGO = "'2026-01-01 00:00:00'"


def fill(database: Database, readers: int) -> None:
    """Put readers 1 to `readers` on the list `hebdo`, confirmed."""
    with database.write() as connection:
        _do(connection, _LIST, readers)
        _do(connection, _PEOPLE, readers)
        _do(connection, _PLACES, readers)
        _do(connection, "ANALYZE", readers)


_ADDRESS = "'reader' || n || '@readers.example'"
_LIST = f"INSERT INTO lists (id, name, title, created_at) VALUES (1, 'hebdo', 'Hebdo', {_LONG_AGO})"
_PEOPLE = (
    "INSERT INTO subscribers (id, address, address_key, address_hash, name, language, themes,"
    " tracking, fields, created_at, changed_at)"
    f" SELECT n, {_ADDRESS}, {_ADDRESS}, {{hashed}}, 'Aïssata', 'fr', '[]', false, '{{{{}}}}',"
    f" {_LONG_AGO}, {_LONG_AGO} FROM ({{numbers}}) AS numbers"
)
_PLACES = (
    "INSERT INTO subscriptions (subscriber_id, list_id, state, asked_at, cadence)"
    f" SELECT n, 1, 'confirmed', {_LONG_AGO}, 'every' FROM ({{numbers}}) AS numbers"
)


def _do(connection: Connection, statement: str, readers: int) -> None:
    kind = connection.dialect.name
    numbers = _NUMBERS[kind].format(count=readers)
    connection.execute(
        text(statement.format(numbers=numbers, hashed=_HASHES[kind]).replace("::", "\\:\\:"))
    )
