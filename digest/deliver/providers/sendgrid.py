"""Mail through SendGrid's v3 API, up to 1,000 recipients a call.

    sendgrid://                               https://api.sendgrid.com, the key in SENDGRID_API_KEY
    sendgrid://api.eu.sendgrid.com            the European region
    sendgrid://127.0.0.1:8080?tls=no          a look-alike on this machine
    options: capacity, workers, sandbox=yes (checked, not mailed)

The library's own transport has no time-out and dials anew for each call: its types build the
request (digest.deliver.providers.sendgrid_request), httpx carries it. What an answer means:
digest.deliver.providers.answers.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime

import httpx

from digest.clock import Clock, system_clock
from digest.deliver.provider import Call, Letter, Receipt
from digest.deliver.providers.answers import Answer, read_answer, read_failure
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.sendgrid_request import (
    MOST_RECIPIENTS,
    Constant,
    Packed,
    constant_part,
)
from digest.deliver.providers.urls import ProviderUrl, is_local
from digest.errors import ConfigError, DeliveryError
from digest.model.delivery import Outcome

_ANSWER_BYTES = 64_000
_DIALLING = 10.0
"""Seconds until a connection must stand."""
_PIECE = 128 * 1024
"""Bytes written between two looks at the clock."""
_IDLE = 5.0
"""Seconds a connection is kept: one that the other side closed meanwhile would leave a doubt."""


class _TooLateError(Exception):
    """The deadline came before the body was written."""


class SendGrid:
    """A connection to the API; safe to share between threads."""

    name = "sendgrid"
    idempotent = False

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        capacity: int = MOST_RECIPIENTS,
        workers: int = 4,
        sandbox: bool = False,
        clock: Clock = system_clock,
    ) -> None:
        self.where = base_url
        self.capacity = capacity
        self.workers = workers
        self._sandbox = sandbox
        self._clock = clock
        self._letters = Compiled(self._constant_part)
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"},
            limits=httpx.Limits(max_connections=workers, keepalive_expiry=_IDLE),
            follow_redirects=False,
            trust_env=not is_local(httpx.URL(base_url).host),  # proxies and certificates
        )

    def __repr__(self) -> str:
        """Show no key."""
        return f"SendGrid({self.where!r})"

    def deliver(self, call: Call) -> Receipt:
        """Make one request for the recipients that fit in one; the others stay untried."""
        try:
            packed = Packed(call, self._letters.of(call.letter))
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, permanent=True, detail=str(unfit))
        if not packed.ids:
            return Receipt(outcome=Outcome.REFUSED, refused=packed.refused, untried=packed.untried)
        return packed.receipt(self._post(packed.body, call.deadline, packed.ids))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _post(self, body: bytes, deadline: datetime, ids: tuple[int, ...]) -> Receipt:
        left = (deadline - self._clock()).total_seconds()
        if left <= 0:
            return Receipt(outcome=Outcome.REFUSED, detail="not called: its time was up")
        try:
            answer = self._answer(body, deadline, left)
        except _TooLateError as late:
            return Receipt(outcome=Outcome.REFUSED, detail=f"not called: {late}")
        except httpx.HTTPError as failure:
            return read_failure(failure)
        return read_answer(answer, ids=ids, now=self._clock(), sandbox=self._sandbox)

    def _answer(self, body: bytes, deadline: datetime, left: float) -> Answer:
        """Make the request; what follows the status can change nothing, so it may break off."""
        content, timeout = b"", httpx.Timeout(left, connect=min(left, _DIALLING))
        with self._client.stream(
            "POST",
            "/v3/mail/send",
            headers={"Content-Length": str(len(body))},
            content=self._in_time(body, deadline),
            timeout=timeout,
        ) as answer:
            with suppress(httpx.HTTPError):
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > _ANSWER_BYTES or self._clock() > deadline:
                        break
            return Answer(status=answer.status_code, headers=answer.headers, content=content)

    def _in_time(self, body: bytes, deadline: datetime) -> Iterator[bytes]:
        """Give a body piece by piece. A process that slept past its deadline ends no request: by
        then another may have made the call. What was not written whole can't have been accepted.
        """
        for start in range(0, len(body), _PIECE):
            if self._clock() > deadline:
                raise _TooLateError("its time was up")
            yield body[start : start + _PIECE]

    def _constant_part(self, letter: Letter) -> Constant:
        return constant_part(letter, sandbox=self._sandbox)


def open_sendgrid(url: ProviderUrl, secrets: Mapping[str, str]) -> SendGrid:
    """Open from a URL.

    Raises:
        ConfigError: the key is missing, an option is wrong, or the key would travel in the clear.
    """
    url.allow("tls", "sandbox")
    key = secrets.get("SENDGRID_API_KEY", "")
    if not (key.isascii() and key.isprintable() and key):
        raise ConfigError("SENDGRID_API_KEY is not set, or is no key: sendgrid:// can't mail")
    if url.choice("tls", ("yes", "no")) == "no" and not is_local(url.host):
        raise ConfigError("DIGEST_PROVIDER_URL: tls=no would show the key; only this machine may")
    return SendGrid(
        _base_url(url),
        key,
        capacity=url.number("capacity", MOST_RECIPIENTS, most=MOST_RECIPIENTS),
        workers=url.number("workers", 4, most=32),
        sandbox=url.choice("sandbox", ("no", "yes")) == "yes",
    )


def _base_url(url: ProviderUrl) -> str:
    scheme = "http" if url.choice("tls", ("yes", "no")) == "no" else "https"
    host = url.host or "api.sendgrid.com"
    port = f":{url.port}" if url.port else ""
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{port}"
