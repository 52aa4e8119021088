"""Who asks for a newsletter: their browser at some network address, and what was put down."""

from typing import Any

from sqlalchemy import select

from digest.pipeline.newsroom import Newsroom
from digest.storage.reader_tables import notices
from digest.web.main import create_app
from tests.web.conftest import TestClient

AWA = "awa@readers.example"


def client_of(newsroom: Newsroom, host: str = "192.0.2.7") -> TestClient:
    return TestClient(
        create_app(newsroom), base_url="https://digest.example.org", client=(host, 50_000)
    )


def asked(newsroom: Newsroom) -> list[dict[str, Any]]:
    with newsroom.database.read() as connection:
        return [dict(row) for row in connection.execute(select(notices)).mappings()]
