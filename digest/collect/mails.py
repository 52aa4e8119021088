"""Which article does a saved mail hold? Its subject, its sender's name, its readable part."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from digest.collect.charset import decode
from digest.collect.clean import line, plain
from digest.collect.items import Item
from digest.collect.prose import body_of
from digest.collect.texts import lone_link

_PARTS = 200  # of one mail
_PREFIX = re.compile(r"^(?:\s*(?:re|fw|fwd|tr|réf|wg)\s*:\s*)+", re.IGNORECASE)
_SIGNATURE = re.compile(r"\n-- ?\n.*\Z", re.DOTALL)


def read_mail(raw: bytes) -> Item:
    """Read one mail; the sender's address is not kept.

    Raises:
        ValueError: it can't be read as a mail, or holds no text.
    """
    try:
        message = message_from_bytes(raw, policy=policy.default)
        subject, text = _header(message, "Subject"), _text(message)
        sender, date = _sender(message), _header(message, "Date")
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it can't be read as a mail") from error
    title = line(_PREFIX.sub("", subject))
    if not (title or text):
        raise ValueError("a mail without a subject or a text")
    return Item(
        url=lone_link(_header(message, "Archived-At")),
        title=title,
        publisher=sender,
        published=(date,) if date else (),
        content=text,
    )


def _header(message: EmailMessage, name: str) -> str:
    """Read a header; a malformed one as if it were absent."""
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError):
        return ""


def _sender(message: EmailMessage) -> str:
    name, _ = parseaddr(_header(message, "From"))
    return "" if "@" in name else line(name)


def _text(message: EmailMessage) -> str:
    """Give the HTML part's text, or the plain part's when it says more."""
    html, text = "", ""
    for number, part in enumerate(message.walk()):
        if number >= _PARTS or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/html":
            html = html or plain(_content(part))
        elif part.get_content_type() == "text/plain":
            text = text or _SIGNATURE.sub("", _content(part).replace("\r\n", "\n"))
    longer = html if 2 * len(html) >= len(text) else text
    return body_of(longer)


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    return decode(raw, charset=part.get_content_charset() or "")
