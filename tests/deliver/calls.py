"""Ready-made letters and calls: say only what the test is about."""

from datetime import timedelta
from typing import Any

from digest.clock import system_clock
from digest.deliver.provider import Call, Letter, Personal, Receipt

ATTEMPT = "0123456789abcdef0123456789abcdef"


def a_letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {
        "sender_name": "La Lettre du Sahel",
        "sender_address": "lettre@digest.example",
        "reply_to": "redaction@digest.example",
        "subject": "Sahel : une semaine décisive",
        "html": '<p>Bonjour %%NAME_HTML%%, é</p><a href="%%UNSUBSCRIBE_URL%%">Se désabonner</a>',
        "text": "Bonjour %%NAME%%, é\n\nSe désabonner : %%UNSUBSCRIBE_URL%%\n",
        "language": "fr",
        "headers": {"List-ID": "<hebdo-sahel.digest.example>", "Precedence": "bulk"},
    }
    return Letter(**(values | changes))


def a_personal(reader: int = 1, **changes: Any) -> Personal:
    values: dict[str, Any] = {
        "id": reader,
        "address": f"reader{reader}@readers.example",
        "name": "Zoë & Léa",
        "unsubscribe_url": f"https://digest.example/u/token{reader}",
        "message_id": f"<issue-1.reader-{reader}@digest.example>",
    }
    return Personal(**(values | changes))


def a_call(readers: int = 3, *, seconds: float = 20, **changes: Any) -> Call:
    values: dict[str, Any] = {
        "attempt_id": ATTEMPT,
        "issue_id": 1,
        "batch_id": 7,
        "letter": a_letter(),
        "to": tuple(a_personal(reader) for reader in range(1, readers + 1)),
        "deadline": system_clock() + timedelta(seconds=seconds),
        "label": "hebdo-sahel-1",
    }
    return Call(**(values | changes))


def apart(receipt: Receipt) -> dict[int, str]:
    """Whom a receipt tells apart from the others, and how."""
    kinds = {
        "refused": receipt.refused,
        "unknown": receipt.unknown,
        "untried": receipt.untried,
    }
    return {id_: kind for kind, ids in kinds.items() for id_ in sorted(ids)}
