"""A SendGrid look-alike: keeps the documented limits, fails on demand, records whom it accepted.

In a test: `with sendgrid.running(folder / "accepted") as api: … api.url`. As its own process:
`python -m tests.servers.sendgrid --record accepted --delay 0.03`, which prints its port.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson

from tests.servers import http
from tests.servers.http import ACCEPT as ACCEPT
from tests.servers.http import ACCEPT_500 as ACCEPT_500
from tests.servers.http import ACCEPT_DRIP as ACCEPT_DRIP
from tests.servers.http import ACCEPT_HALF as ACCEPT_HALF
from tests.servers.http import ACCEPT_HANG as ACCEPT_HANG
from tests.servers.http import ACCEPT_RESET as ACCEPT_RESET
from tests.servers.http import GARBAGE as GARBAGE
from tests.servers.http import RESET as RESET
from tests.servers.http import RESET_EARLY as RESET_EARLY
from tests.servers.http import Asked, Judged, LookAlike, Mail, Rules, Step
from tests.servers.http import accepted as accepted
from tests.servers.http import answer as answer
from tests.servers.http import closed_port as closed_port
from tests.servers.sendgrid_rules import LARGEST_BODY, problems

KEY = "SG.look-alike"
Check = Callable[[Any], list[dict[str, str]]]


def rules(lean: bool = False) -> Rules:
    """SendGrid's; lean ones look at the key alone."""
    return Rules(
        url=lambda port: f"sendgrid://127.0.0.1:{port}?tls=no",
        judge=lambda asked, number: judge(asked, number, _none if lean else problems),
        refusal=lambda _, message: {"errors": [{"message": message, "field": None, "help": None}]},
    )


def running(
    record: Path, *, script: Sequence[Step] = (), delay: float = 0.0
) -> AbstractContextManager[LookAlike]:
    """Run one in a thread of this process."""
    return http.running(rules(), record, script=script, delay=delay)


def judge(asked: Asked, number: int, check: Check) -> Judged:
    """Say what SendGrid makes of a request."""
    status, errors, request = examine(asked, check)
    if errors:
        return Judged(status=status, body={"errors": errors})
    people = request["personalizations"]
    arguments = people[0]["custom_args"]
    return Judged(
        status=202,
        headers={"X-Message-Id": f"m-{number}"},
        request=request,
        attempt=arguments.get("attempt_id", arguments.get("attempt_id", "")),
        addresses=tuple(person["to"][0]["email"] for person in people),
        mails=lambda: [_mail(request, person) for person in people],
    )


def examine(asked: Asked, check: Check) -> tuple[int, list[dict[str, str]], Any]:
    """Check a request; give status, errors and what it holds."""
    if asked.path != "/v3/mail/send":
        return 404, [{"message": "not found"}], None
    if asked.method != "POST":
        return 405, [{"message": "method not allowed"}], None
    if asked.headers.get("authorization") != f"Bearer {KEY}":
        return 401, [{"message": "The provided authorization grant is invalid"}], None
    if len(asked.body) >= LARGEST_BODY:
        return 413, [{"message": "the request is too large"}], None
    try:
        request = orjson.loads(asked.body)
    except orjson.JSONDecodeError:
        return 400, [{"message": "Bad Request"}], None
    return 400, check(request), request


def _none(_request: Any) -> list[dict[str, str]]:
    return []


def _mail(request: dict[str, Any], person: dict[str, Any]) -> Mail:
    texts = {content["type"]: content["value"] for content in request["content"]}

    def filled(text: str) -> str:
        for token, value in person["substitutions"].items():
            text = text.replace(token, value)
        return text

    return Mail(
        address=person["to"][0]["email"],
        headers=person["headers"],
        subject=filled(request["subject"]),
        html=filled(texts["text/html"]),
        text=filled(texts.get("text/plain", "")),
    )


if __name__ == "__main__":
    http.serve(rules)
