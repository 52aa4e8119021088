"""What does a mail to the bounces' address tell, and of which reader? From bytes to event.

Whose mail it was must be proved: by the return path that we made for it, or by the token of its
List-Unsubscribe, which came back with it. A report without either, or with a forged one, is told
and changes nothing. The same said twice of a mail, in whichever form, is one event.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from digest.deliver.bounces.complaints import complaint_in
from digest.deliver.bounces.failures import Failure, meaning
from digest.deliver.bounces.parts import Part, read_parts
from digest.deliver.bounces.reports import failures_in, is_auto_reply
from digest.deliver.bounces.return_paths import Returned, read_return_path
from digest.deliver.providers.answers import clipped
from digest.model.event import Cause, Event, EventKind
from subscribers.errors import TokenError
from subscribers.tokens import read_unsubscribe_token

PROVIDER = "bounces"
"""Under which name its events are kept: whichever relay sent the mail, another server tells."""
_ADDRESSED = (
    *("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"),
    *("Return-Path", "Sender"),
)
"""Headers that the return path may stand in."""
_LINK = re.compile(r"/u/([A-Za-z0-9_-]{20,160})(?=[>?\s]|$)")
_LONGEST = 2_000
"""Letters in which addresses are looked for."""
_WEIGHT = (Cause.NONE, Cause.SOFT, Cause.HARD)


class What(StrEnum):
    """What a mail turned out to be."""

    HARD = "hard bounce"
    SOFT = "soft bounce"
    REFUSED = "refused mail"
    """For a reason that is not the address's: content, policy."""
    DELAYED = "delay"
    DELIVERED = "delivery"
    COMPLAINT = "complaint"
    LEFT = "unsubscription"
    FEEDBACK = "other feedback"
    AUTO_REPLY = "auto-reply"
    UNPROVED = "unproved"
    """A report of a mail that can't be proved to be ours, a forged one among them."""
    OTHER = "other mail"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a mail was, and the event that it tells."""

    what: What
    event: Event | None = None
    words: str = ""
    """The server's own, without addresses."""


def read_returned(raw: bytes, secret_key: bytes, now: datetime) -> Reading:
    """Read a mail from the bounces' mailbox."""
    mail = read_parts(raw)
    if complaint := complaint_in(mail):
        kind, cause = complaint.meaning
        told = {"feedback": complaint.feedback}
        fields = complaint.fields
    elif failures := failures_in(mail):
        failure = _decisive(failures)
        kind, cause = meaning(failure)
        told = {"action": failure.action, "status": failure.status, "words": failure.words}
        fields = ()
    else:
        return Reading(what=What.AUTO_REPLY if is_auto_reply(mail) else What.OTHER)
    told = {name: clipped(text[:_LONGEST]) for name, text in told.items() if text}
    words = " ".join(" ".join(told.values()).split())[:200]
    whose = _whose(mail, fields, secret_key)
    if whose is None:
        return Reading(what=What.UNPROVED, words=words)
    event = _event(mail, whose, kind, cause, told=told, now=now)
    return Reading(what=_WHATS.get(kind) or _BOUNCES[cause], event=event, words=words)


_WHATS = {
    EventKind.DEFERRED: What.DELAYED,
    EventKind.DELIVERED: What.DELIVERED,
    EventKind.COMPLAINED: What.COMPLAINT,
    EventKind.UNSUBSCRIBED: What.LEFT,
    EventKind.OTHER: What.FEEDBACK,
}
_BOUNCES = {Cause.HARD: What.HARD, Cause.SOFT: What.SOFT, Cause.NONE: What.REFUSED}


def _decisive(failures: list[Failure]) -> Failure:
    """Choose of several: a mail that reached somebody behind an address has not failed there."""
    reached = [one for one in failures if one.action in {"delivered", "relayed", "expanded"}]
    failed = [one for one in failures if one.action == "failed"]
    if reached or not failed:
        return (reached or failures)[0]
    return max(failed, key=lambda one: _WEIGHT.index(meaning(one)[1]))


def _whose(mail: Part, fields: tuple[str, ...], secret_key: bytes) -> Returned | None:
    """Find the proof of whose mail it was: a return path first, for it names the attempt too."""
    texts = [*_addressed(mail), *fields]
    return read_return_path(secret_key, texts) or _by_link(mail, secret_key)


def _addressed(mail: Part) -> Iterator[str]:
    for part in mail.walk():
        for name in _ADDRESSED:
            yield from part.headers(name)


def _by_link(mail: Part, secret_key: bytes) -> Returned | None:
    links = (one for part in mail.walk() for one in part.headers("List-Unsubscribe"))
    for link in list(links)[:10]:
        for token in _LINK.findall(link)[:3]:
            try:
                reader = read_unsubscribe_token(secret_key, token).subscriber_id
            except TokenError:
                continue
            return Returned(attempt_id="", subscriber_id=reader)
    return None


def _event(
    mail: Part,
    whose: Returned,
    kind: EventKind,
    cause: Cause,
    *,
    told: dict[str, str],
    now: datetime,
) -> Event:
    name = whose.attempt_id or _named(mail)
    return Event(
        provider=PROVIDER,
        key=f"{name} {whose.subscriber_id} {kind} {cause}".strip(),
        attempt_id=whose.attempt_id,
        subscriber_id=whose.subscriber_id,
        kind=kind,
        at=_moment(mail, now),
        raw=told,
        cause=cause,
    )


def _named(mail: Part) -> str:
    """Name the mail that came back where its attempt is not known: by what it was called."""
    ids = [one for part in mail.walk() if part is not mail for one in part.headers("Message-ID")]
    named = next(iter(ids), "") or mail.header("Message-ID") or str(mail.head)
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def _moment(mail: Part, now: datetime) -> datetime:
    """Give when it was told; nobody tells anything from the future."""
    try:
        at = parsedate_to_datetime(mail.header("Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return now
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    try:
        return min(aware.astimezone(UTC), now)
    except OverflowError:
        return now
