"""Who may read the numbers, and in which form they get them."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from digest.errors import ConfigError
from digest.model.delivery import Outcome
from digest.pipeline.gauges import registry_of
from digest.pipeline.newsroom import Newsroom
from digest.web.main import create_app
from digest.web.metrics import serve_metrics
from tests.web.conftest import TestClient

TOKEN = "a token for tests, long enough"


@pytest.fixture
def guarded(newsroom: Newsroom) -> Newsroom:
    return replace(newsroom, metrics_token=TOKEN)


@pytest.fixture
def scraper(guarded: Newsroom) -> Iterator[TestClient]:
    with TestClient(create_app(guarded)) as client:
        yield client


def test_without_a_token_there_is_no_such_page(browser: TestClient) -> None:
    assert browser.get("/metrics").status_code == 404
    assert browser.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer é"]
)
def test_who_does_not_know_the_token_is_told_nothing(scraper: TestClient, given: str) -> None:
    answer = scraper.get("/metrics", headers={"Authorization": given.encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "digest_" not in answer.text


def test_who_knows_it_gets_this_processs_and_the_databases_numbers(
    scraper: TestClient, guarded: Newsroom
) -> None:
    guarded.meters.note("sendgrid", Outcome.ACCEPTED, seconds=0.2, sent=1000)
    answer = scraper.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'digest_sent_recipients_total{provider="sendgrid"} 1000.0' in answer.text
    assert "digest_database_up 1.0" in answer.text
    assert "process_resident_memory_bytes" in answer.text


def test_an_app_that_is_made_anew_goes_on_counting(guarded: Newsroom) -> None:
    guarded.meters.note("null", Outcome.ACCEPTED, seconds=0.1, sent=7)
    create_app(guarded)
    with TestClient(create_app(replace(guarded, site_url="https://other.example"))) as client:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.text.count('digest_sent_recipients_total{provider="null"} 7.0') == 1


def test_a_process_without_a_web_answers_on_a_port_of_this_machine(newsroom: Newsroom) -> None:
    with serve_metrics(registry_of(newsroom), port=0) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics")
        assert "digest_database_up 1.0" in answer.text
        with (
            pytest.raises(ConfigError, match="can't be had"),
            serve_metrics(registry_of(newsroom), port=port),
        ):
            pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")
