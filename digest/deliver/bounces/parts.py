"""What are the parts of a mail that anybody may have sent? Read under caps, in linear time.

The standard library's parser looks at each line once for every multipart it is in, and goes as deep
as the mail does. Here depth, parts, headers and bytes are bounded, and what is broken is empty.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from quopri import decodestring

LARGEST = 1024 * 1024
"""Bytes of a mail that are looked at: what is told of it stands before the mail it is about."""
_DEEPEST = 4
_MOST_PARTS = 30
_LARGEST_HEAD = 64 * 1024
_LONGEST_HEADER = 4_000
_LONGEST_TEXT = 100_000
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_WITH_MAIL = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/global-headers",
    }
)
"""What holds a mail, or its headers."""
_ENVELOPE = re.compile(rb"From [^\n]*\n")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A mail, or a part of one."""

    head: Message
    body: bytes
    """Without its transfer encoding."""
    parts: tuple["Part", ...] = ()
    """A multipart's; or the mail that it holds."""

    @property
    def kind(self) -> str:
        """Give its media type, in small letters."""
        return self.head.get_content_type()

    def header(self, name: str) -> str:
        """Give a header's text; empty when there is none."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> list[str]:
        """Give the texts of all headers of a name."""
        return [_decoded(str(value)) for value in self.head.get_all(name, [])]

    def text(self) -> str:
        """Give its body as text, whatever charset it claims."""
        try:
            return self.body[:_LONGEST_TEXT].decode(self._charset, "replace")
        except (LookupError, ValueError):
            return self.body[:_LONGEST_TEXT].decode("latin-1")

    def walk(self) -> Iterator["Part"]:
        """Give it and all parts of it, as they stand."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def _charset(self) -> str:
        return _parameter(self.head, "charset") or "utf-8"


def read_parts(raw: bytes) -> Part:
    """Read a mail: a large one as far as it goes, a broken one as far as it can be."""
    whole = raw[:LARGEST]
    envelope = _ENVELOPE.match(whole)  # of a mailbox, or put there by a server that pipes it here
    return _read(whole[envelope.end() :] if envelope else whole, _DEEPEST)


def read_head(raw: bytes) -> Message:
    """Read lines of headers."""
    head: Message = BytesHeaderParser().parsebytes(raw[:_LARGEST_HEAD])
    return head


def _read(raw: bytes, depth: int) -> Part:
    end = _END_OF_HEAD.search(b"\n" + raw[:_LARGEST_HEAD])
    stop = end.start() if end else len(raw)
    head = read_head(raw[: max(stop, 0)])
    body = raw[end.end() - 1 :] if end else b""
    if depth == 0:
        return Part(head=head, body=body)
    kind = head.get_content_type()
    if kind.startswith("multipart/"):
        inner = _split(body, _parameter(head, "boundary"))
        return Part(head=head, body=b"", parts=tuple(_read(one, depth - 1) for one in inner))
    body = _plain(body, str(head.get("Content-Transfer-Encoding", "")).strip().lower())
    inner_mail = (_read(body, depth - 1),) if kind in _WITH_MAIL else ()
    return Part(head=head, body=body, parts=inner_mail)


def _split(body: bytes, boundary: str) -> list[bytes]:
    """Cut at the lines that begin with the boundary (RFC 2046 §5.1.1)."""
    if not boundary or len(boundary) > 200:
        return []
    word = re.escape(boundary.encode("utf-8", "replace"))
    mark = re.compile(rb"(?:\A|\r?\n)--" + word + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    marks = list(_first(mark.finditer(body)))
    parts = []
    for place, begin in enumerate(marks):
        if begin[1]:
            break
        end = marks[place + 1].start() if place + 1 < len(marks) else len(body)
        parts.append(body[begin.end() : end].removeprefix(b"\r").removeprefix(b"\n"))
    return parts


def _first(marks: Iterator["re.Match[bytes]"]) -> Iterator["re.Match[bytes]"]:
    for _, mark in zip(range(_MOST_PARTS + 1), marks, strict=False):
        yield mark


def _plain(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        try:
            return b64decode(body)
        except (binascii.Error, ValueError):
            return b""
    return decodestring(body) if encoding == "quoted-printable" else body


def _parameter(head: Message, name: str) -> str:
    """Give a parameter of Content-Type; empty for none, or one that can't be read."""
    try:
        value = head.get_param(name, "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return (value[2] if isinstance(value, tuple) else str(value or "")).strip()


def _decoded(text: str) -> str:
    """Read encoded words (RFC 2047), and take line breaks out."""
    line = " ".join(text[:_LONGEST_HEADER].split())
    if "=?" not in line:
        return line
    try:
        words = decode_header(line)
    except (ValueError, LookupError):
        return line
    return "".join(_word(word, charset) for word, charset in words)


def _word(word: bytes | str, charset: str | None) -> str:
    if isinstance(word, str):
        return word
    try:
        return word.decode(charset or "latin-1", "replace")
    except LookupError:
        return word.decode("latin-1")
