"""Mail through Postmark's API, up to 500 messages a call.

    postmark://                               the server's token in POSTMARK_SERVER_TOKEN
    postmark://?stream=newsletters            another message stream than `broadcast`
    postmark://127.0.0.1:8080?tls=no          a look-alike on this machine
    options: capacity, workers, stream

A broadcast stream adds Postmark's own unsubscribe link and headers unless its setting "Manage
unsubscribes on your own" is on (postmarkapp.com/support, managing-your-own-unsubscribe-process).

    200                            each message's own result counts:
        ErrorCode 0                  accepted
        406 (inactive), 300 'To'     that recipient refused for good
        300 otherwise                the same if any message was accepted, else all refused for good
        100 (maintenance), 429       that recipient not tried yet
        any other code               all that were not accepted: for good, if that is everyone
        none                         unknown
    401 404 413 415 422            refused for good: all of it, whoever calls again
    422 with ErrorCode 100 or 429  refused for now
    429                            refused for now; Retry-After says how long
    all else, and no answer        digest.deliver.providers.answers

Documented at postmarkapp.com/developer: user-guide/send-email-with-api/batch-emails (500 messages,
50 MB, results in order) and api/overview#error-codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from digest.clock import Clock, system_clock
from digest.deliver.provider import Call, Letter, Personal, Receipt
from digest.deliver.providers.answers import Answer, clipped, read_status, spoken
from digest.deliver.providers.api import JSON, Api, api_key, base_url
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.packing import Limits, Packed, pack, together
from digest.deliver.providers.request import marks, newsletter, one_line, own_headers, written
from digest.deliver.providers.urls import ProviderUrl
from digest.deliver.providers.verbatim import Wording, wording
from digest.errors import DeliveryError
from digest.model.delivery import Outcome

MOST_RECIPIENTS = 500
MOST_BYTES = 48_000_000
"""A request is refused from 50 MB on."""
_ANSWER_BYTES = 1_000_000
"""Results take about 200 bytes a message."""
_REFUSALS = frozenset({401, 404, 413, 415, 422})
_NOW = frozenset({100, 429})
"""ErrorCodes that another try may be spared."""
_BLAME = re.compile(r"'To'", re.IGNORECASE)
_SIGN = re.compile(r"\{(?=\{+\s*pm:)")
"""What begins a placeholder of Postmark's, `{{{ pm:unsubscribe }}}`."""


@dataclass(frozen=True, kw_only=True)
class Constant:
    """What all recipients of a letter share."""

    message: Mapping[str, Any]
    headers: Mapping[str, str]
    wording: Wording


class Postmark:
    """The API of one server; safe to share between threads."""

    name = "postmark"
    idempotent = False

    def __init__(
        self,
        where: str,
        token: str,
        *,
        stream: str = "broadcast",
        capacity: int = MOST_RECIPIENTS,
        workers: int = 4,
        clock: Clock = system_clock,
    ) -> None:
        self.where = where
        self.capacity = capacity
        self.workers = workers
        self._letters = Compiled(lambda letter: constant_part(letter, stream))
        headers = {"X-Postmark-Server-Token": token, "Accept": JSON}
        self._api = Api(
            where, headers=headers, workers=workers, clock=clock, answer_bytes=_ANSWER_BYTES
        )

    def __repr__(self) -> str:
        """Show no token."""
        return f"Postmark({self.where!r})"

    def deliver(self, call: Call) -> Receipt:
        """Make one request with a message for each recipient that fits; others stay untried."""
        try:
            constant = self._letters.of(call.letter)
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, permanent=True, detail=str(unfit))
        going = packed(call, constant)
        if not going.people:
            return Receipt(outcome=Outcome.REFUSED, refused=going.refused, untried=going.untried)
        body = b"[" + b",".join(going.people.values()) + b"]"
        answer = self._api.post("/email/batch", body, call.deadline)
        if isinstance(answer, Receipt):
            return going.receipt(answer)
        return going.receipt(read_answer(answer, tuple(going.people)))

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def constant_part(letter: Letter, stream: str) -> Constant:
    """Build what all recipients share.

    Raises:
        DeliveryError: no subject or body, or a header holds a line break.
    """
    written(letter, "Postmark")
    message = {
        "From": one_line(letter.sender_name, letter.sender_address),
        "MessageStream": stream,
        "Tag": newsletter(letter),
        "TrackOpens": letter.tracked,
        "TrackLinks": "None",  # those that are counted are our own
    }
    if letter.reply_to:
        message["ReplyTo"] = one_line("", letter.reply_to)
    return Constant(message=message, headers=letter.headers, wording=wording(letter, _SIGN))


