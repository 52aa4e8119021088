"""A database with a row in every table, and a sending that was cut short in the middle.

Issue 1 has readers 1 to 12, two a batch: mailed; lost; called by a process that died; claimed by
one; waiting (reader 10 is to be skipped); refused for good.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, MetaData, Table, insert, inspect, select

from digest.deliver.workers import this_worker
from digest.model.issue import IssueContent
from digest.storage import copying
from digest.storage.whole import TABLES
from subscribers.database import Database
from subscribers.suppressions import hash_of
from tests.builders import an_issue
from tests.pipeline.scene import LIST, SECRET, address_of

AT = datetime(2026, 11, 27, 5, 53, 0, 123456, tzinfo=UTC)
READERS = range(1, 13)
LAST_ID = 2_147_483_647
"""Of a reader who was erased: PostgreSQL's integers go no further."""
DEAD = f"{this_worker().rpartition(' ')[0].rpartition(' ')[0]} 4194305 1"
"""A process of this machine that there can't be."""
_CONTENT = TypeAdapter(IssueContent).dump_python(an_issue().content, mode="json")
_STATES = ("sent", "in_doubt", "calling", "claimed", "ready", "failed")
_OUTCOMES = {1: "accepted", 2: "unknown", 3: "open", 6: "refused"}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def fill(connection: Connection) -> None:
    """Put rows into every table that there is, as far as its columns go."""
    there = inspect(connection)
    rows = everything()
    for table in TABLES:
        if there.has_table(table.name):
            columns = {column["name"] for column in there.get_columns(table.name)}
            known = [{k: v for k, v in row.items() if k in columns} for row in rows[table.name]]
            connection.execute(insert(_bare(table, columns)), known)
            copying._count_on(connection, table, copying._last_given(connection, table))


