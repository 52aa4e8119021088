"""What happened between us and one reader? Every mail and choice, in the order of time, with ids.

Who is erased has no mails any more: the ledger knows them by a number that leads to nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.model.delivery import Attempt, Outcome
from digest.model.notice import NoticeState
from digest.storage import passages
from digest.storage.passages import Errand, Passage, Report
from subscribers.database import Database
from subscribers.people import Holding, known


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One thing that happened."""

    at: datetime
    what: str
    """planned, sent, delivered, bounced, skipped …; or what a reader agreed to or ended."""
    of: str
    """`hebdo-sahel/12`; else what mail, or which list."""
    detail: str = ""
    """The reason, or whose words."""
    issue_id: int | None = None
    batch_id: int | None = None
    attempt_id: str = ""
    notice_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class History:
    """A reader's, or what is left of it by the hash of an address."""

    address: str
    subscriber_id: int | None
    moments: tuple[Moment, ...]
    """In the order of time."""


def history_of(database: Database, secret_key: bytes, address: str) -> History:
    """Tell a reader's history.

    Raises:
        AddressError: it is no address.
        UnknownReader: nothing is held of it.
    """
    with database.read() as connection:
        holding = known(connection, secret_key=secret_key, address=address)
        person = holding.subscriber
        mails = _mails(connection, person.id) if person else ()
        moments = [*_choices(holding), *mails, *_ban(holding)]
    return History(
        address=person.address if person else address,
        subscriber_id=person.id if person else None,
        moments=tuple(sorted(moments, key=lambda one: one.at)),
    )


def _choices(holding: Holding) -> Iterator[Moment]:
    for one in holding.consents:
        detail = f"{one.origin}: {one.wording}" if one.wording else one.origin
        yield Moment(at=one.at, what=str(one.action), of=one.list, detail=detail)


def _ban(holding: Holding) -> Iterator[Moment]:
    if (ban := holding.suppression) is not None:
        detail = f"{ban.reason}: {ban.origin}" if ban.origin else str(ban.reason)
        yield Moment(at=ban.at, what="never mailed since", of="the address", detail=detail)


def _mails(connection: Connection, reader_id: int) -> Iterator[Moment]:
    found = passages.passages_of(connection, reader_id)
    names = {one.issue_id: _name(one) for one in found}
    for one in found:
        yield from _passage(one)
    for report in passages.reports_of(connection, reader_id):
        yield _report(report, names)
    for errand in passages.errands_of(connection, reader_id):
        yield from _errand(errand)


def _passage(one: Passage) -> Iterator[Moment]:
    """Tell an issue's way. The ledger keeps no moment of planning: it is told at the due moment."""
    ids: dict[str, Any] = {"issue_id": one.issue_id, "batch_id": one.batch_id}
    first = min([one.slot, *(its.intent_at for its in one.attempts)])
    told = f"edition {one.edition}, list {one.list_name}: {one.subject}"
    yield Moment(at=first, what="planned", of=_name(one), detail=told, **ids)
    for its in _concerning(one):
        at, detail = its.ended_at or its.intent_at, _words(its)
        what = _OUTCOMES[its.outcome]
        yield Moment(at=at, what=what, of=_name(one), detail=detail, attempt_id=its.id, **ids)
    if one.skipped_at is not None:
        detail = one.skipped or ""
        yield Moment(at=one.skipped_at, what="skipped", of=_name(one), detail=detail, **ids)


def _concerning(one: Passage) -> Iterable[Attempt]:
    """Give the attempts in which the reader was: who was left out was in earlier ones only."""
    if one.skipped_at is None:
        return one.attempts
    nobody = (Outcome.REFUSED, Outcome.SUPERSEDED)
    return [its for its in one.attempts if its.intent_at < one.skipped_at and its.outcome in nobody]


def _report(report: Report, names: dict[int, str]) -> Moment:
    mail = names.get(report.issue_id, "a mail") if report.issue_id else "a mail"
    cause = f" ({report.cause})" if report.cause else ""
    return Moment(
        at=report.at,
        what=str(report.kind),
        of=mail,
        detail=f"{report.provider}{cause}, event {report.key}",
        issue_id=report.issue_id,
        batch_id=report.batch_id,
        attempt_id=report.attempt_id,
    )


def _errand(one: Errand) -> Iterator[Moment]:
    of = f"{one.kind} mail, {one.list_name}" if one.list_name else f"{one.kind} mail"
    yield Moment(at=one.asked_at, what="asked for", of=of, notice_id=one.id)
    if one.ended_at is not None:
        yield Moment(
            at=one.ended_at,
            what="in doubt" if one.state is NoticeState.IN_DOUBT else str(one.state),
            of=of,
            detail=one.last_error,
            attempt_id=one.attempt_id,
            notice_id=one.id,
        )


def _name(one: Passage) -> str:
    return f"{one.newsletter}/{one.number}"


def _words(attempt: Attempt) -> str:
    return ", ".join(filter(None, (attempt.provider, attempt.provider_ref, attempt.detail)))


_OUTCOMES = {
    Outcome.OPEN: "being sent",
    Outcome.ACCEPTED: "sent",
    Outcome.REFUSED: "refused",
    Outcome.UNKNOWN: "in doubt",
    Outcome.SUPERSEDED: "tried",
    Outcome.DOUBLED: "perhaps sent twice",
}
