"""What does a relay's answer mean for one recipient, and for those after them?

Until the last line of a mail is sent the relay has taken nothing; from then until its answer nobody
knows; a lost answer may mean a mail delivered (RFC 5321 §4.5.3.2.6, RFC 1047).
"""

import smtplib
from dataclasses import dataclass, field
from typing import NamedTuple

from digest.deliver.provider import Call, Personal, Receipt
from digest.deliver.providers.answers import clipped
from digest.model.delivery import Outcome

LOST = (OSError, smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException)
"""What is raised when the other side is gone or talks nonsense."""


UNASKED = "it answers what was not asked"
"""Its next words would be taken for the answer to the next mail."""


class Answer(NamedTuple):
    """A whole answer of a relay."""

    code: int
    words: bytes
    """Of all its lines."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One recipient's transaction."""

    to: Personal
    sender: str
    message: bytes
    """With CRLF line ends, the last line's too."""
    options: tuple[str, ...]
    """Of the MAIL command."""


@dataclass(kw_only=True)
class Tried:
    """What is known of a call's recipients so far, by subscriber id."""

    accepted: set[int] = field(default_factory=set)
    refused: dict[int, str] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    later: set[int] = field(default_factory=set)
    last: Answer | None = None

    def left(self, call: Call) -> list[Personal]:
        """Give the recipients of whom nothing is known yet."""
        known = self.accepted | self.refused.keys() | self.unknown | self.later
        return [to for to in call.to if to.id not in known]


class Halt(Exception):  # noqa: N818 - not an error of ours: the relay ends the call
    """The relay takes no more of this call."""

    def __init__(self, words: str, *, permanent: bool = False) -> None:
        super().__init__(words)
        self.permanent = permanent


class Closing(Halt):
    """The relay takes no more over this connection; nobody is in doubt."""


class OutOfStep(Closing):
    """The relay announced PIPELINING and gets it wrong."""


def sender_taken(answer: Answer, tried: Tried) -> None:
    """Read the answer to MAIL.

    Raises:
        Halt: our sender is refused, and so would be every mail.
    """
    if answer.code != 250:
        _unless_closing(answer)
        raise Halt(said(answer), permanent=answer.code >= 500 and not tried.accepted)


def recipient_taken(mail: Mail, answer: Answer, tried: Tried) -> bool:
    """Read the answer to RCPT: say whether the mail may follow."""
    if answer.code in {250, 251}:
        return True
    # 5.7.x is about who may send (RFC 3463 §3.8): more likely us than this one recipient.
    _refused(mail, answer, tried, about_us=answer.words.startswith(b"5.7."))
    return False


def text_awaited(mail: Mail, answer: Answer, tried: Tried) -> bool:
    """Read the answer to DATA: say whether the mail's text may follow."""
    if answer.code == 354:
        return True
    _refused(mail, answer, tried, about_us=True)
    return False


def nothing_awaited(answer: Answer) -> None:
    """Read the answer to a DATA that was sent with a RCPT that has been refused since.

    The relay should refuse it. RFC 2920 §3.1 has a client answer a 354 with a lone dot: an empty
    mail to whomever this relay takes for a recipient. Closing the connection mails nobody.

    Raises:
        OutOfStep: it was taken.
    """
    _unless_closing(answer)
    if answer.code < 400:
        raise OutOfStep(f"it awaits a mail without a recipient: {said(answer)}")


def begun_anew(answer: Answer) -> None:
    """Read the answer to RSET, which is never refused (RFC 5321 §4.1.1.5).

    Raises:
        Closing: it is, or this is the answer to something else.
    """
    if answer.code != 250:
        raise Closing(said(answer))


def ended(mail: Mail, answer: Answer, tried: Tried) -> None:
    """Read the answer to a mail's last line: it ends the doubt, if it is one."""
    if not (200 <= answer.code < 300 or 400 <= answer.code < 600):
        raise Halt(f"it answered a mail with {said(answer)}")
    tried.unknown.discard(mail.to.id)
    if answer.code < 300:
        tried.accepted.add(mail.to.id)
        tried.last = answer
    else:
        _refused(mail, answer, tried, about_us=True)


def receipt_of(call: Call, tried: Tried, halt: Halt | None) -> Receipt:
    """Sum a call up: whoever it did not come to is untried."""
    words = said(tried.last) if tried.last else ""
    return Receipt(
        outcome=Outcome.ACCEPTED if tried.accepted else Outcome.REFUSED,
        detail=str(halt) if halt else words,
        permanent=bool(halt and halt.permanent),
        refused=tried.refused,
        unknown=frozenset(tried.unknown),
        untried=frozenset(tried.later).union(to.id for to in tried.left(call)),
    )


def lost(failure: Exception, tried: Tried) -> Halt:
    """Say what the end of a connection means: with a doubt it is the end of the call."""
    words = f"the connection was lost: {words_of(failure)}"
    return Halt(words) if tried.unknown else Closing(words)


def words_of(failure: Exception) -> str:
    """Give the relay's own words, or what happened."""
    if isinstance(failure, smtplib.SMTPResponseException):
        error = failure.smtp_error
        words = error if isinstance(error, bytes) else error.encode()
        return said(Answer(failure.smtp_code, words))
    return clipped(f"{type(failure).__name__}: {failure}")


def said(answer: Answer) -> str:
    """Write an answer as a line to keep and show."""
    return clipped(f"{answer.code} {answer.words.decode('utf-8', 'replace')}")


def _refused(mail: Mail, answer: Answer, tried: Tried, *, about_us: bool) -> None:
    """Note a refusal: 4xx for now, 5xx for good.

    One that is about us, before anything was accepted, would meet everyone: it ends the call.
    """
    _unless_closing(answer)
    if not 400 <= answer.code < 600:
        raise Closing(f"{UNASKED}: {said(answer)}")
    if answer.code >= 500 and about_us and not tried.accepted:
        raise Halt(said(answer), permanent=True)
    if answer.code >= 500:
        tried.refused[mail.to.id] = said(answer)
    else:
        tried.later.add(mail.to.id)
        tried.last = answer


def _unless_closing(answer: Answer) -> None:
    if answer.code == 421:
        raise Closing(said(answer))
