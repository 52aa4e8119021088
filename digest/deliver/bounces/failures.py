"""How badly did a delivery fail? From a status and a server's own words to what follows.

An address is given up at once only where the server says clearly that it is none (RFC 3463: 5.1.x,
5.2.1, 5.4.4, or words such as "user unknown"). What is the sender's fault (5.6.x, 5.7.x: content,
policy) says nothing of the address. All else counts as soft: five different mails must fail.
"""

import re
from dataclasses import dataclass

from digest.model.event import Cause, EventKind

_STATUS = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])[0-5]\d(?=[ -])")
_FULL = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota (?:is )?exceeded|exceeded .{0,20}quota|"
    r"bo[iî]te .{0,20}pleine|insufficient (?:system )?storage",
    re.IGNORECASE,
)
_NO_SUCH = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|mailbox|local)|no such (?:user|mailbox|person|"
    r"recipient|address)|(?:user|recipient|mailbox|address|account)[^.\n]{0,40} (?:does not exist|"
    r"doesn't exist|not found|is disabled|has been disabled)|recipientnotfound|"
    r"invalid (?:recipient|mailbox)|no mailbox here|(?:host|domain) (?:name )?not found|"
    r"account (?:is )?inactive|utilisateur inconnu|adresse .{0,30}inexistante",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"\bspam\b|black ?list|block ?list|\bblocked\b|reputation|\bdmarc\b|\bspf\b|\bdkim\b|policy|"
    r"rate limit|too many (?:messages|connections)|greylist",
    re.IGNORECASE,
)
_HARD = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}
_OURS = {"5.1.7", "5.1.8", "5.1.9", "5.2.3", "5.3.4"}
"""The sender's address, or a mail that is too large."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a report says of a delivery, in its own words."""

    action: str
    """Of RFC 3464 §2.3.3: failed, delayed, delivered, relayed, expanded."""
    status: str = ""
    """Of RFC 3463: 5.1.1; empty when none is told."""
    words: str = ""


def meaning(failure: Failure) -> tuple[EventKind, Cause]:
    """Say what happened, and what it says of the address."""
    if failure.action == "delayed":
        return EventKind.DEFERRED, Cause.NONE
    if failure.action in {"delivered", "relayed", "expanded"}:
        kind = EventKind.DELIVERED if failure.action == "delivered" else EventKind.OTHER
        return kind, Cause.NONE
    cause = _cause(failure.status or status_in(failure.words), failure.words)
    return (EventKind.BOUNCED if cause is Cause.HARD else EventKind.BLOCKED), cause


def status_in(words: str) -> str:
    """Find a status in a server's words: `550 5.1.1 …`, or `5.0.0` where there is only a 550."""
    if found := _STATUS.search(words):
        return found[0]
    reply = _REPLY.search(words)
    return f"{reply[1]}.0.0" if reply else ""


def _cause(status: str, words: str) -> Cause:
    if status.startswith("4") or status == "5.2.2" or _FULL.search(words):
        return Cause.SOFT
    if status in _OURS or status.startswith(("5.6.", "5.7.")):
        return Cause.NONE
    if status in _HARD or _NO_SUCH.search(words):
        return Cause.HARD
    return Cause.NONE if _POLICY.search(words) else Cause.SOFT
