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
_TYPES = {
    "postgresql": {"json": "json", "moment": "timestamptz"},
    "sqlite": {"json": "text", "moment": "text"},
}
_LONG_AGO = "'2026-01-01 00:00:00'"
_PLAIN = {
    "language": "'fr'",
    "themes": "'[]'",
    "tracking": "false",
    "cadence": "'every'",
    "paused": "NULL",
}
_MIXED = {
    "language": "CASE WHEN n % 7 = 0 THEN 'en' WHEN n % 101 = 0 THEN 'ar' ELSE 'fr' END",
    "themes": (
        """CASE n % 12 WHEN 0 THEN '["diplomacy"]' WHEN 1 THEN '["sahel-security"]'"""
        """ WHEN 2 THEN '["sahel-security", "diplomacy"]' ELSE '[]' END"""
    ),
    "tracking": "n % 5 = 0",
    "cadence": "CASE n % 10 WHEN 3 THEN 'monthly' ELSE 'every' END",
    "paused": "CASE n % 41 WHEN 0 THEN '2099-01-01 00:00:00' END",
}
"""A sixth reads another language, a quarter chose themes, a tenth wants a month's best."""


def fill(database: Database, readers: int, *, mixed: bool = False) -> None:
    """Put readers 1 to `readers` on the list `hebdo`, confirmed; `mixed`: more than half chose."""
    wishes = _MIXED if mixed else _PLAIN
    with database.write() as connection:
        _do(connection, _LIST, readers, wishes)
        _do(connection, _PEOPLE, readers, wishes)
        _do(connection, _PLACES, readers, wishes)
        _do(connection, "ANALYZE", readers, wishes)


_ADDRESS = "'reader' || n || '@readers.example'"
_LIST = f"INSERT INTO lists (id, name, title, created_at) VALUES (1, 'hebdo', 'Hebdo', {_LONG_AGO})"
_PEOPLE = (
    "INSERT INTO subscribers (id, address, address_key, address_hash, name, language, themes,"
    " tracking, fields, created_at, changed_at)"
    f" SELECT n, {_ADDRESS}, {_ADDRESS}, {{hashed}}, 'Aïssata', {{language}},"
    " CAST({themes} AS {json}), {tracking}, '{{}}',"
    f" {_LONG_AGO}, {_LONG_AGO} FROM ({{numbers}}) AS numbers"
)
_PLACES = (
    "INSERT INTO subscriptions (subscriber_id, list_id, state, asked_at, cadence, paused_until)"
    f" SELECT n, 1, 'confirmed', {_LONG_AGO}, {{cadence}},"
    " CAST({paused} AS {moment}) FROM ({numbers}) AS numbers"
)


def _do(connection: Connection, statement: str, readers: int, wishes: dict[str, str]) -> None:
    kind = connection.dialect.name
    given = {"numbers": _NUMBERS[kind].format(count=readers), "hashed": _HASHES[kind]}
    spelt = statement.format(**given, **wishes, **_TYPES[kind])
    connection.execute(text(spelt.replace(":", "\\:")))
