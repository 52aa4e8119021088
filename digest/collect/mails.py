"""Which article does a saved mail hold? Its subject, its sender's name, its readable part."""

import re
from email import message_from_bytes, policy
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.utils import parseaddr
from html import unescape
from itertools import islice
from urllib.parse import unquote, urlsplit, urlunsplit

from digest.collect.charset import decode
from digest.collect.clean import line, plain
from digest.collect.items import Item
from digest.collect.prose import body_of
from digest.collect.texts import lone_link
from digest.collect.urls import is_web

_PARTS = 200  # of one mail that are looked at
_MOST_PARTS = 1_000  # lines that may part one from another: no mail has them
_PARTING = re.compile(rb"[\r\n]--")  # the library takes a bare CR for a line's end too
_LONGEST_HEADER = 2_000  # characters: the library's parser is quadratic in some
_HEADERS = HeaderRegistry()
_POLICY = policy.default.clone(
    header_factory=lambda name, value: _HEADERS(name, value[:_LONGEST_HEADER])
)
_PREFIX = re.compile(r"^(?:\s*(?:re|fw|fwd|tr|réf|wg)\s*:\s*)+", re.IGNORECASE)
_LOOKED_AT = 200_000  # characters of a newsletter
_LINK = re.compile(
    r"""<a\b[^<>]{0,2000}?\bhref\s?=\s?["']([^"'<>\s]{1,4000})["'][^<>]{0,2000}>"""
    r"""((?:(?!</a\b).){0,500})</a\b""",
    re.IGNORECASE | re.DOTALL,
)
_IN_BROWSER = re.compile(
    r"\b(?:view|read|open|see)\b.{0,40}\b(?:browser|online)\b"
    r"|\bweb version\b|\bversion (?:en ligne|web)\b"
    r"|\b(?:voir|lire|ouvrir|afficher|consulter|visualiser)\b.{0,60}\b(?:navigateur|en ligne)\b",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"[A-Za-z0-9_=~.]{20,}")
"""Of letters and digits it may name a reader: a slug has hyphens."""
_SIGNATURE = re.compile(r"\n-- ?\n.*\Z", re.DOTALL)


def read_mail(raw: bytes) -> Item:
    """Read one mail; the sender's address is not kept.

    Raises:
        ValueError: it can't be read as a mail, or holds no text.
    """
    if len(_PARTING.findall(raw)) > _MOST_PARTS:
        raise ValueError(f"a mail of more than {_MOST_PARTS:,} parts")
    try:
        message = message_from_bytes(raw, policy=_POLICY)
        subject, text = _header(message, "Subject"), _text(message)
        sender, date = _sender(message), _header(message, "Date")
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it can't be read as a mail") from error
    title = line(_PREFIX.sub("", subject))
    if not (title or text):
        raise ValueError("a mail without a subject or a text")
    return Item(
        guid=line(_header(message, "Message-ID")),
        url=lone_link(_header(message, "Archived-At")) or _seen_in_browser(message),
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
    """Give the sender's name; of a list that sends without one, the list's (RFC 2919)."""
    name, _ = parseaddr(_header(message, "From"))
    listed = _header(message, "List-Id").partition("<")[0].strip(' "')
    return next((line(one) for one in (name, listed) if one and "@" not in one), "")


def _seen_in_browser(message: EmailMessage) -> str:
    """Give the address under "view in your browser", which newsletters begin with."""
    parts = islice(message.walk(), _PARTS)
    html = next((_content(one) for one in parts if one.get_content_type() == "text/html"), "")
    for found in _LINK.finditer(html[:_LOOKED_AT]):
        if _IN_BROWSER.search(plain(found[2])) and is_web(address := unescape(found[1])):
            return _of_nobody(address)
    return ""


def _of_nobody(address: str) -> str:
    """Leave out who the mail was for; no address is better than one that only a reader has.

    Mailchimp names the reader in `e`; elsewhere a long word of letters and digits may.
    """
    parts = urlsplit(address)
    kept = [pair for pair in parts.query.split("&") if pair and not pair.startswith("e=")]
    words = _TOKEN.findall(" ".join((parts.path, parts.fragment, *kept)))
    if "@" in unquote(address) or any(map(_is_mixed, words)):
        return ""
    return urlunsplit(parts._replace(query="&".join(kept)))


def _is_mixed(word: str) -> bool:
    return any(map(str.isdigit, word)) and any(map(str.isalpha, word))


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
