"""What is said to a relay for one recipient, and what does it mean when the relay falls silent?

Until the last line of a mail is sent the relay has taken nothing; from then until its answer nobody
knows; a lost answer may mean a mail delivered (RFC 5321 §4.5.3.2.6, RFC 1047).
"""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field

from digest.deliver.headers import ascii_domain
from digest.deliver.provider import Call, Personal, Receipt
from digest.deliver.providers.answers import clipped
from digest.errors import DeliveryError
from digest.model.delivery import Outcome

LOST = (OSError, smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException)
"""What smtplib raises when the other side is gone or talks nonsense."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One recipient's transaction."""

    to: Personal
    sender: str
    message: bytes
    options: tuple[str, ...]
    """Of the MAIL command."""


@dataclass(kw_only=True)
class Tried:
    """What is known of a call's recipients so far."""

    accepted: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    later: set[int] = field(default_factory=set)
    words: str = ""


class Halt(Exception):  # noqa: N818 - not an error of ours: the relay ends the call
    """The relay takes no more of this call."""

    def __init__(self, words: str, *, permanent: bool = False) -> None:
        super().__init__(words)
        self.permanent = permanent


def transact(connection: smtplib.SMTP, mail: Mail, tried: Tried, hurry: Callable[[], None]) -> None:
    """Make one recipient's transaction and note what is known of them.

    `hurry` is called before each step: it raises Halt when the call's time is up.

    Raises:
        Halt: the relay takes no more mail of this call.
    """
    try:
        if _announced(connection, mail, tried, hurry):
            _handed_over(connection, mail, tried, hurry)
    except LOST as lost:
        raise Halt(f"the connection was lost: {words_of(lost)}") from lost


def options_for(connection: smtplib.SMTP, address: str) -> tuple[str, ...]:
    """Announce an address that ASCII can't write (RFC 6531); all other mail is 7-bit.

    Raises:
        DeliveryError: the relay takes no such address.
    """
    if ascii_domain(address).isascii():
        return ()
    if not connection.has_extn("smtputf8"):
        raise DeliveryError("the relay takes no address with letters beyond ASCII (SMTPUTF8)")
    return ("SMTPUTF8", "BODY=8BITMIME")


def receipt_of(call: Call, tried: Tried, halt: Halt | None) -> Receipt:
    """Sum a call up: whoever it did not come to is untried."""
    done = tried.refused.keys() | tried.unknown | tried.later
    reached = tried.accepted + len(done)
    left = [to.id for to in call.to][reached:]
    return Receipt(
        outcome=Outcome.ACCEPTED if tried.accepted else Outcome.REFUSED,
        detail=str(halt) if halt else tried.words,
        permanent=bool(halt and halt.permanent),
        refused=tried.refused,
        unknown=frozenset(tried.unknown),
        untried=frozenset(tried.later).union(left),
    )


def words_of(failure: Exception) -> str:
    """Give the relay's own words, or what happened."""
    if isinstance(failure, smtplib.SMTPResponseException):
        error = failure.smtp_error
        return _said(failure.smtp_code, error if isinstance(error, bytes) else error.encode())
    return clipped(f"{type(failure).__name__}: {failure}")


def _announced(
    connection: smtplib.SMTP, mail: Mail, tried: Tried, hurry: Callable[[], None]
) -> bool:
    """Name sender and recipient; say whether the mail may follow."""
    hurry()
    code, answer = connection.mail(ascii_domain(mail.sender), mail.options)
    if code != 250:
        raise Halt(_said(code, answer), permanent=code >= 500 and not tried.accepted)
    hurry()
    code, answer = connection.rcpt(ascii_domain(mail.to.address))
    if code in {250, 251}:
        return True
    # 5.7.x is about who may send (RFC 3463 §3.8): more likely us than this one recipient.
    _refused(mail, code, answer, tried, about_us=answer.startswith(b"5.7."))
    connection.rset()
    return False


def _handed_over(
    connection: smtplib.SMTP, mail: Mail, tried: Tried, hurry: Callable[[], None]
) -> None:
    """Send the mail, its last line apart: with that line the doubt begins."""
    hurry()
    code, answer = connection.docmd("DATA")
    if code == 354:
        connection.send(mail.message.replace(b"\r\n.", b"\r\n.."))
        hurry()
        connection.send(b".\r\n" if mail.message.endswith(b"\r\n") else b"\r\n.\r\n")
        tried.unknown.add(mail.to.id)
        code, answer = connection.getreply()
        tried.unknown.discard(mail.to.id)
    if 200 <= code < 300:
        tried.accepted += 1
        tried.words = _said(code, answer)
    else:
        _refused(mail, code, answer, tried, about_us=True)
        connection.rset()


def _refused(mail: Mail, code: int, answer: bytes, tried: Tried, *, about_us: bool) -> None:
    """Note a refusal: 4xx for now, 5xx for good.

    One that is about us, before anything was accepted, would meet everyone: it ends the call.
    """
    words = _said(code, answer)
    if code == 421:
        raise Halt(words)
    if code >= 500 and about_us and not tried.accepted:
        raise Halt(words, permanent=True)
    if code >= 500:
        tried.refused[mail.to.id] = words
    else:
        tried.later.add(mail.to.id)
        tried.words = words


def _said(code: int, answer: bytes) -> str:
    return clipped(f"{code} {answer.decode('utf-8', 'replace')}")