def _bare(table: Table, columns: set[str]) -> Table:
    """Give a table with the columns that are there, and their defaults."""
    return Table(table.name, MetaData(), *(c._copy() for c in table.c if c.name in columns))


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Read every row of every table that there is, as values."""
    with database.read() as connection:
        there = inspect(connection)
        return {
            table.name: [
                dict(row)
                for row in connection.execute(
                    select(*_there(there, table)).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in TABLES
            if there.has_table(table.name)
        }


def _there(there: Any, table: Any) -> list[Any]:
    columns = {column["name"] for column in there.get_columns(table.name)}
    return [column for column in table.c if column.name in columns]


def everything() -> Rows:
    return {**_readership(), **_newsroom(), **_issues(), **_ledger(), **_around()}


def _readership() -> Rows:
    subscriptions = [
        {"subscriber_id": id_, "list_id": 1, "state": "confirmed", "asked_at": AT}
        for id_ in READERS
    ]
    proof = {"list_name": LIST, "at": AT, "origin": "form", "wording": "Oui, écrivez-moi ✔"}
    return {
        "lists": [{"id": 1, "name": LIST, "title": "L'hebdo", "created_at": AT}],
        "subscribers": [_person(id_) for id_ in READERS],
        "subscriptions": [
            subscriptions[0] | {"confirmed_at": AT},
            *({**one, "confirmed_at": None} for one in subscriptions[1:]),
        ],
        "consents": [
            {"id": 5, "address_hash": "a" * 32, "action": "asked", **proof},
            {"id": 8, "address_hash": "a" * 32, "action": "unsubscribed", **proof},
        ],
        "suppressions": [{"address_hash": "b" * 32, "reason": "bounce", "at": AT, "origin": ""}],
    }


def _person(id_: int) -> dict[str, Any]:
    address = address_of(id_)
    return {
        "id": id_,
        "address": address,
        "address_key": address,
        "address_hash": hash_of(SECRET, address),
        "name": "Aïssata Coulibaly 🌍 عائشة",
        "language": "fr",
        "themes": ["sahel", "diplomatie"],
        "tracking": id_ % 2 == 0,
        "fields": {"Ville": "Tombouctou\u202f!", "vide": ""},
        "created_at": AT,
        "changed_at": AT + timedelta(microseconds=id_),
    }


def _newsroom() -> Rows:
    text = {"title": "Un titre\ttabulé", "description": "a\\b\\N", "body": "Deux\n\nparagraphes"}
    article = text | {
        "url": "https://presse.example/é?a=1&b=%20",
        "source": "presse",
        "publisher": "La Presse",
        "author": "",
        "role": "",
        "language": "fr",
        "published_at": AT,
        "precision": "minute",
        "published_raw": "il y a 2 heures",
        "published_doubt": "",
        "image_url": "",
        "image_alt": "",
        "marks": ["partial"],
        "first_seen_at": AT,
        "updated_at": AT,
    }
    read = {"fetched_at": AT, "good_until": AT}
    entry = {"source": "presse", "key": "e", "article_id": 7, "fingerprint": "f" * 64}
    story = {"voices": 1, "happened_at": AT, "grouped_at": AT}
    said = {"article_id": 7, "theme": "sahel", "belongs": True}
    correction = said | {"weight": 0.3, "at": AT}
    place = {"place": 0, "similarity": 0.1 + 0.2, "copy_of": None, "containment": None}
    return {
        "sources": [
            {
                "name": "presse",
                "etag": '"v1"',
                "last_modified": "",
                "failures": 2,
                "error": "",
                "found": "https://fleuve.example/feed",
                "moved_to": "",
                "moves": 0,
                "checked_at": AT,
                "url": "u",
            }
        ],
        "robots": [read | {"origin": "o", "rules": "r", "trouble": ""}],
        "claims": [{"name": "presse.example", "worker": "w", "run": "r", "lease_until": AT}],
        "imprints": [{"source": "presse", "packed": bytes(range(32))}],
        "articles": [article | {"id": id_, "key": f"k{id_}"} for id_ in (7, 9)],
        "article_versions": [text | {"id": 3, "article_id": 7, "replaced_at": AT}],
        "entries": [entry | {"first_seen_at": AT, "speaks": True}],
        "twins": [{"key": "k7, before", "article_id": 7}],
        "pages": [{"article_id": 7, "tries": 2, "outcome": "", "entry": "", "filled_at": AT}],
        "theme_scores": [said | {"score": 1 / 3, "reasons": [["convoi", 0.5]]}],
        "stories": [story | {"id": id_, "lead_id": id_} for id_ in (7, 9)],
        "story_articles": [place | {"article_id": id_, "story_id": id_} for id_ in (7, 9)],
        "ties": [{"story_id": 9, "earlier_id": 7, "similarity": 0.4}],
        "rulings": [
            {"kind": kind, "article_id": 7, "other_id": other, "ruled_by": "Awa", "at": AT}
            for kind, other in (("apart", 9), ("lead", 7), ("pin", 7))
        ],
        "corrections": [
            correction | {"id": 2, "issue_id": None},
            correction | {"id": 5, "belongs": False, "issue_id": 1},
        ],
    }


def _issues() -> Rows:
    issue = {
        "newsletter": "hebdo-sahel",
        "version": 2,
        "content": _CONTENT,
        "created_at": AT,
        "changed_at": AT,
        "approved_by": "Awa",
        "sent_at": None,
    }
    week = timedelta(days=7)
    return {
        "issues": [
            issue | {"id": 1, "number": 1, "slot": AT, "state": "sending"},
            issue | {"id": 2, "number": 2, "slot": AT + week, "state": "approved"},
        ],
        "issue_versions": [{"issue_id": 1, "version": 1, "content": _CONTENT, "replaced_at": AT}],
        "editions": [
            {
                "id": 4,
                "issue_id": 1,
                "key": "fr",
                "language": "fr",
                "subject": "Sujet",
                "html": "<p>%%UNSUBSCRIBE_URL_HTML%%</p>",
                "text": "%%UNSUBSCRIBE_URL%%",
            }
        ],
    }


def _ledger() -> Rows:
    batch = {
        "issue_id": 1,
        "edition_id": 4,
        "list_name": LIST,
        "recipients": 2,
        "tries": 1,
        "not_before": None,
        "last_error": "",
        "worker": "",
        "lease_until": None,
    }
    batches = [
        batch
        | {
            "id": 10 + seq,
            "seq": seq,
            "recipient_ids": (2 * seq - 1, 2 * seq),
            "state": state,
            "attempt_id": f"{seq:032x}",
        }
        for seq, state in enumerate(_STATES, start=1)
    ]
    held = {"worker": DEAD, "lease_until": AT + timedelta(minutes=1)}
    attempt: dict[str, Any] = {"provider": "courier", "provider_ref": "", "detail": ""}
    attempt |= {"intent_at": AT, "deadline": AT, "ended_at": None}
    return {
        "batches": [
            one | held if one["state"] in {"calling", "claimed"} else one for one in batches
        ],
        "attempts": [
            attempt | {"id": f"{seq:032x}", "batch_id": 10 + seq, "outcome": outcome}
            for seq, outcome in _OUTCOMES.items()
        ],
        "skips": [{"batch_id": 15, "subscriber_id": 10, "reason": "unsubscribed", "at": AT}],
        "sendings": [{"issue_id": 1, "rate": None, "spread_until": None, "paused_at": None}],
    }


def _around() -> Rows:
    imported = {"id": 1, "fingerprint": "f" * 64, "list_name": LIST}
    kept = {"name": "a.jpg", "kind": "image/jpeg", "width": 1200, "height": 800}
    shown = {"issue_id": 1, "source": "a" * 32}
    run = {"newsletter": "hebdo-sahel", "slot": AT, "taken_at": AT, "result": ""}
    return {
        "segments": [
            {"name": "mali", "rule": "theme = mali", "created_at": AT, "changed_at": AT, "id": 1}
        ],
        "imports": [imported | {"wording": "at the fair", "began_at": AT, "done": 50_000}],
        "pictures": [kept | {"bytes": 9, "data": b"\x00\xff\\n\t'\"\r\n"}],
        "issue_pictures": [
            shown | {"size": "lead", "picture": "a.jpg", "why": ""},
            shown | {"size": "card", "picture": None, "why": "the server answered 404"},
        ],
        "clicks": [{"issue_id": 1, "link": "abcdefghij-", "day": AT.date(), "times": 3}],
        "quotas": [{"key": "0" * 32, "free_at": AT}],
        "notices": [
            {
                "id": 1,
                "kind": "sign-up",
                "state": "ready",
                "list_name": LIST,
                "address": address_of(1),
                "language": "fr",
                "details": {"name": "Awa"},
                "asked_at": AT,
                "not_before": AT,
            }
        ],
        "paces": [{"name": "provider:sendgrid", "free_at": AT}],
        "events": [
            {
                "provider": "sendgrid",
                "key": "e1",
                "attempt_id": "a" * 32,
                "kind": "bounced",
                "cause": "hard",
                "subscriber_id": None,
                "at": AT,
                "received_at": AT,
                "raw": {"x": [1, None]},
            }
        ],
        "runs": [
            run | {"clock": "send", "finished_at": None},
            run | {"clock": "draft", "finished_at": AT},
        ],
        "clocks": [{"newsletter": "hebdo-sahel", "clock": "send", "definition": "d", "since": AT}],
    }
