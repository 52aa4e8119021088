"""What became of each planned recipient of an issue, in one line each?"""

import hashlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.deliver.fates import RecipientFate, fate_by_skip, fate_in
from digest.deliver.headers import message_ids
from digest.errors import LedgerError
from digest.model.delivery import BatchState, Outcome
from digest.model.issue import Edition, Issue
from digest.pipeline.newsroom import Newsroom
from digest.storage import editions, recounts
from digest.storage.recounts import Entry, Skip, Try

ERASED = "erased"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One planned recipient and what became of them."""

    subscriber_id: int
    address: str
    """`erased` when it is kept no longer."""
    fate: RecipientFate
    reason: str
    """Why they were not sent to, or not once, in the provider's words or ours."""
    language: str
    html_sha256: str
    """Of the edition, before it is filled in for a reader."""
    text_sha256: str
    batch: int
    attempt: str
    """The id that travelled with the call; empty, like all of a call, when none was made."""
    provider: str
    provider_ref: str
    intent_at: str
    outcome_at: str
    """Of a call, or of the look-up that found them gone."""
    message_id: str


def lines_of(newsroom: Newsroom, connection: Connection, issue: Issue) -> Generator[Line]:
    """Give a line for each planned recipient, in planned order, a batch in memory at a time.

    Raises:
        LedgerError: a batch is in a state that there is not.
    """
    prints = {one.id: _print(one) for one in editions.of_issue(connection, issue.id)}
    with recounts.entries(connection, issue.id) as entries:
        for entry in entries:
            known = recounts.addresses(connection, entry.recipient_ids)
            edition = prints.get(entry.edition_id, _NO_EDITION)
            yield from _lines_of(newsroom, issue, entry, known, edition)


def _lines_of(
    newsroom: Newsroom,
    issue: Issue,
    entry: Entry,
    known: Mapping[int, str],
    edition: Mapping[str, Any],
) -> Iterator[Line]:
    named = message_ids(issue.id, newsroom.site_url, entry.recipient_ids)
    left_out = {skip.subscriber_id: skip for skip in entry.skips}
    usual = {**edition, **_as_the_batch(entry)}
    for reader, mail in zip(entry.recipient_ids, named, strict=True):
        skip = left_out.get(reader)
        own = usual if skip is None else {**edition, **_as_skipped(entry, skip)}
        yield Line(
            subscriber_id=reader,
            address=known.get(reader, ERASED),
            batch=entry.batch_id,
            message_id=mail if own["attempt"] else "",
            **own,
        )


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
    twice = [one.id for one in entry.tries if one.outcome == Outcome.DOUBLED]
    words = "" if fate is RecipientFate.SENT else entry.last_error
    reason = f"mailed twice, or may have been: by {', '.join(twice)} too" if twice else words
    last = next((one for one in entry.tries if one.id == entry.attempt_id), None)
    return {"fate": fate, "reason": reason, **_call(last)}


def _as_skipped(entry: Entry, skip: Skip) -> dict[str, Any]:
    """Give what holds of one who was left out; a refusal names the call that it came from."""
    fate, reason = fate_by_skip(skip.reason)
    begun = [one for one in entry.tries if one.intent_at <= skip.at]
    call = begun[-1] if begun and fate is RecipientFate.REFUSED else None
    return {"fate": fate, "reason": reason, **_call(call), "outcome_at": utc(skip.at)}


def _call(made: Try | None) -> Mapping[str, Any]:
    if made is None:
        return _NO_CALL
    return {
        "attempt": made.origin_id or made.id,
        "provider": made.provider,
        "provider_ref": made.provider_ref,
        "intent_at": utc(made.intent_at),
        "outcome_at": utc(made.ended_at) if made.ended_at else "",
    }


def utc(moment: datetime) -> str:
    """Write a moment down: `2026-11-27T06:53:00.123Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
