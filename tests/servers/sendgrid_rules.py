"""What does SendGrid's documentation forbid in a request? The look-alike refuses it, as they do."""

import time
from collections.abc import Iterator
from typing import Any

LARGEST_BODY = 30_000_000
RESERVED = frozenset(
    {
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    }
)


def problems(request: Any) -> list[dict[str, str]]:
    """Give everything wrong with a request, as the API's error objects."""
    if not isinstance(request, dict):
        return [_error("", "Bad Request")]
    return [*_people(request), *_message(request), *_contents(request)]


def recipients(request: dict[str, Any]) -> list[str]:
    return [
        one["email"]
        for person in request["personalizations"]
        for kind in ("to", "cc", "bcc")
        for one in person.get(kind, [])
    ]


def _error(field: str, message: str) -> dict[str, str]:
    return {"message": message, "field": field, "help": "https://sendgrid.example/errors"}


def _people(request: dict[str, Any]) -> Iterator[dict[str, str]]:
    people = request.get("personalizations")
    if not isinstance(people, list) or not people:
        yield _error("personalizations", "You must have at least one personalization.")
        return
    if len(people) > 1000:
        yield _error("personalizations", f"limited to 1000 personalizations, not {len(people)}")
    seen: set[str] = set()
    for place, person in enumerate(people):
        yield from _person(f"personalizations.{place}", person, seen)
    if sum(len(person.get("to", [])) for person in people) > 1000:
        yield _error("personalizations", "There is a limit of 1000 total recipients per request.")


def _person(field: str, person: dict[str, Any], seen: set[str]) -> Iterator[dict[str, str]]:
    if not person.get("to"):
        yield _error(f"{field}.to", "The to array is required.")
    for place, to in enumerate(person.get("to", [])):
        yield from _mailbox(f"{field}.to.{place}", to)
        address = str(to.get("email", "")).lower()
        if address in seen:
            yield _error("personalizations", "an address should only be included once")
        seen.add(address)
    yield from _texts(f"{field}.substitutions", person.get("substitutions", {}))
    yield from _texts(f"{field}.custom_args", person.get("custom_args", {}))
    yield from _headers(f"{field}.headers", person.get("headers", {}))


def _mailbox(field: str, to: dict[str, Any]) -> Iterator[dict[str, str]]:
    local, _, domain = str(to.get("email", "")).rpartition("@")
    if not (local and "." in domain and to["email"].isascii() and " " not in to["email"]):
        yield _error(f"{field}.email", "Does not contain a valid address.")
    if set(to.get("name", "")) & set(";,"):
        yield _error(f"{field}.name", "The name may hold neither ; nor ,")


def _texts(field: str, texts: Any) -> Iterator[dict[str, str]]:
    if not all(type(value) is str for value in texts.values()):
        yield _error(field, "values must be strings")
    elif sum(len(key.encode()) + len(value.encode()) for key, value in texts.items()) > 10_000:
        yield _error(field, "may not exceed 10000 bytes")


def _headers(field: str, headers: Any) -> Iterator[dict[str, str]]:
    for name, value in headers.items():
        if name.lower() in RESERVED:
            yield _error(field, f"{name} is a reserved header")
        if type(value) is not str or "\n" in value or not value.isascii():
            yield _error(field, f"{name} is no header value")


def _message(request: dict[str, Any]) -> Iterator[dict[str, str]]:
    if not request.get("from", {}).get("email"):
        yield _error("from", "The from object must be provided.")
    if not str(request.get("subject") or "").strip():
        yield _error("subject", "The subject is required.")
    categories = request.get("categories", [])
    if len(categories) > 10 or len(set(categories)) != len(categories):
        yield _error("categories", "at most 10 categories, each once")
    if any(len(category) > 255 for category in categories):
        yield _error("categories", "a category has 255 characters at most")
    if request.get("send_at", 0) > time.time() + 72 * 3600:
        yield _error("send_at", "at most 72 hours ahead")
    yield from _headers("headers", request.get("headers", {}))


def _contents(request: dict[str, Any]) -> Iterator[dict[str, str]]:
    contents = request.get("content") or []
    if not contents or not all(content.get("value") for content in contents):
        yield _error("content", "The content value must be a string at least one character long.")
    kinds = [content.get("type") for content in contents]
    if "text/plain" in kinds[1:]:
        yield _error("content", "text/plain must come first, then text/html")
