"""A newsroom with one reader, and a browser at its door."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

import pytest

from digest.pipeline.newsroom import Newsroom
from digest.resources import shipped
from digest.schedule.values import Schedule
from digest.web.main import create_app
from subscribers import lists, subscriptions
from subscribers.database import Database
from subscribers.people import held
from subscribers.seats import Profile
from subscribers.tokens import unsubscribe_token

with warnings.catch_warnings():
    # It would rather have httpx2; httpx is what this project's own code uses.
    warnings.simplefilter("ignore", UserWarning)
    from starlette.testclient import TestClient as TestClient

KEY = b"a key for tests only, long enough"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SCHEDULE = Schedule.model_validate(
    {
        "site": {
            "url": "https://digest.example.org",
            "organisation": "Les Amis du Sahel",
            "postal_address": "1 rue de la Paix, 75002 Paris",
            "sender": {"name": "Hebdo Sahel", "address": "hebdo@example.org"},
        },
        "themes": {"sahel": {"title": {"fr": "Sahel", "en": "Sahel"}, "keywords": ["Mali"]}},
        "sources": [{"name": "inbox", "folder": "inbox"}],
        "newsletters": {
            "hebdo-sahel": {
                "title": "L'hebdo <Sahel>",
                "language": "fr",
                "timezone": "Europe/Paris",
                "list": "hebdo",
                "draft": "0 18 * * thu",
                "send": "53 6 * * fri",
                "sections": ["sahel"],
            }
        },
    }
)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A confirmed reader and the address of the link in their mail."""

    id: int
    address: str
    path: str


def _no_provider() -> NoReturn:
    raise AssertionError("the pages send no mail")


@pytest.fixture
def newsroom(
    database: Database, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Newsroom:
    return Newsroom(
        schedule=SCHEDULE,
        root=tmp_path_factory.getbasetemp(),
        database=database,
        clock=lambda: now,
        secret_key=KEY,
        site_url="https://digest.example.org",
        templates=shipped("templates"),
        provider=_no_provider,
    )


@pytest.fixture
def reader(newsroom: Newsroom, now: datetime) -> Reader:
    return join(newsroom, "aissata@example.org", "fr", now)


@pytest.fixture
def browser(newsroom: Newsroom) -> Iterator[TestClient]:
    with TestClient(
        create_app(newsroom), base_url="https://digest.example.org", follow_redirects=False
    ) as client:
        yield client


def join(
    newsroom: Newsroom, address: str, language: str, now: datetime, list_name: str = "hebdo"
) -> Reader:
    with newsroom.database.write() as connection:
        lists.ensure(connection, list_name, list_name.title(), now)
        subscriptions.add(
            connection,
            secret_key=KEY,
            address=address,
            list_name=list_name,
            now=now,
            consent="signed a sheet at the fair",
            profile=Profile(name="Aïssata", language=language),
        )
        person = held(connection, secret_key=KEY, address=address).subscriber
    assert person is not None
    path = f"/u/{unsubscribe_token(KEY, person.id, list_name)}"
    return Reader(id=person.id, address=address, path=path)
