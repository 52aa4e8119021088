"""How does a request reach an email API? Over kept connections, and never past its deadline.

What an answer means is the provider's to say; what the lack of one means:
digest.deliver.providers.answers.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime

import httpx

from digest.clock import Clock, system_clock
from digest.deliver.provider import Receipt
from digest.deliver.providers.answers import Answer, read_failure
from digest.deliver.providers.urls import ProviderUrl, is_local
from digest.errors import ConfigError
from digest.model.delivery import Outcome

JSON = "application/json"
_ANSWER_BYTES = 64_000
"""Bytes of an answer that are read, when a call does not need more."""
_DIALLING = 10.0
"""Seconds until a connection must stand."""
_PIECE = 128 * 1024
"""Bytes written between two looks at the clock."""
_IDLE = 5.0
"""Seconds a connection is kept: one that the other side closed meanwhile would leave a doubt."""


class _TooLateError(Exception):
    """The deadline came before the body was written."""


class Api:
    """Connections to one email API; safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        workers: int,
        clock: Clock = system_clock,
        answer_bytes: int = _ANSWER_BYTES,
    ) -> None:
        """`headers` hold the key."""
        self.base_url = base_url
        self._clock = clock
        self._answer_bytes = answer_bytes
        self._client = httpx.Client(
            base_url=base_url,
            headers=headers,
            limits=httpx.Limits(max_connections=workers, keepalive_expiry=_IDLE),
            follow_redirects=False,
            trust_env=not is_local(httpx.URL(base_url).host),  # proxies and certificates
        )

    def __repr__(self) -> str:
        """Show no key."""
        return f"Api({self.base_url!r})"

    def post(
        self, path: str, body: bytes, deadline: datetime, *, kind: str = JSON
    ) -> Answer | Receipt:
        """Make one request; a receipt tells that it was not made, or that no answer came."""
        left = (deadline - self._clock()).total_seconds()
        if left <= 0:
            return Receipt(outcome=Outcome.REFUSED, detail="not called: its time was up")
        try:
            return self._answer(path, body, deadline, left, kind)
        except _TooLateError as late:
            return Receipt(outcome=Outcome.REFUSED, detail=f"not called: {late}")
        except httpx.HTTPError as failure:
            return read_failure(failure)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _answer(self, path: str, body: bytes, deadline: datetime, left: float, kind: str) -> Answer:
        """Make the request; what breaks off after the status leaves an answer cut short."""
        content, timeout = bytearray(), httpx.Timeout(left, connect=min(left, _DIALLING))
        with self._client.stream(
            "POST",
            path,
            headers={"Content-Length": str(len(body)), "Content-Type": kind},
            content=self._in_time(body, deadline),
            timeout=timeout,
        ) as answer:
            with suppress(httpx.HTTPError):
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > self._answer_bytes or self._clock() > deadline:
                        break
            return Answer(
                status=answer.status_code,
                headers=answer.headers,
                content=bytes(content),
                at=self._clock(),
            )

    def _in_time(self, body: bytes, deadline: datetime) -> Iterator[bytes]:
        """Give a body piece by piece. A process that slept past its deadline ends no request: by
        then another may have made the call. What was not written whole can't have been accepted.
        """
        for start in range(0, len(body), _PIECE):
            if self._clock() > deadline:
                raise _TooLateError("its time was up")
            yield body[start : start + _PIECE]


def api_key(url: ProviderUrl, secrets: Mapping[str, str], name: str) -> str:
    """Take an API's key from the secrets, where alone it may stand.

    Raises:
        ConfigError: it is missing, is no key, or stands in the URL.
    """
    if url.user or url.password:
        raise ConfigError(f"DIGEST_PROVIDER_URL holds a key: put it into {name} instead")
    key = secrets.get(name, "")
    if not (key.isascii() and key.isprintable() and key):
        raise ConfigError(f"{name} is not set, or is no key: {url.scheme}:// can't mail")
    return key


def base_url(url: ProviderUrl, *, host: str) -> str:
    """Give where an API is: what the URL names, or else its own `host`.

    Raises:
        ConfigError: the key would travel in the clear.
    """
    bare = url.choice("tls", ("yes", "no")) == "no"
    if bare and not is_local(url.host):
        raise ConfigError("DIGEST_PROVIDER_URL: tls=no would show the key; only this machine may")
    name = url.host or host
    port = f":{url.port}" if url.port else ""
    return f"{'http' if bare else 'https'}://{f'[{name}]' if ':' in name else name}{port}"
