"""SendGrid's event webhook, looked alike: signs posts with a key of its own, as its pages describe.

`Webhook().post(browser, events)` posts to an app; what it posts comes from the requests that the
look-alike API accepted (`events_of`), or is made up by a test (`an_event`).
"""

import base64
import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PATH = "/events/sendgrid"
_number = itertools.count(1)


class Browser(Protocol):
    """What posts: a test client."""

    def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Any: ...


class Webhook:
    """One event webhook with its pair of keys."""

    def __init__(self) -> None:
        self._secret = ec.generate_private_key(ec.SECP256R1())
        der = self._secret.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key = base64.b64encode(der).decode()
        """The verification key, as SendGrid shows it."""

    def headers(self, body: bytes, at: datetime) -> dict[str, str]:
        """Sign a body."""
        timestamp = str(int(at.timestamp()))
        signature = self._secret.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "Content-Type": "application/json;charset=utf-8",
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }

    def post(self, browser: Browser, events: Sequence[object], at: datetime) -> int:
        """Post events as SendGrid would at this moment; give the answer's status."""
        body = body_of(events)
        answer = browser.post(PATH, content=body, headers=self.headers(body, at))
        return int(answer.status_code)


def body_of(events: Sequence[object]) -> bytes:
    """Write events as SendGrid does: an array, an event a line."""
    return b"[" + b",\r\n".join(orjson.dumps(event) for event in events) + b"]\r\n"


def events_of(
    request: Mapping[str, Any], kind: str = "processed", *, at: datetime
) -> list[dict[str, Any]]:
    """Give an event of each reader of a request that the look-alike accepted."""
    return [
        an_event(kind, at=at, email=person["to"][0]["email"], **person["custom_args"])
        for person in request["personalizations"]
    ]


def an_event(kind: str = "processed", *, at: datetime, **fields: Any) -> dict[str, Any]:
    """An event with an id of its own; custom arguments stand flat among SendGrid's own fields."""
    number = next(_number)
    own = {
        "email": "reader1@readers.example",
        "timestamp": int(at.timestamp()),
        "smtp-id": f"<{number}@geopod-ismtpd-1>",
        "event": kind,
        "category": ["hebdo-sahel"],
        "sg_event_id": f"event-{number}",
        "sg_message_id": f"{number}.recvd-1",
    }
    # A deferred event counts SendGrid's own tries, under a name that shadows an argument's.
    counted = {"attempt": "3", "response": "452 try later"} if kind == "deferred" else {}
    return own | fields | counted
