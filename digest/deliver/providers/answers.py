"""What do answers of email APIs have in common, and what does the lack of one mean?

    429                            refused for now; a header says how long
    connection refused, no such host, no TLS, no connection in time     refused for now
    500 and above; any other answer; a broken answer; none in time; the connection dropped
                                   unknown: the body was on its way

Only what is sure counts as refused, for a refused call is made again. Which statuses accept, and
which refuse for good, stands in one table per provider: digest.deliver.providers.sendgrid_answers,
and the docstrings of mailgun, postmark and brevo.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
import orjson

from digest.deliver.provider import Receipt
from digest.model.delivery import Outcome

_UNSAID_WAIT = 10.0
"""Seconds to wait after a 429 that names no time."""
_LONGEST_WAIT = 7 * 86_400.0
_LONGEST = 500
"""Characters kept of an answer."""
_ADDRESS = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")
_NOT_BEGUN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer as far as it was received."""

    status: int
    headers: Mapping[str, str]
    """Of any case."""
    content: bytes
    at: datetime
    """When it came."""

    def json(self) -> object:
        """Read what it holds; None when that is no JSON."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return None


def read_status(
    answer: Answer, refusals: Collection[int], *, words: str = "", wait: float | None = None
) -> Receipt:
    """Say what a status means for everyone in a call: anything but acceptance.

    `refusals` are the statuses that refuse for good; `wait` is what a 429 asks for, in seconds,
    where its usual headers don't say so; `words` are the API's own.
    """
    said = words or spoken(answer)
    if answer.status == 429:
        wait = retry_after(answer.headers, answer.at) if wait is None else wait
        return Receipt(outcome=Outcome.REFUSED, detail=said, retry_after=wait)
    if answer.status in refusals:
        return Receipt(outcome=Outcome.REFUSED, detail=said, permanent=True)
    return Receipt(outcome=Outcome.UNKNOWN, detail=said)


def read_failure(failure: httpx.HTTPError) -> Receipt:
    """Say what the lack of an answer means."""
    begun = not isinstance(failure, _NOT_BEGUN)
    words = f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__
    return Receipt(outcome=Outcome.UNKNOWN if begun else Outcome.REFUSED, detail=clipped(words))


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Read how many seconds to wait: X-RateLimit-Reset is a Unix time, Retry-After either kind."""
    reset = number(headers.get("X-RateLimit-Reset", ""))
    wait = _after(headers.get("Retry-After", ""), now) if reset is None else reset - now.timestamp()
    return bounded(wait)


def bounded(wait: float) -> float:
    """Keep a wait that an API asks for within reason."""
    return min(max(1.0, wait), _LONGEST_WAIT)


def number(text: str) -> float | None:
    """Read a header that is a plain number."""
    return float(text) if re.fullmatch(r"\d{1,12}(\.\d+)?", text) else None


def _after(text: str, now: datetime) -> float:
    seconds = number(text)
    if seconds is not None:
        return seconds
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError):
        return _UNSAID_WAIT


def spoken(answer: Answer, *words: str) -> str:
    """Give a status and the API's own words, without addresses: `401 authorization required`.

    Without words: what stands in its JSON as `message`, in any case, or else all of it.
    """
    told = answer.json()
    if not words and isinstance(told, dict):
        words = (str(told.get("message") or told.get("Message") or ""),)
    said = "; ".join(filter(None, words)) or answer.content.decode("utf-8", "replace")
    return clipped(f"{answer.status} {said}")


def clipped(words: str) -> str:
    """Cut words to a line that can be kept and shown: no addresses, not endless."""
    line = " ".join(_ADDRESS.sub("<address>", words).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
