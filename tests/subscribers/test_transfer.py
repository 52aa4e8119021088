"""Readers from a file and back: what each row becomes, and that nothing is half done."""

import csv
import io
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from subscribers import lists, subscriptions, suppressions, tables, transfer
from subscribers.cells import guard, unguard
from subscribers.database import Database
from subscribers.errors import AddressError, TransferError, UnknownList
from subscribers.model import Recipient, SubscriptionState, SuppressionReason
from subscribers.people import forget, held
from subscribers.seats import Profile
from subscribers.sheets import _LONGEST_LINE
from subscribers.texts import one_line
from tests.subscribers.conftest import AWA, FORM, KEY, actions_of, join, leave, state_of

Rows = list[transfer.RowReport]


def load(
    connection: Connection, path: Path, now: datetime, consent: str = "fair"
) -> tuple[transfer.ImportReport, Rows]:
    rows: Rows = []
    report = transfer.import_readers(
        connection,
        path,
        secret_key=KEY,
        list_name="hebdo",
        now=now,
        consent=consent,
        tell=rows.append,
    )
    return report, rows


def wrote(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "readers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def people(connection: Connection) -> list[Recipient]:
    return list(lists.readers(connection, "hebdo"))


def in_short(rows: Rows) -> list[tuple[int, str]]:
    return [(row.line, row.verdict.value) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_of_every_program_say_the_same(
    connection: Connection, now: datetime, tmp_path: Path, style: tuple[str, str, str]
) -> None:
    encoding, delimiter, end = style
    lines = ["Courriel|Nom|Langue|Ville", "awa@example.org|Aïssata Diop|Français|Ségou"]
    text = end.join(lines).replace("|", delimiter) + end
    load(connection, wrote(tmp_path, text, encoding), now)
    [reader] = people(connection)
    assert (reader.name, reader.language, reader.fields) == (
        "Aïssata Diop",
        "fr",
        {"Ville": "Ségou"},
    )


@pytest.fixture
def style(encoding: str, delimiter: str, end: str) -> tuple[str, str, str]:
    return encoding, delimiter, end


@pytest.mark.parametrize(
    ("header", "row", "name", "fields"),
    [
        ("E-mail,NAME", "awa@example.org,Awa", "Awa", {}),
        ("Adresse électronique,Prénom,Nom", "awa@example.org,Awa,Diop", "Awa Diop", {}),
        ("adresse,nom", "awa@example.org,Diop", "Diop", {}),
        ("email,adresse", "awa@example.org,1 rue X", "", {"adresse": "1 rue X"}),
        ("name,nom,email", "Awa Diop,Diop,awa@example.org", "Awa Diop", {"nom": "Diop"}),
        (
            '"Email","Full Name","Company, Ltd"',
            'awa@example.org,"Diop, Awa",X',
            "Diop, Awa",
            {"Company, Ltd": "X"},
        ),
        ("Email,,", "awa@example.org,,", "", {}),
    ],
)
def test_headers_are_understood(
    connection: Connection, now: datetime, tmp_path: Path, case: Sequence[object]
) -> None:
    header, row, name, fields = case
    load(connection, wrote(tmp_path, f"{header}\n{row}\n"), now)
    [reader] = people(connection)
    assert (reader.name, reader.fields) == (name, fields)


@pytest.fixture
def case(header: str, row: str, name: str, fields: dict[str, str]) -> Sequence[object]:
    return header, row, name, fields


def test_every_row_is_answered_for_with_its_line(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    for name in ("there", "left", "gone"):
        join(connection, now, f"{name}@example.org")
    leave(connection, now, "left@example.org")
    forget(connection, secret_key=KEY, address="gone@example.org", origin="cli", now=now)
    ban(connection, "banned@example.org", now)
    lines = [
        "email,name,city",
        "new@example.org,New,Bamako",
        "there@example.org,There,",
        'left@example.org,"Left\r\nin two lines",',
        "banned@example.org,Banned,",
        "gone@example.org,Gone,",
        "",
        "not an address,X,",
        "NEW@example.org,Again,",
        "wide@example.org,X,Y,too much",
        "narrow@example.org",
        f"long@example.org,{'x' * 201},",
        "banned@example.org,Again,",
    ]
    report, rows = load(connection, wrote(tmp_path, "\n".join(lines)), now)
    assert in_short(rows) == [
        (2, "accepted"),
        (3, "already there"),
        (4, "unsubscribed"),
        (6, "suppressed"),
        (7, "unsubscribed"),
        (9, "invalid"),
        (10, "already there"),
        (11, "invalid"),
        (12, "accepted"),
        (13, "invalid"),
        (14, "suppressed"),
    ]
    reasons = {row.line: row.reason for row in rows}
    assert "'not an address' has no @" in reasons[9]
    assert reasons[10] == "the same as line 2"
    assert reasons[11] == "4 cells where the first line has 3"
    assert "longer than 200" in reasons[13]
    assert (report.accepted, report.already_there, report.invalid) == (2, 2, 3)
    assert (report.suppressed, report.unsubscribed) == (2, 2)
    there = {"there@example.org", "new@example.org", "narrow@example.org"}
    assert {reader.address for reader in people(connection)} == there


def ban(connection: Connection, address: str, now: datetime) -> None:
    suppressions.suppress(
        connection,
        secret_key=KEY,
        address=address,
        reason=SuppressionReason.COMPLAINT,
        origin="test",
        now=now,
    )


@pytest.mark.parametrize(
    ("consent", "state"),
    [("fair", SubscriptionState.CONFIRMED), (" \n ", SubscriptionState.PENDING)],
)
def test_without_words_of_consent_the_imported_wait(
    connection: Connection, now: datetime, tmp_path: Path, state: SubscriptionState, consent: str
) -> None:
    load(connection, wrote(tmp_path, f"email\n{AWA}\n"), now, consent)
    assert state_of(connection) is state
    [proof] = held(connection, secret_key=KEY, address=AWA).consents
    assert (proof.action, proof.origin) == ("imported", "import readers.csv")
    assert proof.wording == consent.strip()


def test_importing_again_with_consent_confirms_who_waited(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    path = wrote(tmp_path, f"email\n{AWA}\n")
    load(connection, path, now, "")
    assert in_short(load(connection, path, now, "")[1]) == [(2, "already there")]
    assert in_short(load(connection, path, now, "fair")[1]) == [(2, "accepted")]
    assert state_of(connection) is SubscriptionState.CONFIRMED


def test_who_left_and_asked_again_is_confirmed_by_no_file(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    join(connection, now)
    leave(connection, now)
    subscriptions.subscribe(
        connection, secret_key=KEY, address=AWA, list_name="hebdo", evidence=FORM, now=now
    )
    load(connection, wrote(tmp_path, f"email\n{AWA}\n"), now)
    assert state_of(connection) is SubscriptionState.PENDING
    assert actions_of(connection)[-1] == "asked"


def test_a_file_changes_nothing_that_a_reader_has(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    subscriptions.add(
        connection,
        secret_key=KEY,
        address=AWA,
        list_name="hebdo",
        now=now,
        consent="phone",
        profile=Profile(name="Awa", language="en"),
    )
    load(connection, wrote(tmp_path, f"email,name,language\n{AWA},Other,fr\n"), now)
    [reader] = people(connection)
    assert (reader.name, reader.language) == ("Awa", "en")


def test_a_reader_of_one_list_joins_another_as_the_same_person(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    lists.create(connection, "mensuel", "Le mensuel", now)
    subscriptions.add(
        connection, secret_key=KEY, address=AWA, list_name="mensuel", now=now, consent="fair"
    )
    assert load(connection, wrote(tmp_path, f"email\n{AWA}\n"), now)[0].accepted == 1
    assert connection.scalar(select(func.count()).select_from(tables.subscribers)) == 1


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no column is called email"),
        (b"name,city\nAwa,Bamako\n", "no column is called email"),
        (b"awa@example.org\nbob@example.org\n", "no column is called email"),
        (b"email,courriel\na,b\n", "mean the same"),
        (b"email,city,city\na,b,c\n", "two columns are called 'city'"),
        (b'email,name\na@example.org,"Awa\nb@example.org,Bob\n', "readers.csv:2: .*quotation mark"),
        (b'email,name\na@example.org,"Awa" Diop\n', "readers.csv:2: .*quotation mark"),
        (b"email,name\na@example.org," + b"x" * _LONGEST_LINE + b"\n", "a line of more than"),
        (b"email," + b"x" * _LONGEST_LINE + b"\na@example.org,X\n", "a line of more than"),
        (b"email,name\na@example.org," + b"x" * 140_000 + b"\n", "readers.csv:2: "),
        (
            "email,name\na@example.org,Aïssata\n".encode() + b"b@example.org,\xe9\n",
            "csv:3: not UTF-8",
        ),
        (b"email,name\na@example.org,\x81\n", "neither in UTF-8 nor in Windows-1252"),
        (b"email," + b",".join(b"f%d" % n for n in range(60)), "more than 50 columns"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_leaves_nothing(
    database: Database, now: datetime, tmp_path: Path, broken: tuple[bytes, str]
) -> None:
    content, what = broken
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
    with pytest.raises(TransferError, match=what), database.write() as connection:
        load(connection, wrote(tmp_path, content), now)
    with database.write() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.subscribers)) == 0
        load(connection, wrote(tmp_path, f"email\n{AWA}\n"), now)


@pytest.fixture
def broken(content: bytes, what: str) -> tuple[bytes, str]:
    return content, what


def test_a_file_broken_after_many_good_rows_is_imported_not_at_all(
    database: Database, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_CHUNK", 3)
    rows = "".join(f"r{n}@example.org,X\n" for n in range(10))
    path = wrote(tmp_path, f'email,name\n{rows}last@example.org,"open\n')
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
    with pytest.raises(TransferError, match="csv:12: "), database.write() as connection:
        load(connection, path, now)
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.subscribers)) == 0
        assert connection.scalar(select(func.count()).select_from(tables.consents)) == 0


def test_chunks_meet_each_others_rows(
    connection: Connection, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_CHUNK", 2)
    rows = "".join(f"r{n % 5}@example.org\n" for n in range(10))
    report, told = load(connection, wrote(tmp_path, f"email\n{rows}"), now)
    assert (report.accepted, report.already_there) == (5, 5)
    assert told[9].reason == "the same as line 6"


def test_missing_files_and_lists_are_told_apart(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    with pytest.raises(TransferError, match="No such file"):
        load(connection, tmp_path / "none.csv", now)
    for no_file in (tmp_path, Path("/dev/null")):
        with pytest.raises(TransferError, match="can't be read"):
            load(connection, no_file, now)
    with pytest.raises(UnknownList):
        transfer.import_readers(
            connection, tmp_path / "x", secret_key=KEY, list_name="none", now=now
        )


def test_hostile_cells_become_harmless_text(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    name = "Awa\r\nBcc: all@example.org\x00\x1b[31m \u202egnp"
    path = wrote(tmp_path, f'email,name\n{AWA},"{name}"\n')
    load(connection, path, now)
    [reader] = people(connection)
    assert reader.name == "Awa Bcc: all@example.org[31m gnp"


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
