"""What are the bytes of one reader's mail? Compiled once per edition, joined per recipient.

Quoted-printable is encoded per literal segment, and each value is fenced by soft line breaks:
encoding the whole mail first and replacing tokens after it fails, for a soft break may cut a token.
"""

import hashlib
import re
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from digest.deliver.dkim import Seal, Signer
from digest.deliver.headers import checked, mailbox, phrase
from digest.deliver.personalise import Pattern, cut
from digest.deliver.provider import Letter, Personal
from digest.errors import DeliveryError

_FENCE = b"=\r\n"
_LONGEST = 998
"""Bytes that a line may have without its end (RFC 5322 §2.1.1); those of bodies have 76."""
_PLAIN = re.compile(r"[ -<>-~]{0,74}[!-<>-~]")
"""What quoted-printable leaves as it is, on a line that has room for the fence's `=`."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """A part's quoted-printable bytes, cut at its tokens."""

    literals: tuple[bytes, ...]
    names: tuple[str, ...]

    def filled(self, values: Mapping[str, bytes]) -> list[bytes]:
        """Give the part's pieces with one recipient's encoded values, the first piece left out."""
        pieces: list[bytes] = []
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            pieces += (values[name], literal)
        return pieces


@dataclass(frozen=True, kw_only=True)
class CompiledLetter:
    """A letter ready to be joined with a recipient's own words."""

    head: bytes
    """Headers that all share."""
    subject: Pattern
    phrased: str | None
    """The subject as it stands in the header; None: it names the reader."""
    body: Body
    """The empty line, the text part, then HTML: the best one last (RFC 2046 §5.1.4)."""
    tokens: frozenset[str]
    seal: Seal | None

    def message(self, to: Personal, at: datetime) -> bytes:
        """Give one recipient's mail, with CRLF line ends, 7-bit unless their address is not.

        Raises:
            DeliveryError: a header would hold a line break, or be too long for a line.
        """
        words = to.values
        own = self._own(to, words, at)
        rest = self.body.filled({name: _fenced(words[name]) for name in self.tokens})
        parts = (self.head, _lines(own), self.body.literals[0], *rest)
        if self.seal is None:
            return b"".join(parts)
        return b"".join((self.seal.signature(own, rest, at), *parts))

    def _own(self, to: Personal, words: Mapping[str, str], at: datetime) -> dict[str, str]:
        own = {"To": mailbox(to.name, to.address)}
        subject = self.phrased
        own["Subject"] = self._phrase(words) if subject is None else subject
        own["Date"] = _date(at.replace(microsecond=0))
        for name, value in to.headers.items():
            own[name] = checked(name, value)
        return own

    def _phrase(self, words: Mapping[str, str]) -> str:
        return phrase(checked("Subject", self.subject.fill(words)))


def compile_letter(letter: Letter, signer: Signer | None = None) -> CompiledLetter:
    """Compile what all recipients of a letter share; with a signer, each mail is signed.

    Raises:
        DeliveryError: a header would hold a line break, or be too long for a line; or the signer
            does not answer for this sender.
    """
    boundary = "=_" + hashlib.sha256((letter.html + letter.text).encode()).hexdigest()[:32]
    body, shared = _body(letter, boundary), _shared(letter, boundary)
    subject = cut(letter.subject)
    begin = body.literals[0].removeprefix(b"\r\n")  # the line that ends the headers
    return CompiledLetter(
        head=_lines(shared),
        subject=subject,
        phrased=None if subject.names else phrase(checked("Subject", letter.subject)),
        body=body,
        tokens=frozenset(body.names),
        seal=signer.seal(letter.sender_address, shared, begin) if signer else None,
    )


def _shared(letter: Letter, boundary: str) -> dict[str, str]:
    headers = {"From": mailbox(letter.sender_name, letter.sender_address)}
    if letter.reply_to:
        headers["Reply-To"] = mailbox("", letter.reply_to)
    own = {name: checked(name, value) for name, value in letter.headers.items()}
    kind = f'multipart/alternative; boundary="{boundary}"'
    return headers | own | {"MIME-Version": "1.0", "Content-Type": kind}


def _lines(headers: Mapping[str, str]) -> bytes:
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()]).encode()
    if len(lines) > _LONGEST:
        for line in lines.split(b"\r\n"):
            if len(line) > _LONGEST:
                raise DeliveryError(
                    f"a header's line would have over {_LONGEST} bytes: {line[:60]!r}…"
                )
    return lines


@lru_cache(maxsize=8)
def _date(second: datetime) -> str:
    return format_datetime(second)


def _body(letter: Letter, boundary: str) -> Body:
    """Chain the parts: `=_` can't occur in quoted-printable text, so neither can the boundary."""
    chain = Body(literals=(b"",), names=())
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
    *before, last = pattern.literals
    return Body(literals=(*map(_open, before), _quoted(last)), names=pattern.names)


def _fenced(value: str) -> bytes:
    quoted = value.encode() if _PLAIN.fullmatch(value) else _open(value)
    return _FENCE + quoted + _FENCE


def _open(text: str) -> bytes:
    """Encode what a fence follows: a letter behind it keeps room for the `=` on its last line."""
    return _quoted(text + "x")[:-1]


def _quoted(text: str) -> bytes:
    """Encode (RFC 2045 §6.7); spaces at an end too, for what follows may be a line break."""
    return b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")
