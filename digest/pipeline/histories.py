"""What happened to one person, in order? Their consents and choices, and each mail with its ids.

What is planned and was not tried yet has no moment: it comes last. Of an erased person, only the
evidence is found, by the address's keyed hash.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.model.delivery import BatchState
from digest.storage import mails
from subscribers.database import Database
from subscribers.model import Membership, Subscriber
from subscribers.people import Holding, known

_NEVER = datetime.max.replace(tzinfo=UTC)
_PLANNED = (BatchState.READY, BatchState.CLAIMED)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that happened to a person, or is to happen."""

    at: datetime | None
    what: str
    """`sent`, `skipped`, `delivered`, `confirmed` …; `planned` for what is still to be tried."""
    of: str = ""
    """A newsletter's number, or a list."""
    detail: str = ""
    """Why, by whom, in which words."""
    issue: int | None = None
    batch: int | None = None
    attempt: str = ""


@dataclass(frozen=True, kw_only=True)
class History:
    """All that is known of what happened to an address."""

    address: str
    reader: int | None
    """None: erased, or never a reader."""
    happenings: tuple[Happening, ...]


def history_of(database: Database, secret_key: bytes, address: str) -> History:
    """Tell what happened to an address, oldest first.

    Raises:
        AddressError: it is no address.
        UnknownReader: nothing is held of it.
    """
    with database.read() as connection:
        holding = known(connection, secret_key=secret_key, address=address)
        happened = list(_of_person(holding))
        if person := holding.subscriber:
            planned = list(mails.mails_of(connection, person.id))
            news = mails.news_of(connection, person.id)
            happened += map(_mail, planned)
            happened += _news(news, {mail.attempt: mail for mail in planned if mail.attempt})
            happened += map(_notice, mails.told_of(connection, person.id))
    return History(
        address=holding.subscriber.address if holding.subscriber else address,
        reader=holding.subscriber.id if holding.subscriber else None,
        happenings=tuple(sorted(happened, key=lambda one: one.at or _NEVER)),
    )


def _of_person(holding: Holding) -> Iterator[Happening]:
    for one in holding.consents:
        words = " · ".join(filter(None, (one.origin, one.wording)))
        yield Happening(at=one.at, what=one.action, of=one.list, detail=words)
    if ban := holding.suppression:
        detail = " · ".join(filter(None, (ban.reason, ban.origin)))
        yield Happening(at=ban.at, what="suppressed", detail=detail)
    if person := holding.subscriber:
        yield Happening(at=person.created_at, what="known", detail=f"reader {person.id}")
        yield Happening(at=person.changed_at, what="choices", detail=_tastes(person))
        for place in holding.memberships:
            yield Happening(
                at=person.changed_at, what="choices", of=place.list, detail=_rhythm(place)
            )


def _tastes(person: Subscriber) -> str:
    themes = ", ".join(person.themes) or "all"
    tracking = "allowed" if person.tracking else "not allowed"
    return f"language {person.language} · themes {themes} · tracking {tracking}"


def _rhythm(place: Membership) -> str:
    pause = f" · paused until {place.paused_until:%Y-%m-%d}" if place.paused_until else ""
    return f"{place.state} · {place.cadence}{pause}"


def _mail(mail: mails.Mail) -> Happening:
    return Happening(
        at=mail.at,
        what="planned" if mail.state in _PLANNED else mail.state,
        of=f"{mail.newsletter} {mail.number}",
        detail=mail.why or " · ".join(filter(None, (mail.subject, mail.provider))),
        issue=mail.issue,
        batch=mail.batch,
        attempt=mail.attempt,
    )


def _news(news: Iterable[mails.News], planned: dict[str, mails.Mail]) -> Iterator[Happening]:
    for one in news:
        mail = planned.get(one.attempt_id)
        yield Happening(
            at=one.at,
            what=one.kind,
            of=f"{mail.newsletter} {mail.number}" if mail else "",
            detail=" · ".join(filter(None, (one.provider, _reason(one.raw)))),
            issue=mail.issue if mail else None,
            batch=mail.batch if mail else None,
            attempt=one.attempt_id,
        )


def _reason(raw: object) -> str:
    """Give the words by which providers say why a mail did not arrive."""
    told = raw.get("reason") or raw.get("response") if isinstance(raw, dict) else ""
    return str(told or "")


def _notice(told: mails.Told) -> Happening:
    return Happening(
        at=told.ended_at or told.asked_at,
        what=told.state,
        of=told.list_name,
        detail=" · ".join(filter(None, (f"{told.kind} mail {told.id}", told.last_error))),
        attempt=told.attempt_id,
    )
