"""What are the bytes of one reader's mail? Compiled once per edition, joined per recipient.

Quoted-printable is encoded per literal segment, and each value is fenced by soft line breaks:
encoding the whole mail first and replacing tokens after it fails, for a soft break may cut a token.
"""

import hashlib
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from digest.deliver.headers import checked, mailbox, phrase
from digest.deliver.personalise import Pattern, cut
from digest.deliver.provider import Letter, Personal

_FENCE = b"=\r\n"


@dataclass(frozen=True, kw_only=True)
class Body:
    """A part's quoted-printable bytes, cut at its tokens."""

    literals: tuple[bytes, ...]
    names: tuple[str, ...]

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Join the part with one recipient's encoded values."""
        parts = [self.literals[0]]
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            parts += (values[name], literal)
        return b"".join(parts)


@dataclass(frozen=True, kw_only=True)
class CompiledLetter:
    """A letter ready to be joined with a recipient's own words."""

    head: bytes
    """Headers that all share."""
    subject: Pattern
    body: Body
    """From Content-Type on: the text part first, then HTML, the best one last (RFC 2046 §5.1.4)."""
    tokens: frozenset[str]

    def message(self, to: Personal, at: datetime) -> bytes:
        """Give one recipient's mail, with CRLF line ends, 7-bit unless their address is not.

        Raises:
            DeliveryError: a header would hold a line break.
        """
        own = {"To": mailbox(to.name, to.address)}
        words = to.values
        own["Subject"] = phrase(checked("Subject", self.subject.fill(words)))
        own["Date"] = format_datetime(at)
        own |= {name: checked(name, value) for name, value in to.headers.items()}
        values = {name: _FENCE + _quoted(words[name]) + _FENCE for name in self.tokens}
        return self.head + _lines(own) + self.body.fill(values)


def compile_letter(letter: Letter) -> CompiledLetter:
    """Compile what all recipients of a letter share.

    Raises:
        DeliveryError: a header would hold a line break.
    """
    boundary = "=_" + hashlib.sha256((letter.html + letter.text).encode()).hexdigest()[:32]
    body = _body(letter, boundary)
    return CompiledLetter(
        head=_lines(_shared(letter)),
        subject=cut(letter.subject),
        body=body,
        tokens=frozenset(body.names),
    )


def _shared(letter: Letter) -> dict[str, str]:
    headers = {"From": mailbox(letter.sender_name, letter.sender_address)}
    if letter.reply_to:
        headers["Reply-To"] = mailbox("", letter.reply_to)
    own = {name: checked(name, value) for name, value in letter.headers.items()}
    return headers | own | {"MIME-Version": "1.0"}


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _body(letter: Letter, boundary: str) -> Body:
    """Chain the parts: `=_` can't occur in quoted-printable text, so neither can the boundary."""
    opening = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'
    chain = Body(literals=(opening.encode(),), names=())
    for kind, text in (("plain", letter.text), ("html", letter.html)):
        chain = _chained(chain, _part_head(kind, boundary), _encoded(text))
    return _chained(chain, f"\r\n--{boundary}--\r\n", Body(literals=(b"",), names=()))


def _part_head(kind: str, boundary: str) -> str:
    return (
        f"\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )


def _chained(before: Body, between: str, after: Body) -> Body:
    seam = before.literals[-1] + between.encode() + after.literals[0]
    return Body(
        literals=(*before.literals[:-1], seam, *after.literals[1:]),
        names=before.names + after.names,
    )


def _encoded(text: str) -> Body:
    pattern = cut(text.replace("\r\n", "\n").replace("\r", "\n"))
    return Body(literals=tuple(_quoted(one) for one in pattern.literals), names=pattern.names)


def _quoted(text: str) -> bytes:
    """Encode (RFC 2045 §6.7); spaces at an end too, for what follows may be a line break."""
    return b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")
