"""Readers in a file and back: the same as before, and nothing in a cell that a program runs."""

import csv
import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from subscribers import exporting, lists, subscriptions, tables
from subscribers.cells import guard, unguard
from subscribers.database import Database
from subscribers.errors import AddressError
from subscribers.model import Cadence, Recipient, SubscriptionState
from subscribers.seats import Profile
from subscribers.texts import one_line
from tests.subscribers.conftest import AWA, KEY, ban, id_of, join, load, people, wrote


def test_formulas_leave_as_text_and_come_back_as_they_were(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    path = wrote(tmp_path, "email,name,=city\n+awa@example.org,=cmd|' /C calc'!A0,'-1\n")
    load(connection, path, now)
    out = io.StringIO()
    assert exporting.export_readers(connection, "hebdo", out) == 1
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
    exporting.export_readers(connection, "hebdo", out)
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
    max_size=5,
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
            exporting.export_readers(connection, "hebdo", file)
        for table in (tables.consents, tables.subscriptions, tables.subscribers):
            connection.execute(table.delete())
        report, rows = load(connection, path, now)
        assert (report.program, report.accepted) == ("digest", len(before)), rows
        assert [values_of(reader) for reader in people(connection)] == [
            values_of(reader) for reader in before
        ]
        connection.rollback()


states = st.sampled_from([one.value for one in SubscriptionState])
START, END = (datetime.fromisoformat(day) for day in ("2020-01-01", "2026-11-01"))
moments = st.datetimes(START, END, timezones=st.just(UTC))

sample_places = st.lists(
    st.fixed_dictionaries(
        {
            "cadence": st.sampled_from([one.value for one in Cadence]),
            "paused_until": st.none() | moments,
            "confirmed_at": moments,
            "tracking": st.booleans(),
            "themes": st.lists(st.sampled_from(["mali", "onu", "niger"]), unique=True),
            "state": states,
            "banned": st.booleans(),
        }
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(sample_places)
def test_choices_dates_and_states_come_back_and_nobody_who_left_does(
    database: Database, now: datetime, tmp_path: Path, places: list[dict[str, Any]]
) -> None:
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
        for number, place in enumerate(places):
            put(connection, now, f"r{number}@example.org", place)
        before = everybody(connection)
        path = tmp_path / f"all{os.getpid()}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            exporting.export_readers(connection, "hebdo", file, SubscriptionState)
        for table in (tables.consents, tables.suppressions):
            connection.execute(table.delete())
        for table in (tables.subscriptions, tables.subscribers):
            connection.execute(table.delete())
        load(connection, path, now)
        here = [one for one in before if not one.pop("banned") and one["state"] != "unsubscribed"]
        assert [one | {"banned": None} for one in here] == everybody(connection)
        gone = {f"r{n}@example.org" for n in range(len(places))} - {one["address"] for one in here}
        _, again = load(connection, path, now)
        refused = {"unsubscribed", "suppressed"}
        assert {row.address for row in again if row.verdict in refused} == gone
        connection.rollback()


def put(connection: Connection, now: datetime, address: str, place: dict[str, Any]) -> None:
    join(connection, now, address)
    if place["banned"]:
        ban(connection, now, address)
    id_ = id_of(connection, address)
    person = {name: place[name] for name in ("tracking", "themes")}
    people_ = tables.subscribers
    connection.execute(people_.update().where(people_.c.id == id_).values(person))
    waits = place["state"] == SubscriptionState.PENDING
    seat = {name: place[name] for name in ("cadence", "paused_until", "state")}
    seat["confirmed_at"] = None if waits else place["confirmed_at"]
    places_ = tables.subscriptions
    connection.execute(places_.update().where(places_.c.subscriber_id == id_).values(seat))


def everybody(connection: Connection) -> list[dict[str, Any]]:
    list_id = lists.find(connection, "hebdo").id
    with_all = (
        row._mapping for row in exporting._readers(connection, list_id, tuple(SubscriptionState))
    )
    return sorted((dict(row) for row in with_all), key=lambda row: str(row["address"]))


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
