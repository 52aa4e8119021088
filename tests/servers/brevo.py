"""A Brevo look-alike: reads every text as a template, as Brevo does, and fails on demand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson

from tests.servers import http
from tests.servers.http import Asked, Judged, LookAlike, Mail, Rules, Step

KEY = "xkeysib-look-alike"
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_ADDRESS = re.compile(r"[!-?A-~]+@[a-z0-9.-]+\.[a-z]+", re.IGNORECASE)

RULES = Rules(
    url=lambda port: f"brevo://127.0.0.1:{port}?tls=no",
    judge=lambda asked, number: judge(asked, number),
    refusal=lambda _, message: {"code": "no", "message": message},
)


def running(
    record: Path, *, script: Sequence[Step] = (), delay: float = 0.0
) -> AbstractContextManager[LookAlike]:
    """Run one in a thread of this process."""
    return http.running(RULES, record, script=script, delay=delay)


def judge(asked: Asked, number: int) -> Judged:
    """Say what Brevo makes of a request."""
    if asked.path != "/v3/smtp/email":
        return _refused(404, "document_not_found", "not found")
    if asked.headers.get("api-key") != KEY:
        return _refused(401, "unauthorized", "Key not found")
    message = orjson.loads(asked.body)
    for problem in problems(message):
        return _refused(400, "invalid_parameter", problem)
    return Judged(
        status=201,
        body={"messageId": f"<{number}@smtp-relay.example>"},
        request=message,
        attempt=orjson.loads(message["headers"]["X-Mailin-custom"])["attempt"],
        addresses=tuple(to["email"] for to in message["to"]),
        mails=lambda: [_mail(message, to["email"]) for to in message["to"]],
    )


def problems(message: Mapping[str, Any]) -> Iterator[str]:
    """Give what is wrong with a message."""
    if not message.get("sender", {}).get("email"):
        yield "sender is missing"
    if not all(_ADDRESS.fullmatch(to["email"]) for to in message.get("to", [])):
        yield "email is not valid in to"
    if any(len(to.get("name", "")) > 70 for to in message.get("to", [])):
        yield "name is too long in to"
    if not message.get("htmlContent") or not message.get("subject"):
        yield "htmlContent or subject is missing"
    for name, value in message.get("headers", {}).items():
        if type(value) is not str or "\n" in value or not value.isascii():
            yield f"{name} is not a header value"


def _refused(status: int, code: str, message: str) -> Judged:
    return Judged(status=status, body={"code": code, "message": message})


def _mail(message: Mapping[str, Any], address: str) -> Mail:
    return Mail(
        address=address,
        headers=message["headers"],
        subject=_TEMPLATE.sub("", message["subject"]),
        html=_TEMPLATE.sub("", message["htmlContent"]),
        text=_TEMPLATE.sub("", message.get("textContent", "")),
    )
