"""A newsroom that only sends: a list with readers, an approved issue, a provider to try."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from digest.clock import Clock, system_clock
from digest.deliver.batches import Patience
from digest.deliver.provider import Provider
from digest.deliver.providers.urls import open_provider
from digest.model.issue import Issue, IssueState
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import SendReport, send
from digest.resources import shipped
from digest.schedule.values import Schedule
from digest.storage import issues
from digest.storage import tables as ledger
from subscribers import tables
from subscribers.database import Database
from subscribers.suppressions import hash_of
from tests.builders import an_issue
from tests.deliver.courier import Courier
from tests.servers import sendgrid

SECRET = b"0123456789abcdef"
LIST = "hebdo"
QUICK = Patience(first_wait=0.01, longest_wait=0.05, tries=3)
"""For tests: a refused call is soon made again."""

_SCHEDULE = {
    "site": {
        "url": "https://digest.example",
        "organisation": "La Lettre",
        "postal_address": "12 rue des Exemples, Paris",
        "sender": {"name": "La Lettre du Sahel", "address": "lettre@digest.example"},
        "reply_to": "redaction@digest.example",
    },
    "themes": {
        "diplomacy": {"title": {"fr": "Diplomatie", "en": "Diplomacy"}, "keywords": ["traité"]}
    },
    "sources": [{"name": "drops", "folder": "inbox"}],
    "newsletters": {
        "hebdo-sahel": {
            "title": "Hebdo Sahel",
            "language": "fr",
            "timezone": "Europe/Paris",
            "list": LIST,
            "draft": "0 18 * * thu",
            "send": "53 6 * * fri",
            "sections": ["diplomacy"],
            "editors": ["editor@digest.example"],
        }
    },
}


def a_newsroom(
    database: Database,
    provider: str | Callable[[], Provider] = "null://",
    *,
    clock: Clock = system_clock,
    site_url: str = "https://digest.example",
    root: Path = Path(),
) -> Newsroom:
    def from_url() -> Provider:
        assert isinstance(provider, str)
        return open_provider(provider, secrets={"SENDGRID_API_KEY": sendgrid.KEY})

    return Newsroom(
        schedule=Schedule.model_validate(_SCHEDULE),
        root=root,
        database=database,
        clock=clock,
        secret_key=SECRET,
        site_url=site_url,
        templates=shipped("templates"),
        provider=from_url if isinstance(provider, str) else provider,
    )


def later() -> datetime:
    """A moment at which every call and every lease is over."""
    return system_clock() + timedelta(minutes=5)


def address_of(reader: int) -> str:
    return f"reader{reader}@readers.example"


def enrol(database: Database, readers: int, *, name: str = "Aïssata") -> None:
    """Put readers 1 to `readers` on the list, confirmed."""
    now = system_clock() - timedelta(days=30)
    people = [_person(reader, name, now) for reader in range(1, readers + 1)]
    places = [
        {"subscriber_id": reader, "list_id": 1, "state": "confirmed", "asked_at": now}
        for reader in range(1, readers + 1)
    ]
    with database.write() as connection:
        row = {"id": 1, "name": LIST, "title": "Hebdo", "created_at": now}
        connection.execute(insert(tables.lists), row)
        if people:
            connection.execute(insert(tables.subscribers), people)
            connection.execute(insert(tables.subscriptions), places)


def _person(reader: int, name: str, now: Any) -> dict[str, Any]:
    address = address_of(reader)
    return {
        "id": reader,
        "address": address,
        "address_key": address,
        "address_hash": hash_of(SECRET, address),
        "name": name,
        "created_at": now,
        "changed_at": now,
    }


def an_approved_issue(database: Database, **changes: Any) -> Issue:
    sample = an_issue(**changes)
    with database.write() as connection:
        issue = issues.insert(
            connection,
            newsletter=sample.newsletter,
            slot=sample.slot,
            content=sample.content,
            now=sample.created_at,
        )
        return issues.change(
            connection,
            issue,
            state=IssueState.APPROVED,
            approved_by="Awa",
            now=sample.created_at,
        )


def sent_by(courier: Courier, database: Database, issue: Issue) -> SendReport:
    return send(a_newsroom(database, lambda: courier), issue.id, patience=QUICK)


def state_of(database: Database, issue: Issue) -> IssueState:
    with database.read() as connection:
        return issues.issue(connection, issue.id).state


def batches_in(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(ledger.batches)) or 0
