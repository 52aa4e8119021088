"""Who was sent what, when, under which id? An issue's proof of sending, a row a planned recipient.

Its last line holds the SHA-256 of every byte before it, so that a file that was cut or changed
shows it: `head -n -1 proof.csv | sha256sum`.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

import orjson
from sqlalchemy import Connection

from digest.deliver.fates import RecipientFate, fate_by_skip, fate_in
from digest.deliver.headers import message_id
from digest.errors import ConflictError, LedgerError
from digest.model.delivery import BatchState
from digest.model.issue import Edition, Issue
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.readership import private_text
from digest.storage import editions, issues, proofs
from digest.storage.proofs import Entry, Skip, Try
from subscribers.cells import guard

ERASED = "erased"
_EXCEL = "\ufeff"
"""By this mark Excel knows a file's letters."""


class Form(StrEnum):
    """How a proof is written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One planned recipient and what became of them."""

    subscriber_id: int
    address: str
    """`erased` when it is kept no longer."""
    fate: RecipientFate
    reason: str
    """Why they were not sent to, in the provider's words or ours."""
    language: str
    html_sha256: str
    """Of the edition, before it is filled in for a reader."""
    text_sha256: str
    batch: int
    attempt: str
    """Empty, like all that names a call, when none was made for them."""
    provider: str
    provider_ref: str
    intent_at: str
    outcome_at: str
    """Of a call, or of the look-up that found them gone."""
    message_id: str


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
        lines = _lines(newsroom, connection, issue)
        if path is None:
            return _written(newsroom, issue, lines, _Sealed(screen), form)
        with private_text(path) as file:
            sealed = _Sealed(file)
            if form is Form.CSV:
                sealed.write(_EXCEL)
            return _written(newsroom, issue, lines, sealed, form)


def lines_of(newsroom: Newsroom, issue_id: int) -> list[Line]:
    """Give all rows of an issue's proof at once.

    Raises:
        ConflictError: it was never planned.
        LedgerError: a batch is in a state that there is not.
    """
    with newsroom.database.read() as connection:
        return list(_lines(newsroom, connection, _planned_issue(connection, issue_id)))


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
        made_at=_iso(newsroom.clock()),
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


def _lines(newsroom: Newsroom, connection: Connection, issue: Issue) -> Iterator[Line]:
    prints = {one.id: _print(one) for one in editions.of_issue(connection, issue.id)}
    for entry in proofs.entries(connection, issue.id):
        known = proofs.addresses(connection, entry.recipient_ids)
        left_out = {skip.subscriber_id: skip for skip in entry.skips}
        edition = prints.get(entry.edition_id, _NO_EDITION)
        usual = {**edition, **_as_the_batch(entry)}
        for reader in entry.recipient_ids:
            skip = left_out.get(reader)
            own = usual if skip is None else {**edition, **_as_skipped(entry, skip)}
            yield Line(
                subscriber_id=reader,
                address=known.get(reader, ERASED),
                batch=entry.batch_id,
                message_id=_message_id(newsroom, issue, reader) if own["attempt"] else "",
                **own,
            )


def _message_id(newsroom: Newsroom, issue: Issue, reader: int) -> str:
    return message_id(issue_id=issue.id, subscriber_id=reader, site_url=newsroom.site_url)


_NO_EDITION: Mapping[str, Any] = {"language": "", "html_sha256": "", "text_sha256": ""}
_NO_CALL: Mapping[str, Any] = {
    "attempt": "",
    "provider": "",
    "provider_ref": "",
    "intent_at": "",
    "outcome_at": "",
}


def _print(edition: Edition) -> dict[str, str]:
    return {
        "language": edition.language,
        "html_sha256": hashlib.sha256(edition.html.encode()).hexdigest(),
        "text_sha256": hashlib.sha256(edition.text.encode()).hexdigest(),
    }


def _as_the_batch(entry: Entry) -> dict[str, Any]:
    """Give what holds of whoever in a batch was neither skipped nor refused."""
    try:
        fate = fate_in(BatchState(entry.state))
    except ValueError as unknown:
        raise LedgerError(
            f"batch {entry.batch_id} is in the state {entry.state!r}, which there is not: look at"
            " `digest verify`"
        ) from unknown
    reason = "" if fate is RecipientFate.SENT else entry.last_error
    last = next((one for one in entry.tries if one.id == entry.attempt_id), None)
    return {"fate": fate, "reason": reason, **_call(last)}


def _as_skipped(entry: Entry, skip: Skip) -> dict[str, Any]:
    """Give what holds of one who was left out; a refusal names the call that it came from."""
    fate, reason = fate_by_skip(skip.reason)
    begun = [one for one in entry.tries if one.intent_at <= skip.at]
    call = begun[-1] if begun and fate is RecipientFate.REFUSED else None
    return {"fate": fate, "reason": reason, **_call(call), "outcome_at": _iso(skip.at)}


def _call(made: Try | None) -> Mapping[str, Any]:
    if made is None:
        return _NO_CALL
    return {
        "attempt": made.id,
        "provider": made.provider,
        "provider_ref": made.provider_ref,
        "intent_at": _iso(made.intent_at),
        "outcome_at": _iso(made.ended_at) if made.ended_at else "",
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
