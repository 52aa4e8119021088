"""What does an answer of SendGrid's API mean?

202                            accepted
200                            accepted, in sandbox mode only
400 naming personalizations    those recipients refused, the others not tried yet
400 401 403 404 405 413 415    refused for good: all of it, whoever calls again
429                            refused for now; X-RateLimit-Reset or Retry-After says how long
all else, and no answer        digest.deliver.providers.answers
"""

import re
from typing import Any

from digest.deliver.provider import Receipt
from digest.deliver.providers.answers import Answer, clipped, read_status, spoken
from digest.model.delivery import Outcome

_REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 415})
_PERSON = re.compile(r"personalizations\.(\d+)\.to\b")


def read_answer(answer: Answer, *, ids: tuple[int, ...], sandbox: bool) -> Receipt:
    """Say what an answer means for the recipients `ids`, in the request's order."""
    words = spoken(answer, *(str(error.get("message", "")) for error in _errors(answer)))
    if answer.status == 202 or (answer.status == 200 and sandbox):
        ref = answer.headers.get("X-Message-Id", "")
        return Receipt(outcome=Outcome.ACCEPTED, ref=ref, detail=words)
    if answer.status == 400 and (unfit := _unfit(answer, ids)):
        return Receipt(outcome=Outcome.REFUSED, detail=words, refused=unfit)
    return read_status(answer, _REFUSALS, words=words)


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
    told = answer.json()
    errors = told.get("errors") if isinstance(told, dict) else None
    return (
        [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    )
