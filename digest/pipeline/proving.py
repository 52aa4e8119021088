"""Who was sent what, when, under which id? An issue's proof of sending, a row a planned recipient.

Its last line holds the SHA-256 of every byte before it, so that a file that was cut or changed
shows it: `head -n -1 proof.csv | sha256sum`.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TextIO

import orjson
from sqlalchemy import Connection

from digest.errors import ConflictError
from digest.model.issue import Issue
from digest.pipeline.lines import Line, lines_of, utc
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.readership import private_text
from digest.storage import editions, issues
from subscribers.cells import guard
from subscribers.errors import TransferError

_EXCEL = "\ufeff"
"""By this mark Excel knows a file's letters."""


class Form(StrEnum):
    """How a proof is written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What stands at the end of a proof of sending."""

    issue: str
    """`hebdo-sahel/12`."""
    issue_id: int
    rows: int
    fates: Mapping[str, int]
    made_at: str
    sha256: str
    """Of every byte before the last line."""


def prove(
    newsroom: Newsroom, issue_id: int, path: Path | None, screen: TextIO, form: Form
) -> Proof:
    """Write an issue's proof into a file that only its owner may read, or to the screen.

    Raises:
        ConflictError: it was never planned.
        LedgerError: a batch is in a state that there is not.
        TransferError: the file can't be written.
    """
    with newsroom.database.read() as connection:
        issue = _planned_issue(connection, issue_id)
        with closing(lines_of(newsroom, connection, issue)) as lines:
            if path is None:
                return _written(newsroom, issue, lines, _Sealed(screen), form)
            try:
                with private_text(path) as file:
                    sealed = _Sealed(file)
                    sealed.write(_EXCEL if form is Form.CSV else "")
                    return _written(newsroom, issue, lines, sealed, form)
            except OSError as failure:
                raise TransferError(f"{path} is not whole: {failure.strerror}") from failure


def proven(newsroom: Newsroom, issue_id: int) -> list[Line]:
    """Give all rows of an issue's proof at once.

    Raises:
        ConflictError: it was never planned.
        LedgerError: a batch is in a state that there is not.
    """
    with newsroom.database.read() as connection:
        return list(lines_of(newsroom, connection, _planned_issue(connection, issue_id)))


class _Sealed:
    """Passes text on and remembers its SHA-256."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def write(self, text: str) -> None:
        """Write, and count it in."""
        self._sum.update(text.encode())
        self._file.write(text)

    def end(self, last: str) -> None:
        """Write the last line, which is not counted in."""
        self._file.write(last)

    @property
    def sha256(self) -> str:
        """Give the sum of what was written so far."""
        return self._sum.hexdigest()


def _planned_issue(connection: Connection, issue_id: int) -> Issue:
    issue = issues.issue(connection, issue_id)
    if not editions.of_issue(connection, issue_id):
        raise ConflictError(
            f"issue {issues.named(issue)} is {issue.state}: nobody was planned yet, there is"
            " nothing to prove"
        )
    return issue


def _written(
    newsroom: Newsroom, issue: Issue, lines: Iterator[Line], out: _Sealed, form: Form
) -> Proof:
    fates: Counter[str] = Counter()
    counted = _counted(lines, fates)
    match form:
        case Form.CSV:
            writer = csv.writer(out)
            writer.writerow(Line.__dataclass_fields__)
            writer.writerows(map(_cells, counted))
        case Form.JSONL:
            for line in counted:
                out.write(orjson.dumps(line).decode() + "\n")
    proof = Proof(
        issue=issues.named(issue),
        issue_id=issue.id,
        rows=fates.total(),
        fates=dict(fates),
        made_at=utc(newsroom.clock()),
        sha256=out.sha256,
    )
    out.end(_last_line(proof, form))
    return proof


def _last_line(proof: Proof, form: Form) -> str:
    match form:
        case Form.CSV:
            fates = " ".join(f"{fate.replace(' ', '_')}={n}" for fate, n in proof.fates.items())
            return (
                f"# proof-of-sending issue={proof.issue} id={proof.issue_id} rows={proof.rows}"
                f" {fates} made_at={proof.made_at} sha256={proof.sha256}\r\n"
            )
        case Form.JSONL:
            return orjson.dumps({"proof_of_sending": asdict(proof)}).decode() + "\n"


def _counted(lines: Iterator[Line], fates: Counter[str]) -> Iterator[Line]:
    for line in lines:
        fates[line.fate.value] += 1
        yield line


_guarded = lru_cache(maxsize=256)(guard)
"""For words that all of a batch share."""


def _cells(line: Line) -> tuple[int | str, ...]:
    """Give a row; free words stand in it so that no spreadsheet takes them for a formula."""
    return (
        line.subscriber_id,
        guard(line.address),
        line.fate.value,
        _guarded(line.reason),
        line.language,
        line.html_sha256,
        line.text_sha256,
        line.batch,
        line.attempt,
        _guarded(line.provider),
        _guarded(line.provider_ref),
        line.intent_at,
        line.outcome_at,
        line.message_id,
    )
