"""Which mails of a mailbox have we not read yet?

Read-only: the folder is opened with EXAMINE and mails are fetched with BODY.PEEK, so nothing is
marked or deleted. What was read is remembered as UIDVALIDITY and the highest UID; of another
UIDVALIDITY all numbers are new (RFC 9051, 2.3.1.1).
"""

import imaplib
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from digest.collect.answers import Nets
from digest.collect.imap import Connection, MailLimits, MailTroubleError, Tls, in_words, log_in

FIRST_DAYS = 31
"""How far back the first look goes."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HEADS = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM)])"
_AT_ONCE = 50
_LIMITS = MailLimits()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a look at a mailbox gave."""

    mails: tuple[bytes, ...] = ()
    """Oldest first."""
    cursor: str = ""
    """What to ask with next time: `UIDVALIDITY:UID`."""
    unwanted: int = 0
    """Mails of other senders."""
    too_large: int = 0
    left: int = 0
    """Mails for the next look."""
    error: str = ""
    """Why not all was read, in words; what is here counts all the same."""


def look(
    address: str,
    password: str,
    *,
    cursor: str,
    senders: Sequence[str] = (),
    now: datetime,
    limits: MailLimits = _LIMITS,
    permitted: Nets = (),
    tls: Tls = ssl.create_default_context,
) -> Taken:
    """Read the mails that came since `cursor`; what goes wrong is told in words, never raised."""
    taken = _Taking(cursor=cursor)
    try:
        with Connection(address, limits, permitted, tls) as box:
            log_in(box, urlsplit(address).username or "", password)
            taken.read(box, address, frozenset(one.lower() for one in senders), now, limits)
    except (MailTroubleError, OSError, imaplib.IMAP4.error, ValueError) as error:
        return taken.so_far(in_words(error, address))
    return taken.so_far("")


@dataclass(frozen=True, kw_only=True)
class _Head:
    """A mail as the server lists it."""

    uid: int
    size: int
    sender: str


class _Taking:
    """One look; what was read before something went wrong is kept."""

    def __init__(self, *, cursor: str) -> None:
        known = re.fullmatch(r"(\d+):(\d+)", cursor)
        self._cursor = cursor
        self._known = (int(known[1]), int(known[2])) if known else None
        self._mails: list[bytes] = []
        self._unwanted = self._too_large = self._left = 0

    def so_far(self, error: str) -> Taken:
        return Taken(
            mails=tuple(self._mails),
            cursor=self._cursor,
            unwanted=self._unwanted,
            too_large=self._too_large,
            left=self._left,
            error=error,
        )

    def read(
        self,
        box: Connection,
        address: str,
        senders: frozenset[str],
        now: datetime,
        limits: MailLimits,
    ) -> None:
        validity = _examined(box, unquote(urlsplit(address).path.strip("/")) or "INBOX")
        last = self._known[1] if self._known and self._known[0] == validity else 0
        uids = _found(box, last, now)
        chosen = uids[: limits.mails]
        self._left = len(uids) - len(chosen)
        self._cursor = f"{validity}:{last}"
        for start in range(0, len(chosen), _AT_ONCE):
            part = chosen[start : start + _AT_ONCE]
            heads = {head.uid: head for head in _heads(box, part)}
            for uid in part:
                if head := heads.get(uid):  # else somebody deleted it meanwhile
                    self._take(box, head, senders, limits)
                self._cursor = f"{validity}:{uid}"

    def _take(
        self, box: Connection, head: _Head, senders: frozenset[str], limits: MailLimits
    ) -> None:
        if senders and head.sender not in senders:
            self._unwanted += 1
        elif head.size > limits.mail:
            self._too_large += 1
        elif raw := _mail(box, head.uid):
            self._mails.append(raw)


def _examined(box: Connection, folder: str) -> int:
    """Open a folder so that nothing in it can change; give its UIDVALIDITY."""
    quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
    if not quoted.isascii() or not quoted.isprintable():
        raise MailTroubleError(
            f"the folder {folder!r} must be named in ASCII, as its server names it"
        )
    status, _ = box.select(f'"{quoted}"', readonly=True)
    validity = box.response("UIDVALIDITY")[1][0]
    if status != "OK" or not validity or not validity.isdigit():
        raise MailTroubleError(f"the server does not open the folder {folder!r}: is there one?")
    return int(validity)


def _found(box: Connection, last: int, now: datetime) -> list[int]:
    """Give the UIDs after `last`; at the first look those of the last month.

    `7:*` names the newest mail even where that is number 5 (RFC 9051, 9: seq-range).
    """
    since = now - timedelta(days=FIRST_DAYS)
    day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
    wanted = f"UID {last + 1}:*" if last else f"SINCE {day}"
    status, answer = box.uid("SEARCH", wanted)
    if status != "OK":
        raise MailTroubleError("the server does not search")
    numbers = b" ".join(one for one in answer if isinstance(one, bytes)).split()
    return sorted({int(one) for one in numbers if one.isdigit() and int(one) > last})


def _heads(box: Connection, uids: Sequence[int]) -> list[_Head]:
    status, answer = box.uid("FETCH", ",".join(map(str, uids)), _HEADS)
    if status != "OK":
        raise MailTroubleError("the server does not list its mails")
    return [head for said, literal in _pairs(answer) if (head := _head(said, literal))]


def _mail(box: Connection, uid: int) -> bytes:
    status, answer = box.uid("FETCH", str(uid), "(UID BODY.PEEK[])")
    if status != "OK":
        raise MailTroubleError(f"the server does not give mail {uid}")
    return next((literal for _, literal in _pairs(answer)), b"")


def _pairs(answer: Sequence[object]) -> list[tuple[bytes, bytes]]:
    """Put together what imaplib takes apart: what was said of each mail, and its literal."""
    pairs: list[tuple[bytes, bytes]] = []
    for one in answer:
        match one:
            case (bytes(said), bytes(literal)):
                pairs.append((said, literal))
            case bytes() if pairs:
                pairs[-1] = (pairs[-1][0] + b" " + one, pairs[-1][1])
    return pairs


def _head(said: bytes, literal: bytes) -> _Head | None:
    uid, size = (re.search(rb"\b%b (\d{1,10})\b" % key, said) for key in (b"UID", b"RFC822.SIZE"))
    if not uid or not size:
        return None
    message = message_from_bytes(literal[:10_000], policy=policy.compat32)
    _, sender = parseaddr(str(message.get("From", "")))
    return _Head(uid=int(uid[1]), size=int(size[1]), sender=sender.lower())
