"""How do readers come from a CSV file and go into one?

A file adds people and changes nobody: who is on the list keeps what they have, who has left or is
suppressed stays away, and every row is answered for. All of a file is imported in the caller's
transaction, or nothing.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection

from subscribers import lists
from subscribers.cells import guard
from subscribers.columns import EXPORTED, Candidate, Columns, read_header, read_row
from subscribers.consent import address_hash
from subscribers.database import to_json
from subscribers.errors import AddressError
from subscribers.model import Evidence, Recipient, Verdict
from subscribers.sheets import open_sheet
from subscribers.staging import Admission, admit_rows, staged
from subscribers.texts import one_line

_CHUNK = 10_000


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
    """Import a CSV file's people into a list; `tell` hears of every row, in the file's order.

    `consent` says where they agreed: with it they are mailed from now on, without it they wait as
    pending. `language` is that of people whose row names none.

    Raises:
        TransferError: the file can't be read to its end; the caller must roll back.
        UnknownList: no list has that name.
    """
    mailing_list = lists.find(connection, list_name)
    consent = one_line(consent)
    admission = Admission(
        secret_key=secret_key,
        list_id=mailing_list.id,
        list_name=list_name,
        evidence=Evidence(origin=f"import {path.name}", wording=consent),
        now=now,
    )
    counts: Counter[Verdict] = Counter()
    with open_sheet(path) as sheet, staged(connection):
        columns = read_header(sheet.name, sheet.header)
        while chunk := list(islice(sheet.rows, _CHUNK)):
            rows = _import_chunk(connection, admission, columns, chunk, language)
            for row in sorted(rows, key=attrgetter("line")):
                counts[row.verdict] += 1
                tell(row)
    tally = {verdict.name.lower(): counts[verdict] for verdict in Verdict}
    return ImportReport(file=path.name, list=list_name, consent=consent, **tally)


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


def _import_chunk(
    connection: Connection,
    admission: Admission,
    columns: Columns,
    chunk: list[tuple[int, list[str]]],
    language: str,
) -> Iterator[RowReport]:
    first: dict[str, Candidate] = {}
    again: list[tuple[Candidate, Candidate]] = []
    for line, cells in chunk:
        try:
            candidate = read_row(columns, line, cells, language)
        except (AddressError, ValueError) as failure:
            yield _invalid(columns, line, cells, str(failure))
            continue
        known = first.setdefault(candidate.address.key, candidate)
        if known is not candidate:
            again.append((candidate, known))
    rows = [_stage_row(admission.secret_key, candidate) for candidate in first.values()]
    refused = admit_rows(connection, admission, rows) if rows else {}
    for candidate in first.values():
        verdict = refused.get(candidate.line, Verdict.ACCEPTED)
        yield RowReport(candidate.line, candidate.address.text, verdict)
    for candidate, known in again:
        verdict = refused.get(known.line, Verdict.ALREADY_THERE)
        reason = f"the same as line {known.line}"
        yield RowReport(candidate.line, candidate.address.text, verdict, reason)


def _stage_row(secret_key: bytes, candidate: Candidate) -> dict[str, Any]:
    return {
        "line": candidate.line,
        "address": candidate.address.text,
        "address_key": candidate.address.key,
        "address_hash": address_hash(secret_key, candidate.address.key),
        "name": candidate.name,
        "language": candidate.language,
        "themes": to_json(candidate.themes) if candidate.themes else "[]",
        "fields": to_json(candidate.fields) if candidate.fields else "{}",
    }


def _invalid(columns: Columns, line: int, cells: list[str], reason: str) -> RowReport:
    address = cells[columns.address] if columns.address < len(cells) else ""
    return RowReport(line, one_line(address[:80]), Verdict.INVALID, reason)


def _field_names(connection: Connection, list_name: str) -> list[str]:
    names: set[str] = set()
    for reader in lists.readers(connection, list_name):
        names.update(reader.fields)
    return sorted(names)


def _cells(reader: Recipient, fields: list[str]) -> Iterator[str]:
    yield from (reader.address, reader.name, reader.language, " ".join(reader.themes))
    for name in fields:
        yield reader.fields.get(name, "")
