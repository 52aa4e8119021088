"""Mail through Brevo's v3 API, one request a recipient, up to 50 recipients a call.

    brevo://                                  the key in BREVO_API_KEY
    brevo://127.0.0.1:8080?tls=no             a look-alike on this machine
    options: capacity, workers, sandbox=yes (checked, not mailed)

Brevo's `messageVersions` would carry 1,000 recipients a request, but no header of a recipient's own
is documented for them, and a List-Unsubscribe that is lost or shared ends the wrong subscription.
Single requests may be made 1,000 times a second, so nothing is lost but some bandwidth. Its
`idempotencyKey` is not used: it is kept 30 minutes, and nobody says what a refused request does
to it. Open and click tracking is the account's setting; a request can only make it anonymous.

    201, 202                       accepted
    400 that blames `to`           that recipient refused for good
    400 401 402 403 404 405 406    refused for good, whoever calls again
    429                            refused for now; x-sib-ratelimit-reset says how many seconds
    all else, and no answer        digest.deliver.providers.answers

Documented at developers.brevo.com: reference/sendtransacemail, docs/batch-send-transactional-emails
(messageVersions), docs/api-limits, docs/limit-headers, docs/heterogenous-versions-batch-emails
(idempotencyKey); the statuses: github.com/sendinblue/APIv3-python-library. That headers must be
ASCII and which names are lost: github.com/anymail/django-anymail, docs/esps/brevo.rst.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from digest.clock import Clock, system_clock
from digest.deliver.headers import ascii_domain
from digest.deliver.provider import Call, Letter, Personal, Receipt
from digest.deliver.providers.answers import Answer, bounded, number, read_status, spoken
from digest.deliver.providers.api import JSON, Api, api_key, base_url
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.packing import in_turn
from digest.deliver.providers.request import marks, newsletter, one_line, own_headers, written
from digest.deliver.providers.urls import ProviderUrl
from digest.deliver.providers.verbatim import Wording, wording
from digest.errors import DeliveryError
from digest.model.delivery import Outcome

CAPACITY = 50
"""Recipients that a call's minute suffices for, when the API is slow."""
_LONGEST_NAME = 70
_REFUSALS = frozenset({400, 401, 402, 403, 404, 405, 406})
_BLAME = re.compile(r"\bin to\b", re.IGNORECASE)
_SIGN = re.compile(r"\{(?=[{%#])")
"""What begins a variable, a tag or a comment of Brevo's template language."""
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."]+')
"""What makes Brevo drop a name that is not ASCII."""


@dataclass(frozen=True, kw_only=True)
class Constant:
    """What all recipients of a letter share."""

    message: Mapping[str, Any]
    headers: Mapping[str, str]
    wording: Wording


class Brevo:
    """The API; safe to share between threads."""

    name = "brevo"
    idempotent = False

    def __init__(
        self,
        where: str,
        key: str,
        *,
        capacity: int = CAPACITY,
        workers: int = 8,
        sandbox: bool = False,
        clock: Clock = system_clock,
    ) -> None:
        self.where = where
        self.capacity = capacity
        self.workers = workers
        self._letters = Compiled(lambda letter: constant_part(letter, sandbox=sandbox))
        headers = {"api-key": key, "Accept": JSON}
        self._api = Api(where, headers=headers, workers=workers, clock=clock)

    def __repr__(self) -> str:
        """Show no key."""
        return f"Brevo({self.where!r})"

    def deliver(self, call: Call) -> Receipt:
        """Mail one recipient after the other, until the API takes no more or time is up."""
        try:
            constant = self._letters.of(call.letter)
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, permanent=True, detail=str(unfit))
        return in_turn(
            [{to.id: to} for to in call.to],
            lambda part: self._mailed(call, constant, *part.values()),
        )

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _mailed(self, call: Call, constant: Constant, to: Personal) -> Receipt:
        try:
            body = message(to, call, constant)
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, refused={to.id: str(unfit)})
        answer = self._api.post("/v3/smtp/email", body, call.deadline)
        return answer if isinstance(answer, Receipt) else read_answer(answer, to.id)


def constant_part(letter: Letter, *, sandbox: bool = False) -> Constant:
    """Build what all recipients share.

    Raises:
        DeliveryError: no subject or body, or a header holds a line break.
    """
    written(letter, "Brevo")
    message: dict[str, Any] = {
        "sender": _mailbox(letter.sender_name, letter.sender_address),
        "tags": [newsletter(letter)],
    }
    if letter.reply_to:
        message["replyTo"] = _mailbox("", letter.reply_to)
    headers = {**letter.headers, **({"X-Sib-Sandbox": "drop"} if sandbox else {})}
    return Constant(message=message, headers=headers, wording=wording(letter, _SIGN))


def message(to: Personal, call: Call, constant: Constant) -> bytes:
    """Write one recipient's request.

    Raises:
        DeliveryError: a header would hold a line break or leave ASCII, or it is not one plain
            address.
    """
    headers = {
        **constant.headers,
        **own_headers(to),
        "X-Mailin-custom": orjson.dumps(marks(call, to)).decode(),
    }
    texts = constant.wording.fill(to.values)
    own = {
        # Without a word from us the account decides whether opens and clicks name the reader.
        "to": [
            {**_mailbox(to.name, to.address), "contactPixelTrackingConsent": call.letter.tracked}
        ],
        "headers": {name: _ascii(name, value) for name, value in headers.items()},
        "subject": texts.subject,
        "htmlContent": texts.html,
        **({"textContent": texts.text} if texts.text.strip() else {}),
    }
    return orjson.dumps({**constant.message, **own})


def _mailbox(name: str, address: str) -> dict[str, str]:
    one_line(name, address)
    spoken_ = name if name.isascii() else " ".join(_SPECIAL.sub(" ", name).split())
    mailbox = {"email": ascii_domain(address)}
    return {**mailbox, "name": spoken_[:_LONGEST_NAME]} if spoken_.strip() else mailbox


def _ascii(name: str, value: str) -> str:
    """Refuse what Brevo would put into a header as it is, for receivers to choke on."""
    if not value.isascii():
        raise DeliveryError(f"header {name} would leave ASCII: {value!r}")
    return value


def read_answer(answer: Answer, id_: int) -> Receipt:
    """Say what an answer means for the recipient."""
    words = spoken(answer)
    if answer.status in {201, 202}:
        told = answer.json()
        ref = str(told.get("messageId") or "") if isinstance(told, dict) else ""
        return Receipt(outcome=Outcome.ACCEPTED, ref=ref)
    if answer.status == 400 and _BLAME.search(words):
        return Receipt(outcome=Outcome.REFUSED, detail=words, refused={id_: words})
    reset = number(answer.headers.get("x-sib-ratelimit-reset", ""))
    return read_status(answer, _REFUSALS, wait=None if reset is None else bounded(reset))


def open_brevo(url: ProviderUrl, secrets: Mapping[str, str]) -> Brevo:
    """Open from a URL.

    Raises:
        ConfigError: the key is missing, an option is wrong, or the key would travel in the clear.
    """
    url.allow("tls", "sandbox")
    return Brevo(
        base_url(url, host="api.brevo.com"),
        api_key(url, secrets, "BREVO_API_KEY"),
        capacity=url.number("capacity", CAPACITY, most=1000),
        workers=url.number("workers", 8, most=64),
        sandbox=url.choice("sandbox", ("no", "yes")) == "yes",
    )
