"""How do readers come from a CSV file? Read, checked and judged row by row, admitted in parts.

A file adds people and changes nobody: who is on the list keeps what they have, who has left or is
suppressed stays away, and every row is answered for. A file that can't be read to its end adds
nobody; reading and checking it needs no transaction that others would wait for.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from subscribers import admitting, lists, staging
from subscribers.admitting import Admission
from subscribers.columns import Candidate, Columns, read_header, read_row
from subscribers.consent import address_hash, network_hash
from subscribers.database import to_json, writing
from subscribers.errors import AddressError
from subscribers.model import Evidence, Verdict
from subscribers.sheets import open_sheet
from subscribers.staging import Lines, StagedRow, staged
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
    program: str
    """What wrote it, by its headers; empty: unknown."""
    list: str
    consent: str
    """Where the people agreed; empty: the accepted wait for their own confirmation."""
    resumed_after: int
    """The last line that an earlier, interrupted import had taken in; 0: none."""
    accepted: int
    already_there: int
    suppressed: int
    unsubscribed: int
    invalid: int


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A file that was read to its end."""

    name: str
    program: str
    fingerprint: str
    last: int
    """The line on which its last row begins."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be done with a file, in whose name and when."""

    path: Path
    secret_key: bytes
    list_name: str
    now: datetime
    consent: str = ""
    """Where the people agreed: with it they are mailed from now on, without it they wait."""


Tell = Callable[[RowReport], None]
Step = Callable[[str, float], None]
"""Hears what is being done (`reading`, `admitting`) and which part of it is over, 0 to 1."""


def _unheard(_what: object, _part: float = 0) -> None:
    pass


def import_readers(
    connection: Connection,
    path: Path,
    *,
    secret_key: bytes,
    list_name: str,
    now: datetime,
    consent: str = "",
    language: str = "fr",
    tell: Tell | None = None,
) -> ImportReport:
    """Import a CSV file's people into a list in one transaction, the caller's.

    That locks SQLite as long as the file is read: the steps below do it for large ones. `language`
    is that of people whose row names none.

    Raises:
        TransferError: the file can't be read to its end; the caller must roll back.
        UnknownList: no list has that name.
    """
    lists.find(connection, list_name)
    order = Order(path=path, secret_key=secret_key, list_name=list_name, now=now, consent=consent)
    with staged(connection):
        sheet = stage_file(connection, path, secret_key=secret_key, language=language)
        admitting.admit_staged(connection, _admission(connection, order, now))
        return report_file(connection, sheet, order, tell=tell)


def stage_file(
    connection: Connection,
    path: Path,
    *,
    secret_key: bytes,
    language: str = "fr",
    themes: Collection[str] | None = None,
    step: Step = _unheard,
) -> Staged:
    """Read and check a file, row by row, into the temporary table (staging.staged).

    A row with a theme that is none of `themes` is invalid; None: any will do.

    Raises:
        TransferError: the file can't be read to its end.
    """
    with open_sheet(path) as sheet:
        columns = replace(
            read_header(sheet.name, sheet.header),
            offered=None if themes is None else frozenset(themes),
        )
        rows = (_stage_row(secret_key, columns, *row, language) for row in sheet.rows)
        while chunk := list(islice(rows, _CHUNK)):
            staging.stage(connection, chunk)
            step("reading", sheet.part())
    staging.mark_repeated(connection)
    return Staged(
        name=one_line(path.name),
        program=columns.program.name if columns.program else "",
        fingerprint=_fingerprint(path),
        last=staging.last_line(connection),
    )


def admit_file(connection: Connection, sheet: Staged, order: Order, step: Step = _unheard) -> int:
    """Put the staged people on a list, part by part, each in a transaction of its own.

    An earlier import of the same file with the same words goes on where it was interrupted; give
    the line after which that was, else 0.

    Raises:
        UnknownList: no list has that name.
    """
    wording = one_line(order.consent)
    with writing(connection):
        begun = admitting.begin(connection, sheet.fingerprint, order.list_name, wording, order.now)
        admission = _admission(connection, order, begun.began_at)
    if begun.done:
        admitting.recall(connection, admission, Lines(0, begun.done))
        connection.commit()
    for lines in admitting.parts(begun.done, sheet.last):
        with writing(connection):
            admitting.admit_staged(connection, admission, lines)
            ended = order.now if lines.last == sheet.last else None
            admitting.note(connection, begun, lines.last, ended)
        step("admitting", lines.last / sheet.last)
    return begun.done


def try_file(connection: Connection, *, list_name: str, consent: str = "") -> None:
    """Judge the staged people and put nobody on a list; it need not be there yet."""
    staging.judge(connection, list_name, consent=bool(one_line(consent)))


def report_file(
    connection: Connection,
    sheet: Staged,
    order: Order,
    *,
    tell: Tell | None = None,
    all_rows: bool = True,
    resumed_after: int = 0,
) -> ImportReport:
    """Say what became of the staged; `tell` hears of rows in the file's order.

    Of all, or of those alone that were not accepted: the others are then counted by the database.
    """
    counts: Counter[Verdict] = Counter()
    if not all_rows:
        counts[Verdict.ACCEPTED] = staging.accepted(connection)
    for row in staging.verdicts(connection, refused=not all_rows):
        verdict = Verdict(row.verdict)
        counts[verdict] += 1
        reason = row.reason if row.first is None else f"the same as line {row.first}"
        if tell is not None:
            tell(RowReport(row.line, row.address, verdict, reason))
    return ImportReport(
        file=sheet.name,
        program=sheet.program,
        list=order.list_name,
        consent=one_line(order.consent),
        resumed_after=resumed_after,
        **{verdict.name.lower(): counts[verdict] for verdict in Verdict},
    )


def _admission(connection: Connection, order: Order, began_at: datetime) -> Admission:
    origin = f"import {one_line(order.path.name)}"
    return Admission(
        secret_key=order.secret_key,
        list_id=lists.find(connection, order.list_name).id,
        list_name=order.list_name,
        evidence=Evidence(origin=origin, wording=one_line(order.consent)),
        now=began_at,
    )


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stage_row(
    secret_key: bytes, columns: Columns, line: int, cells: list[str], language: str
) -> StagedRow:
    try:
        one = read_row(columns, cells, language)
    except (AddressError, ValueError) as failure:
        return _invalid(columns, line, cells, str(failure))
    key, standing = one.address.key, one.standing
    verdict, reason = _judged(columns, one)
    return (
        line,
        one.address.text,
        key,
        address_hash(secret_key, key),
        one.name,
        one.language,
        to_json(one.themes) if one.themes else "[]",
        to_json(one.fields) if one.fields else "{}",
        standing.cadence,
        standing.paused_until,
        standing.tracking,
        standing.joined,
        network_hash(secret_key, standing.network),
        standing.waits,
        verdict,
        reason,
        None,
    )


def _judged(columns: Columns, one: Candidate) -> tuple[str, str]:
    """Refuse whom the program that wrote the file no longer mails."""
    refused = one.standing.refused
    if not refused or columns.program is None:
        return Verdict.ACCEPTED.value, ""
    return refused, admitting.refused_reason(columns.program.name, refused)


def _invalid(columns: Columns, line: int, cells: list[str], reason: str) -> StagedRow:
    address = cells[columns.address] if columns.address < len(cells) else ""
    row = (line, one_line(address[:80]), None, "", "", "", "[]", "{}")
    return (*row, "every", None, False, None, "", False, Verdict.INVALID.value, reason, None)
