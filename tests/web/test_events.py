"""Where SendGrid posts its events: what is let in, what is answered, what is kept and logged."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from digest.errors import ConfigError
from digest.pipeline.newsroom import Newsroom
from digest.storage import tables
from digest.web.main import create_app
from subscribers import tables as readership
from subscribers.database import Database
from tests.deliver.calls import ATTEMPT
from tests.servers.sendgrid_events import PATH, Webhook, an_event, body_of
from tests.web.conftest import TestClient, join

HOOK = Webhook()


@pytest.fixture
def listening(newsroom: Newsroom) -> Newsroom:
    return replace(newsroom, event_keys={"sendgrid": HOOK.key})


@pytest.fixture
def door(listening: Newsroom) -> Iterator[TestClient]:
    with TestClient(create_app(listening)) as client:
        yield client


def ours(now: datetime, reader: int = 1, **fields: Any) -> dict[str, Any]:
    return an_event(at=now, attempt_id=ATTEMPT, subscriber=str(reader), **fields)


def kept(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(tables.events.c.key).order_by(tables.events.c.key)))


def test_events_are_kept_before_they_are_answered(
    door: TestClient, database: Database, now: datetime
) -> None:
    events = [ours(now, reader) for reader in (1, 2, 3)]
    assert HOOK.post(door, events, now) == 204
    assert kept(database) == sorted(event["sg_event_id"] for event in events)


def test_a_post_asks_for_no_cookie_and_sets_none(door: TestClient, now: datetime) -> None:
    body = body_of([])
    answer = door.post(PATH, content=body, headers=HOOK.headers(body, now))
    assert (answer.status_code, answer.content) == (204, b"")
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_comes_again_shuffled_or_replayed_is_kept_once(
    door: TestClient, database: Database, now: datetime
) -> None:
    first, second, third = (ours(now, reader) for reader in (1, 2, 3))
    for events in ([third, first, third], [first, second], [first, second]):
        assert HOOK.post(door, events, now) == 204
    assert len(kept(database)) == 3


def test_thousands_of_events_fit_into_one_post(
    door: TestClient, database: Database, now: datetime
) -> None:
    assert HOOK.post(door, [ours(now, reader) for reader in range(5_000)], now) == 204
    assert len(kept(database)) == 5_000


def test_a_post_that_was_tried_for_a_day_is_still_heard(
    door: TestClient, database: Database, now: datetime
) -> None:
    assert HOOK.post(door, [ours(now)], now - timedelta(hours=24)) == 204
    assert len(kept(database)) == 1


def test_forged_and_stale_posts_are_refused_without_a_word_about_people(
    door: TestClient, database: Database, now: datetime
) -> None:
    with capture_logs() as logs:
        assert Webhook().post(door, [ours(now)], now) == 403
        assert HOOK.post(door, [ours(now)], now - timedelta(hours=26)) == 403
        assert door.post(PATH, content=body_of([ours(now)])).status_code == 403
    assert [line["why"] for line in logs] == ["forged", "stale", "stale"]
    assert not kept(database)
    assert "@" not in str(logs)


@pytest.mark.parametrize(("body", "status"), [(b"{}", 400), (b"[7," * 8_000_000, 413)])
def test_what_is_no_list_or_too_long_is_refused(
    door: TestClient, now: datetime, body: bytes, status: int
) -> None:
    answer = door.post(PATH, content=body, headers=HOOK.headers(body, now))
    assert answer.status_code == status


def test_broken_events_are_counted_in_the_log_and_the_others_kept(
    door: TestClient, database: Database, now: datetime
) -> None:
    events = [ours(now), {"attempt_id": ATTEMPT}, 7, an_event(at=now), ours(now)]
    with capture_logs() as logs:
        assert HOOK.post(door, events, now) == 204
    [line] = [line for line in logs if line["event"] == "events heard"]
    counts = {name: line[name] for name in ("told", "new", "malformed", "foreign")}
    assert counts == {"told": 2, "new": 2, "malformed": 2, "foreign": 1}
    assert len(kept(database)) == 2
    assert "@" not in str(logs)


def test_without_a_key_nobody_listens(browser: TestClient, database: Database) -> None:
    with capture_logs() as logs:
        assert HOOK.post(browser, [], datetime.fromisoformat("2026-11-26T17:00Z")) == 404
    assert [line["why"] for line in logs] == ["SENDGRID_WEBHOOK_KEY is not set"]


def test_a_wrong_key_is_told_when_the_doors_are_opened(newsroom: Newsroom) -> None:
    with pytest.raises(ConfigError, match="SENDGRID_WEBHOOK_KEY"):
        create_app(replace(newsroom, event_keys={"sendgrid": "SG.not-this-one"}))


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_events_are_only_posted(door: TestClient, method: str) -> None:
    assert door.request(method, PATH).status_code == 405


def test_only_a_genuine_post_changes_readers_and_a_replay_changes_them_no_further(
    listening: Newsroom, door: TestClient, now: datetime
) -> None:
    reader = join(listening, "awa@example.org", "fr", now - timedelta(days=1))
    body = body_of([ours(now, reader.id, event="spamreport")])
    genuine = HOOK.headers(body, now)
    altered = body.replace(b"hebdo", b"autre")
    old = HOOK.headers(body, now - timedelta(hours=26))
    for forged, headers in ((body, Webhook().headers(body, now)), (altered, genuine), (body, old)):
        assert door.post(PATH, content=forged, headers=headers).status_code == 403
    assert not bans(listening)
    for _ in range(3):
        assert door.post(PATH, content=body, headers=genuine).status_code == 204
    assert bans(listening) == ["complaint"]


def bans(newsroom: Newsroom) -> list[str]:
    with newsroom.database.read() as connection:
        return list(connection.scalars(select(readership.suppressions.c.reason)))
