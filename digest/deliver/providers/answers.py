"""What does an answer of SendGrid's API mean, and the lack of one?

    202                            accepted
    200                            accepted, in sandbox mode only
    400 naming personalizations    those recipients refused, the others not tried yet
    400 401 403 404 405 413 415    refused for good: all of it, whoever calls again
    429                            refused for now; X-RateLimit-Reset or Retry-After says how long
    connection refused, no such host, no TLS, no connection in time     refused for now
    500 and above; any other answer; a broken answer; none in time; the connection dropped
                                   unknown: the body was on its way

Only what is sure counts as refused, for a refused call is made again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from digest.deliver.provider import Receipt
from digest.model.delivery import Outcome

_REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 415})
_UNSAID_WAIT = 10.0
"""Seconds to wait after a 429 that names no time."""
_LONGEST_WAIT = 7 * 86_400.0
_LONGEST = 500
"""Characters kept of an answer."""
_PERSON = re.compile(r"personalizations\.(\d+)\.to\b")
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


def read_answer(answer: Answer, *, ids: tuple[int, ...], now: datetime, sandbox: bool) -> Receipt:
    """Say what an answer means for the recipients `ids`, in the request's order."""
    status, words = answer.status, said(answer)
    if status == 202 or (status == 200 and sandbox):
        return Receipt(
            outcome=Outcome.ACCEPTED, ref=answer.headers.get("X-Message-Id", ""), detail=words
        )
    if status == 429:
        wait = retry_after(answer.headers, now)
        return Receipt(outcome=Outcome.REFUSED, detail=words, retry_after=wait)
    if status not in _REFUSALS:
        return Receipt(outcome=Outcome.UNKNOWN, detail=words)
    unfit = _unfit(answer, ids) if status == 400 else {}
    return Receipt(outcome=Outcome.REFUSED, detail=words, refused=unfit, permanent=not unfit)


def read_failure(failure: httpx.HTTPError) -> Receipt:
    """Say what the lack of an answer means."""
    begun = not isinstance(failure, _NOT_BEGUN)
    words = f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__
    return Receipt(outcome=Outcome.UNKNOWN if begun else Outcome.REFUSED, detail=clipped(words))


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Read how many seconds to wait: X-RateLimit-Reset is a Unix time, Retry-After either kind."""
    reset = _number(headers.get("X-RateLimit-Reset", ""))
    wait = _after(headers.get("Retry-After", ""), now) if reset is None else reset - now.timestamp()
    return min(max(1.0, wait), _LONGEST_WAIT)


def _after(text: str, now: datetime) -> float:
    seconds = _number(text)
    if seconds is not None:
        return seconds
    try:
        return (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError):
        return _UNSAID_WAIT


def said(answer: Answer) -> str:
    """Give the API's own words, without addresses: `401 authorization required`."""
    messages = [str(error.get("message", "")) for error in _errors(answer)]
    words = "; ".join(filter(None, messages)) or answer.content.decode("utf-8", "replace")
    return clipped(f"{answer.status} {words}")


def clipped(words: str) -> str:
    """Cut words to a line that can be kept and shown: no addresses, not endless."""
    line = " ".join(_ADDRESS.sub("<address>", words).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _unfit(answer: Answer, ids: tuple[int, ...]) -> dict[int, str]:
    """Read which recipients a 400 is about; nobody when it is about anything else as well."""
    unfit = {}
    for error in _errors(answer):
        place = _PERSON.match(str(error.get("field") or ""))
        if place is None or int(place[1]) >= len(ids):
            return {}
        unfit[ids[int(place[1])]] = clipped(str(error.get("message") or "refused"))
    return {} if len(unfit) == len(ids) > 1 else unfit  # all at once: it is not their addresses


def _errors(answer: Answer) -> list[dict[str, Any]]:
    try:
        errors = orjson.loads(answer.content)["errors"]
    except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
        return []
    return (
        [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    )


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,12}(\.\d+)?", text) else None
