"""The road to every email API: kept connections, and nothing after the deadline."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from digest.clock import system_clock
from digest.deliver.provider import Receipt
from digest.deliver.providers.answers import Answer
from digest.deliver.providers.api import Api
from digest.model.delivery import Outcome
from tests.servers import http
from tests.servers.http import Asked, Judged, LookAlike, Rules

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def echo(asked: Asked, _number: int) -> Judged:
    size = len(asked.body)
    return Judged(status=200, body={"got": size}, request=asked, addresses=(f"{size}@bytes",))


ECHO = Rules(
    url=lambda port: f"http://127.0.0.1:{port}",
    judge=echo,
    refusal=lambda status, message: {"message": f"{status} {message}"},
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LookAlike]:
    with http.running(ECHO, tmp_path / "accepted") as running:
        yield running


def soon() -> datetime:
    return system_clock() + timedelta(seconds=20)


def test_a_request_carries_its_headers_its_kind_and_its_whole_body(server: LookAlike) -> None:
    api = Api(server.url, headers={"api-key": "k"}, workers=1)
    answer = api.post("/x", b"a" * 300_000, soon(), kind="text/odd")
    api.close()
    assert isinstance(answer, Answer)
    assert (answer.status, answer.json()) == (200, {"got": 300_000})
    [asked] = server.requests
    assert (asked.method, asked.path) == ("POST", "/x")
    assert (asked.headers["api-key"], asked.headers["content-type"]) == ("k", "text/odd")


def test_a_connection_is_kept_from_call_to_call(server: LookAlike) -> None:
    api = Api(server.url, headers={}, workers=1)
    for _ in range(3):
        assert isinstance(api.post("/x", b"{}", soon()), Answer)
    transport = api._client._transport
    assert isinstance(transport, httpx.HTTPTransport)
    assert len(transport._pool.connections) == 1
    api.close()


def test_a_body_that_was_not_written_by_its_deadline_is_never_ended(server: LookAlike) -> None:
    looks = itertools.chain([NOON, NOON], itertools.repeat(NOON + timedelta(minutes=5)))
    api = Api(server.url, headers={}, workers=1, clock=lambda: next(looks))
    receipt = api.post("/x", b"a" * 300_000, NOON + timedelta(seconds=60))
    api.close()
    assert isinstance(receipt, Receipt)
    assert (receipt.outcome, receipt.detail) == (
        Outcome.REFUSED,
        "not called: its time was up",
    )
    assert http.accepted(server.record) == []


def test_an_answer_is_read_no_further_than_it_is_of_use(server: LookAlike) -> None:
    server.script = [{"status": 400, "headers": {}, "message": "", "body": "x" * 500_000}]
    api = Api(server.url, headers={}, workers=1, answer_bytes=1000)
    answer = api.post("/x", b"{}", soon())
    api.close()
    assert isinstance(answer, Answer)
    assert 1000 < len(answer.content) < 400_000
