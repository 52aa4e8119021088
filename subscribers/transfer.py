"""How do readers come from a CSV file and go into one?

A file adds people and changes nobody: who is on the list keeps what they have, who has left or is
suppressed stays away, and every row is answered for. All of a file is imported in one transaction,
or nothing; reading and checking it needs none that others would wait for.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection

from subscribers import lists, staging
from subscribers.cells import guard
from subscribers.columns import EXPORTED, Columns, read_header, read_row
from subscribers.consent import address_hash
from subscribers.database import to_json
from subscribers.errors import AddressError
from subscribers.model import Evidence, Recipient, Verdict
from subscribers.sheets import open_sheet
from subscribers.staging import Admission, StagedRow, staged
from subscribers.texts import one_line

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row."""

    line: int
    """Counted from 1, the header's."""
    address: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What became of a file."""

    file: str
    list: str
    consent: str
    """Where the people agreed; empty: the accepted wait for their own confirmation."""
    accepted: int
    already_there: int
    suppressed: int
    unsubscribed: int
    invalid: int


Tell = Callable[[RowReport], None]


def import_readers(
    connection: Connection,
    path: Path,
    *,
    secret_key: bytes,
    list_name: str,
    now: datetime,
    consent: str = "",
    language: str = "fr",
    tell: Tell = lambda _row: None,
) -> ImportReport:
    """Import a CSV file's people into a list in one transaction, the caller's.

    That locks SQLite as long as the file is read: the steps below, in transactions of their own,
    do it for large ones. `language` is that of people whose row names none.

    Raises:
        TransferError: the file can't be read to its end; the caller must roll back.
        UnknownList: no list has that name.
    """
    lists.find(connection, list_name)
    with staged(connection):
        stage_file(connection, path, secret_key=secret_key, language=language)
        admit_file(
            connection, path, secret_key=secret_key, list_name=list_name, now=now, consent=consent
        )
        return report_file(connection, path, list_name=list_name, consent=consent, tell=tell)


def stage_file(
    connection: Connection, path: Path, *, secret_key: bytes, language: str = "fr"
) -> None:
    """Read and check a file, row by row, into the temporary table (staging.staged).

    Raises:
        TransferError: the file can't be read to its end.
    """
    with open_sheet(path) as sheet:
        columns = read_header(sheet.name, sheet.header)
        rows = (_stage_row(secret_key, columns, *row, language) for row in sheet.rows)
        while chunk := list(islice(rows, _CHUNK)):
            staging.stage(connection, chunk)
    staging.mark_repeated(connection)


def admit_file(
    connection: Connection,
    path: Path,
    *,
    secret_key: bytes,
    list_name: str,
    now: datetime,
    consent: str = "",
) -> None:
    """Put the staged people on a list.

    `consent` says where they agreed: with it they are mailed from now on, without it they wait as
    pending.

    Raises:
        UnknownList: no list has that name.
    """
    admission = Admission(
        secret_key=secret_key,
        list_id=lists.find(connection, list_name).id,
        list_name=list_name,
        evidence=Evidence(origin=f"import {one_line(path.name)}", wording=one_line(consent)),
        now=now,
    )
    staging.admit_staged(connection, admission)


def try_file(connection: Connection, *, list_name: str, consent: str = "") -> None:
    """Judge the staged people and put nobody on a list; it need not be there yet."""
    staging.judge(connection, list_name, consent=bool(one_line(consent)))


def report_file(
    connection: Connection, path: Path, *, list_name: str, consent: str, tell: Tell
) -> ImportReport:
    """Say what became of the staged; `tell` hears of every row, in the file's order."""
    counts: Counter[Verdict] = Counter()
    for row in staging.verdicts(connection):
        verdict = Verdict(row.verdict)
        counts[verdict] += 1
        reason = row.reason if row.first is None else f"the same as line {row.first}"
        tell(RowReport(row.line, row.address, verdict, reason))
    return ImportReport(
        file=one_line(path.name),
        list=list_name,
        consent=one_line(consent),
        **{verdict.name.lower(): counts[verdict] for verdict in Verdict},
    )


def export_readers(connection: Connection, list_name: str, file: TextIO) -> int:
    """Write all who are mailed on a list as CSV, in the shape that is imported; give their number.

    Raises:
        UnknownList: no list has that name.
    """
    fields = _field_names(connection, list_name)
    writer = csv.writer(file)
    writer.writerow([*EXPORTED, *map(guard, fields)])
    count = 0
    for reader in lists.readers(connection, list_name):
        writer.writerow(map(guard, _cells(reader, fields)))
        count += 1
    return count


def _stage_row(
    secret_key: bytes, columns: Columns, line: int, cells: list[str], language: str
) -> StagedRow:
    try:
        one = read_row(columns, cells, language)
    except (AddressError, ValueError) as failure:
        return _invalid(columns, line, cells, str(failure))
    key = one.address.key
    return (
        line,
        one.address.text,
        key,
        address_hash(secret_key, key),
        one.name,
        one.language,
        to_json(one.themes) if one.themes else "[]",
        to_json(one.fields) if one.fields else "{}",
        Verdict.ACCEPTED.value,
        "",
        None,
    )


def _invalid(columns: Columns, line: int, cells: list[str], reason: str) -> StagedRow:
    address = cells[columns.address] if columns.address < len(cells) else ""
    shown = one_line(address[:80])
    return (line, shown, None, "", "", "", "[]", "{}", Verdict.INVALID.value, reason, None)


def _field_names(connection: Connection, list_name: str) -> list[str]:
    names: set[str] = set()
    for reader in lists.readers(connection, list_name):
        names.update(reader.fields)
    return sorted(names)


def _cells(reader: Recipient, fields: list[str]) -> Iterator[str]:
    yield from (reader.address, reader.name, reader.language, " ".join(reader.themes))
    for name in fields:
        yield reader.fields.get(name, "")
