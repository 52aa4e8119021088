"""A Postmark look-alike: a result for each message of a batch, within the documented limits."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import orjson

from tests.servers import http
from tests.servers.http import Asked, Judged, LookAlike, Mail, Rules, Step

TOKEN = "postmark-look-alike"
STREAMS = ("broadcast", "outbound", "newsletters")
LARGEST_BODY = 50_000_000
INACTIVE = "inactive@readers.example"
"""Bounced once: Postmark mails it no more."""
_PLACEHOLDER = re.compile(r"\{\{\{\s*pm:\w+.*?\}\}\}", re.DOTALL)
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=^_{}|~-]+@(\.?[a-z0-9-])+", re.IGNORECASE)

RULES = Rules(
    url=lambda port: f"postmark://127.0.0.1:{port}?tls=no",
    judge=lambda asked, number: judge(asked, number),
    refusal=lambda status, message: {"ErrorCode": status, "Message": message},
)


def running(
    record: Path, *, script: Sequence[Step] = (), delay: float = 0.0
) -> AbstractContextManager[LookAlike]:
    """Run one in a thread of this process."""
    return http.running(RULES, record, script=script, delay=delay)


def judge(asked: Asked, number: int) -> Judged:
    """Say what Postmark makes of a request."""
    if asked.path != "/email/batch":
        return _refused(404, 404, "not found")
    if asked.headers.get("x-postmark-server-token") != TOKEN:
        return _refused(401, 10, "Request does not contain a valid Server token.")
    if "json" not in asked.headers.get("accept", ""):
        return _refused(422, 409, "The request headers were invalid.")
    if len(asked.body) > LARGEST_BODY:
        return _refused(413, 413, "Payload too large")
    messages = orjson.loads(asked.body)
    if len(messages) > 500:
        return _refused(422, 410, "Too many batch messages.")
    results = [result(message, f"{number}-{place}") for place, message in enumerate(messages)]
    taken = [
        message for message, one in zip(messages, results, strict=True) if not one["ErrorCode"]
    ]
    return Judged(
        status=200,
        body=results,
        request=messages,
        attempt=messages[0]["Metadata"]["attempt"] if messages else "",
        addresses=tuple(parseaddr(message["To"])[1] for message in taken),
        mails=lambda: [_mail(message) for message in taken],
    )


def result(message: Mapping[str, Any], id_: str) -> dict[str, Any]:
    """Say what becomes of one message."""
    address = parseaddr(message["To"])[1]
    metadata = message.get("Metadata", {})
    code, words = 0, "OK"
    if message.get("MessageStream") not in STREAMS:
        code, words = 1235, "The 'MessageStream' provided does not exist on this server."
    elif not _ADDRESS.fullmatch(address):
        code, words = 300, f"Invalid 'To' address: '{address}'."
    elif not message.get("HtmlBody") or not message.get("Subject"):
        code, words = 300, "Provide either email TextBody or HtmlBody or both."
    elif any("\n" in header["Value"] for header in message.get("Headers", [])):
        code, words = 300, "Invalid header."
    elif len(metadata) > 10 or any(len(k) > 20 or len(v) > 80 for k, v in metadata.items()):
        code, words = 300, "Invalid metadata content."
    elif address == INACTIVE:
        code, words = 406, f"Found inactive addresses: {address}."
    taken = {"MessageID": f"{id_:0>36}", "SubmittedAt": "2026-11-27T06:53:00.0000000+00:00"}
    if code:
        return {"ErrorCode": code, "Message": words}
    return {"ErrorCode": code, "Message": words, "To": message["To"], **taken}


def _refused(status: int, code: int, message: str) -> Judged:
    return Judged(status=status, body={"ErrorCode": code, "Message": message})


def _mail(message: Mapping[str, Any]) -> Mail:
    return Mail(
        address=parseaddr(message["To"])[1],
        headers={header["Name"]: header["Value"] for header in message["Headers"]},
        subject=_PLACEHOLDER.sub("", message["Subject"]),
        html=_PLACEHOLDER.sub("", message["HtmlBody"]),
        text=_PLACEHOLDER.sub("", message["TextBody"]),
    )