def packed(call: Call, constant: Constant) -> Packed[bytes]:
    """Write the messages of those who fit into a request."""
    return pack(
        call,
        Limits(people=MOST_RECIPIENTS, bytes=MOST_BYTES),
        lambda to: message(to, call, constant),
        size=len,
        place=lambda to: to.id,
    )


def message(to: Personal, call: Call, constant: Constant) -> bytes:
    """Write one recipient's message.

    Raises:
        DeliveryError: a header would hold a line break, or it is not one plain address.
    """
    headers = {**constant.headers, **own_headers(to)}
    texts = constant.wording.fill(to.values)
    own = {
        "To": one_line(to.name, to.address),
        "Subject": texts.subject,
        "HtmlBody": texts.html,
        "TextBody": texts.text,
        "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
        "Metadata": marks(call, to),
    }
    return orjson.dumps({**constant.message, **own})


def read_answer(answer: Answer, ids: tuple[int, ...]) -> Receipt:
    """Say what an answer means for the recipients `ids`, in the request's order."""
    told = answer.json()
    if answer.status == 200:
        results = told if isinstance(told, list) else []
        if len(results) != len(ids) or not all(isinstance(one, dict) for one in results):
            words = "200, but without a result for each message"
            return Receipt(outcome=Outcome.UNKNOWN, detail=words)
        return read_results(dict(zip(ids, results, strict=True)))
    if answer.status == 422 and isinstance(told, dict) and told.get("ErrorCode") in _NOW:
        return Receipt(outcome=Outcome.REFUSED, detail=spoken(answer))
    return read_status(answer, _REFUSALS)


def read_results(results: Mapping[int, Mapping[str, Any]]) -> Receipt:
    """Say what the messages' own results mean together."""
    taken = any(_code(result) == 0 for result in results.values())
    return together(
        [(frozenset({id_}), read_result(id_, one, taken)) for id_, one in results.items()]
    )


def read_result(id_: int, result: Mapping[str, Any], taken: bool) -> Receipt:
    """Say what one message's result means; `taken` says whether any message was accepted."""
    code, said = _code(result), str(result.get("Message") or "")
    words = clipped(f"{code} {said}")
    if code == 0:
        return Receipt(outcome=Outcome.ACCEPTED, ref=str(result.get("MessageID") or ""))
    if code is None:
        return Receipt(outcome=Outcome.UNKNOWN, detail="a result without an ErrorCode")
    if code == 406 or (code == 300 and (taken or _BLAME.search(said))):
        return Receipt(outcome=Outcome.REFUSED, detail=words, refused={id_: words})
    return Receipt(outcome=Outcome.REFUSED, detail=words, permanent=code not in _NOW)


def _code(result: Mapping[str, Any]) -> int | None:
    """Read a result's ErrorCode; a message that has an id was taken, late or not."""
    code = result.get("ErrorCode", 0 if result.get("MessageID") else None)
    return code if isinstance(code, int) else None


def open_postmark(url: ProviderUrl, secrets: Mapping[str, str]) -> Postmark:
    """Open from a URL.

    Raises:
        ConfigError: the token is missing, an option is wrong, or the token would travel in the
            clear.
    """
    url.allow("tls", "stream")
    return Postmark(
        base_url(url, host="api.postmarkapp.com"),
        api_key(url, secrets, "POSTMARK_SERVER_TOKEN"),
        stream=url.options.get("stream") or "broadcast",
        capacity=url.number("capacity", MOST_RECIPIENTS, most=MOST_RECIPIENTS),
        workers=url.number("workers", 4, most=32),
    )
