"""Which files of readers are understood, and what is said of those that are not."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from subscribers import lists, tables, transfer
from subscribers.database import Database
from subscribers.errors import TransferError, UnknownList
from subscribers.sheets import _LONGEST_LINE
from tests.subscribers.conftest import AWA, KEY, load, people, wrote


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
