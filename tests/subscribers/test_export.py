"""Readers in a file and back: the same as before, and nothing in a cell that a program runs."""

import csv
import io
import os
from datetime import datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from subscribers import lists, subscriptions, tables, transfer
from subscribers.cells import guard, unguard
from subscribers.database import Database
from subscribers.errors import AddressError
from subscribers.model import Recipient
from subscribers.seats import Profile
from subscribers.texts import one_line
from tests.subscribers.conftest import AWA, KEY, load, people, wrote


def test_formulas_leave_as_text_and_come_back_as_they_were(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    path = wrote(tmp_path, "email,name,=city\n+awa@example.org,=cmd|' /C calc'!A0,'-1\n")
    load(connection, path, now)
    out = io.StringIO()
    assert transfer.export_readers(connection, "hebdo", out) == 1
    header, row = csv.reader(io.StringIO(out.getvalue()))
    assert header[-1] == "'=city"
    assert row[0] == "'+awa@example.org"
    assert row[1] == "'=cmd|' /C calc'!A0"
    assert row[-1] == "'-1"


@given(st.one_of(st.text(), st.text("=+-@;'\"\ta")))
def test_a_guarded_cell_is_no_formula_and_reads_as_it_was(text: str) -> None:
    cell = guard(text)
    for piece in cell.split(";"):  # where a French Excel cuts
        assert not piece.strip('"').startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard(cell) == text


def test_a_name_cannot_hide_a_formula_behind_a_semicolon(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    name = """Awa;=cmd|' /C calc'!A0;"=1+1\""""
    doubled = name.replace('"', '""')
    load(connection, wrote(tmp_path, f'email,name\n{AWA},"{doubled}"\n'), now)
    out = io.StringIO()
    transfer.export_readers(connection, "hebdo", out)
    cells = out.getvalue().replace('"', "").splitlines()[1].split(";")
    assert [cell[:2] for cell in cells[1:]] == ["'=", "'="]
    assert [reader.name for reader in people(connection)] == [name]


@given(st.text())
def test_one_line_is_one_line_for_good(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert "\x00" not in line
    assert one_line(line) == line


words = st.text(max_size=30).map(one_line)

values = st.one_of(words, st.sampled_from(["=1+1", "'=x", "''-", '"', ",;\t", "-", "@a", "'", "é"]))

names = st.sampled_from(["ville", "nom", "adresse", "=dde", "'x", "Société, pays", 'a "b"', "+33"])

sample_readers = st.lists(
    st.tuples(
        st.emails(),
        values.map(one_line),
        st.sampled_from(["fr", "en", "ar"]),
        st.dictionaries(names, values, max_size=3),
    ),
    max_size=8,
    unique_by=lambda reader: reader[0].lower(),
)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(sample_readers)
def test_what_is_exported_is_imported_as_it_was(
    database: Database,
    now: datetime,
    tmp_path: Path,
    readers: list[tuple[str, str, str, dict[str, str]]],
) -> None:
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
        for address, name, language, fields in readers:
            enrol(connection, now, address, Profile(name=name, language=language, fields=fields))
        before = people(connection)
        path = tmp_path / f"out{os.getpid()}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            transfer.export_readers(connection, "hebdo", file)
        for table in (tables.consents, tables.subscriptions, tables.subscribers):
            connection.execute(table.delete())
        report, rows = load(connection, path, now)
        assert report.accepted == len(before), rows
        assert [values_of(reader) for reader in people(connection)] == [
            values_of(reader) for reader in before
        ]
        connection.rollback()


def enrol(connection: Connection, now: datetime, address: str, profile: Profile) -> None:
    try:
        subscriptions.add(
            connection,
            secret_key=KEY,
            address=address,
            list_name="hebdo",
            now=now,
            consent="fair",
            profile=profile,
        )
    except AddressError:
        return


def values_of(reader: Recipient) -> tuple[str, str, str, dict[str, str]]:
    filled = {name: value for name, value in reader.fields.items() if value}
    return reader.address, reader.name, reader.language, filled
