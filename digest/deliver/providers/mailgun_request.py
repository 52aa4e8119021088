"""What stands in a message to Mailgun, within the API's limits?

Documented at documentation.mailgun.com/docs/mailgun/user-manual/sending-messages: batch-sending
(recipient variables, 1,000 recipients), send-http (25 MB), pass-sending-options (`o:`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import orjson

from digest.deliver.headers import ascii_domain
from digest.deliver.personalise import cut
from digest.deliver.provider import Call, Letter, Personal
from digest.deliver.providers.packing import Limits, Packed, pack
from digest.deliver.providers.request import call_marks, newsletter, one_line, own_headers, written
from digest.deliver.providers.verbatim import unread_html, unread_text

MOST_RECIPIENTS = 1000
MOST_BYTES = 24_000_000
"""A message is refused from 25 MB on."""
_SIGN = re.compile(r"%(?=(?i:recipient|unsubscribe|tag_unsubscribe|mailing_list))")
"""What begins a variable of Mailgun's."""
_TRACKING = {
    False: (("o:tracking", "no"), ("o:tracking-clicks", "no"), ("o:tracking-opens", "no")),
    True: (("o:tracking-clicks", "no"), ("o:tracking-opens", "yes")),
}
"""By whether readers agreed to it. Links are never rewritten: those that are counted are our own.
`o:tracking` means both kinds, so beside two that differ it says nothing: each of these outranks
the domain's own setting (documentation.mailgun.com, "Pass sending options")."""
"""Each in so many words: what is left out follows the domain's settings."""
_PART_BYTES = 120
"""Of a form's field beside its value, about."""


@dataclass(frozen=True, kw_only=True)
class Constant:
    """What all recipients of a letter share."""

    fields: tuple[tuple[str, str], ...]
    tokens: tuple[str, ...]
    """Placeholders that the letter holds."""
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Person:
    """One recipient's part."""

    to: str
    address: str
    variables: Mapping[str, str]

    @property
    def bytes(self) -> int:
        """Say what it adds to the form."""
        names = len(self.to.encode()) + len(self.address)
        return names + len(orjson.dumps(self.variables)) + _PART_BYTES


def constant_part(letter: Letter, *, sandbox: bool = False) -> Constant:
    """Build what all recipients share.

    Raises:
        DeliveryError: no subject or body, or a header holds a line break.
    """
    written(letter, "Mailgun")
    tokens = {
        name for text in (letter.subject, letter.html, letter.text) for name in cut(text).names
    }
    fields = tuple(_shared(letter, sandbox=sandbox))
    size = sum(len(name) + len(value.encode()) + _PART_BYTES for name, value in fields)
    return Constant(fields=fields, tokens=tuple(sorted(tokens)), bytes=size)


def _shared(letter: Letter, *, sandbox: bool) -> Iterator[tuple[str, str]]:
    yield "from", one_line(letter.sender_name, letter.sender_address)
    yield "subject", _template(letter.subject, html=False)
    if letter.text.strip():
        yield "text", _template(letter.text, html=False)
    yield "html", _template(letter.html, html=True)
    if letter.reply_to:
        yield "h:Reply-To", one_line("", letter.reply_to)
    for name, value in letter.headers.items():
        yield f"h:{name}", unread_text(value, _SIGN)
    yield "o:tag", newsletter(letter)
    yield from _TRACKING[letter.tracked]
    if sandbox:
        yield "o:testmode", "yes"


def _template(text: str, *, html: bool) -> str:
    """Write a text so that Mailgun fills in our placeholders and nothing else."""
    unread = unread_html if html else unread_text
    pattern = cut(text)
    literals = tuple(unread(literal, _SIGN) for literal in pattern.literals)
    return replace(pattern, literals=literals).fill(
        {name: _variable(name) for name in pattern.names}
    )


def _variable(name: str) -> str:
    return f"%recipient.{name}%"


def packed(call: Call, constant: Constant) -> Packed[Person]:
    """Sort out who goes into the message: each address once, and readers with headers of their own
    not together with those without, since a message has one set of headers.
    """
    return pack(
        call,
        Limits(people=MOST_RECIPIENTS, bytes=MOST_BYTES - constant.bytes),
        lambda to: person(to, constant),
        size=lambda one: one.bytes,
        place=lambda to: ascii_domain(to.address).lower(),
        kind=lambda to: bool(to.message_id),
    )


def person(to: Personal, constant: Constant) -> Person:
    """Build one recipient's part.

    Raises:
        DeliveryError: a header would hold a line break, or it is not one plain address.
    """
    given = to.values
    values = {name: _value(name, given[name]) for name in constant.tokens}
    headers = {_header_variable(name): value for name, value in own_headers(to).items()}
    return Person(
        to=one_line(to.name, to.address),
        address=ascii_domain(to.address),
        variables={**values, **headers, "SUBSCRIBER": str(to.id)},
    )


def _value(name: str, value: str) -> str:
    """Keep what a reader typed from being filled in once more."""
    return unread_html(value, _SIGN) if name.endswith("_HTML") else unread_text(value, _SIGN)


def _header_variable(name: str) -> str:
    return "HEADER_" + name.replace("-", "_")


def request(
    call: Call, constant: Constant, people: Mapping[int, Person]
) -> Iterator[tuple[str, str]]:
    """Give a message's fields."""
    yield from constant.fields
    for one in people.values():
        yield "to", one.to
    anyone = next(to for to in call.to if to.id in people)
    for name in own_headers(anyone):
        yield f"h:{name}", _variable(_header_variable(name))
    for name, value in {**call_marks(call), "subscriber": _variable("SUBSCRIBER")}.items():
        yield f"v:{name}", value
    variables = {one.address: one.variables for one in people.values()}
    yield "recipient-variables", orjson.dumps(variables).decode()


def form(fields: Iterable[tuple[str, str]], boundary: str) -> bytes:
    """Write fields as multipart/form-data (RFC 7578)."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()
