"""What is said to a relay for one recipient, a step at a time, each after the answer to the last?

For relays that do not announce PIPELINING; for the others see smtp_pipeline.
"""

import re
import smtplib
from collections.abc import Callable

from digest.deliver.headers import ascii_domain
from digest.deliver.providers.smtp_answers import (
    LOST,
    UNASKED,
    Answer,
    Closing,
    Mail,
    Tried,
    begun_anew,
    ended,
    lost,
    recipient_taken,
    sender_taken,
    text_awaited,
)
from digest.deliver.providers.smtp_connect import says_more
from digest.errors import DeliveryError

_DOT = re.compile(rb"\r\n\.")
"""Searched for as a pattern, which is four times as fast as `bytes.replace`."""


def transact(connection: smtplib.SMTP, mail: Mail, tried: Tried, hurry: Callable[[], None]) -> None:
    """Make one recipient's transaction and note what is known of them.

    `hurry` is called before each step: it raises Halt when the call's time is up.

    Raises:
        Halt: the relay takes no more mail of this call.
    """
    try:
        if not _mailed(connection, mail, tried, hurry):
            begun_anew(Answer(*connection.rset()))
    except LOST as failure:
        raise lost(failure, tried) from failure


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


def stuffed(message: bytes) -> bytes:
    """Double the dots that lines begin with (RFC 5321 §4.5.2)."""
    return _DOT.sub(b"\r\n..", message)


def _mailed(connection: smtplib.SMTP, mail: Mail, tried: Tried, hurry: Callable[[], None]) -> bool:
    """Say whether the relay took the mail; its last line is sent apart: with it doubt begins."""
    hurry()
    sender_taken(Answer(*connection.mail(ascii_domain(mail.sender), mail.options)), tried)
    hurry()
    answer = Answer(*connection.rcpt(ascii_domain(mail.to.address)))
    if not recipient_taken(mail, answer, tried):
        return False
    hurry()
    if not text_awaited(mail, Answer(*connection.docmd("DATA")), tried):
        return False
    connection.send(stuffed(mail.message))
    if says_more(connection):
        raise Closing(UNASKED)
    hurry()
    connection.send(b".\r\n")
    tried.unknown.add(mail.to.id)
    ended(mail, Answer(*connection.getreply()), tried)
    return mail.to.id in tried.accepted
