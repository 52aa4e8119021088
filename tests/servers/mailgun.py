"""A Mailgun look-alike: keeps the documented limits, fills in as Mailgun does, fails on demand."""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import orjson

from tests.servers import http
from tests.servers.http import Asked, Judged, LookAlike, Mail, Rules, Step

KEY = "key-look-alike"
DOMAIN = "mg.example.org"
LARGEST_BODY = 25_000_000
_VARIABLE = re.compile(r"%recipient\.([\w.:-]+)%|%(?:recipient|\w*unsubscribe_url)%", re.I)
_ADDRESS = re.compile(r"[!-?A-~]+@[a-z0-9.-]+\.[a-z]+", re.IGNORECASE)

RULES = Rules(
    url=lambda port: f"mailgun://{DOMAIN}?api=127.0.0.1:{port}&tls=no",
    judge=lambda asked, number: judge(asked, number),
    refusal=lambda _, message: {"message": message},
)


def running(
    record: Path, *, script: Sequence[Step] = (), delay: float = 0.0
) -> AbstractContextManager[LookAlike]:
    """Run one in a thread of this process."""
    return http.running(RULES, record, script=script, delay=delay)


def judge(asked: Asked, number: int) -> Judged:
    """Say what Mailgun makes of a request."""
    if asked.path != f"/v3/{DOMAIN}/messages":
        return _refused(404, "Domain not found")
    if b64decode(asked.headers.get("authorization", "").removeprefix("Basic ")) != (
        f"api:{KEY}".encode()
    ):
        return _refused(401, "Forbidden")
    if len(asked.body) > LARGEST_BODY:
        return _refused(413, "Request is too large")
    fields = parse(asked)
    for problem in problems(fields):
        return _refused(400, problem)
    variables = orjson.loads(fields["recipient-variables"][0])
    addresses = [parseaddr(to)[1] for to in fields["to"]]
    return Judged(
        status=200,
        body={"id": f"<m-{number}@{DOMAIN}>", "message": "Queued. Thank you."},
        request=fields,
        attempt=fields["v:attempt"][0],
        addresses=tuple(addresses),
        mails=lambda: [_mail(fields, address, variables[address]) for address in addresses],
    )


def parse(asked: Asked) -> dict[str, list[str]]:
    """Read a form (RFC 7578)."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    fields: dict[str, list[str]] = {}
    for part in message_from_bytes(head + asked.body).walk():
        if name := part.get_param("name", header="content-disposition"):
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            fields.setdefault(str(name), []).append(payload.decode())
    return fields


def problems(fields: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Give what is wrong with a message, in Mailgun's words where they are known."""
    if not all(fields.get(name) for name in ("from", "to", "subject", "html")):
        yield "a parameter is missing"
        return
    addresses = [parseaddr(to)[1] for to in fields["to"]]
    if len(addresses) > 1000:
        yield "too many recipients"
    if len(set(addresses)) < len(addresses):
        yield "an address twice has one set of variables"
    if not all(_ADDRESS.fullmatch(address) for address in addresses):
        yield "'to' parameter is not a valid address. please check documentation"
    variables = orjson.loads(fields.get("recipient-variables", ["{}"])[0])
    if not set(addresses) <= variables.keys():
        yield "without recipient variables everyone sees everyone"
    if any("\n" in value for name in fields if name[:2] == "h:" for value in fields[name]):
        yield "a header holds a line break"


def _refused(status: int, message: str) -> Judged:
    return Judged(status=status, body={"message": message})


def _mail(fields: dict[str, list[str]], address: str, variables: dict[str, Any]) -> Mail:
    def filled(text: str) -> str:
        return _VARIABLE.sub(lambda found: str(variables.get(found[1] or "", "")), text)

    headers = {name[2:]: filled(fields[name][0]) for name in fields if name.startswith("h:")}
    return Mail(
        address=address,
        headers=headers,
        subject=filled(fields["subject"][0]),
        html=filled(fields["html"][0]),
        text=filled(fields.get("text", [""])[0]),
    )
