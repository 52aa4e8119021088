"""How do many mails go over one connection, a round trip each (PIPELINING, RFC 2920)?

A mail's text, its last line and the next mail's MAIL, RCPT and DATA go out in one write. Nothing of
a mail's text is written before the relay has taken its recipient and awaits it.
"""

from collections.abc import Iterator

from digest.deliver.headers import ascii_domain
from digest.deliver.providers.smtp_answers import (
    LOST,
    UNASKED,
    Closing,
    Mail,
    Tried,
    begun_anew,
    ended,
    lost,
    nothing_awaited,
    recipient_taken,
    sender_taken,
    text_awaited,
)
from digest.deliver.providers.smtp_dialogue import stuffed
from digest.deliver.providers.smtp_wire import Wire


def mail_all(wire: Wire, mails: Iterator[Mail], tried: Tried) -> None:
    """Mail one after the other and note what is known of their recipients.

    Raises:
        Closing: the relay takes no more over this connection; nobody is in doubt.
        Halt: the relay takes no more mail of this call.
    """
    try:
        _mail_all(wire, mails, tried)
    except LOST as failure:
        raise lost(failure, tried) from failure


def _mail_all(wire: Wire, mails: Iterator[Mail], tried: Tried) -> None:
    mail = next(mails, None)
    wire.send(_commands(mail))
    while mail is not None:
        following = next(mails, None)
        if _announced(wire, mail, tried):
            _hand_over(wire, mail, _commands(following), tried)
        else:
            _begin_anew(wire, _commands(following))
        mail = following
    if wire.unread():
        raise Closing(UNASKED)


def _commands(mail: Mail | None) -> bytes:
    """Write what names a mail's sender and recipient; DATA ends a group (RFC 2920 §3.1)."""
    if mail is None:
        return b""
    sender = " ".join([f"MAIL FROM:<{ascii_domain(mail.sender)}>", *mail.options])
    return f"{sender}\r\nRCPT TO:<{ascii_domain(mail.to.address)}>\r\nDATA\r\n".encode()


def _announced(wire: Wire, mail: Mail, tried: Tried) -> bool:
    """Read the answers to a mail's commands; say whether its text may follow."""
    sender_taken(wire.answer(), tried)
    if recipient_taken(mail, wire.answer(), tried):
        return text_awaited(mail, wire.answer(), tried)
    nothing_awaited(wire.answer())
    return False


def _hand_over(wire: Wire, mail: Mail, behind: bytes, tried: Tried) -> None:
    """Send a mail and what comes behind it: with the last line's first byte the doubt begins."""
    if wire.unread():
        raise Closing(UNASKED)
    last = b".\r\n" + behind
    try:
        wire.send(stuffed(mail.message) + last)
    finally:
        if wire.unsent < len(last):
            tried.unknown.add(mail.to.id)
    ended(mail, wire.answer(), tried)


def _begin_anew(wire: Wire, behind: bytes) -> None:
    """Drop what was announced: the relay would take the next MAIL for a nested one."""
    wire.send(b"RSET\r\n" + behind)
    begun_anew(wire.answer())
