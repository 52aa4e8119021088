"""Which sources a run asks: by rhythm, shared with other runs, without what is the same."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import select

from digest.collect.answers import Answer, Request, Verdict
from digest.model.source import SourceState
from digest.pipeline import polling
from digest.pipeline.asking import Turn, in_order
from digest.pipeline.claiming import LEASE, HostClaims
from digest.pipeline.collecting import Occasion, collect
from digest.pipeline.web_sources import Read, WebSources
from digest.schedule.values import Source
from digest.storage.asking_tables import claims
from digest.storage.sources import source_state
from tests.conftest import NOW
from tests.forks import ended
from tests.pipeline.killed import collect_and_die
from tests.pipeline.rooms import Room, counts, rss
from tests.servers.feeds import FeedServer, serving_feeds


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving_feeds() as server:
        yield server


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "TRIES", 2)
    monkeypatch.setattr(polling, "PAUSE", 0.01)


def asked(server: FeedServer) -> int:
    return len(server.asked)


def test_equal_bytes_are_not_read_again_and_one_byte_more_is(
    room: Room, server: FeedServer
) -> None:
    url = server.gives("/same", rss(("a", "Un")))
    room.feed(url)
    assert counts(room.collect()["fleuve"]) == (1, 1, 0, 0)
    server.gives("/same", rss(("a", "Un")), headers={"ETag": '"new"'})
    assert counts(room.collect()["fleuve"]) == (0, 0, 0, 0)
    with room.database.read() as connection:
        assert source_state(connection, "fleuve").etag == '"new"'
    server.gives("/same", rss(("a", "Un")) + " ")
    assert counts(room.collect()["fleuve"]) == (1, 0, 0, 1)


def test_a_body_that_could_not_be_read_or_was_cut_is_read_again(
    room: Room, server: FeedServer
) -> None:
    room.feed(server.gives("/bad", "no feed"), "bad")
    room.feed(server.gives("/cut", rss(("a", "Un"))[:-10], promised=900), "cut")
    for _ in range(2):
        reports = room.collect()
        assert reports["cut"].found == 1
        assert reports["bad"].error
        room.now += HOUR


def test_a_round_asks_who_is_due_by_his_rhythm_and_a_person_asks_all(
    room: Room, server: FeedServer
) -> None:
    room.feed(server.gives("/rare", rss(("a", "Un"))))
    room.collect(occasion=Occasion.ROUND)
    room.now += 54 * MINUTE
    assert room.collect(occasion=Occasion.ROUND)["fleuve"].notes == (
        "not due before 2026-11-26 18:00 UTC",  # its rhythm is not known yet: in an hour
    )
    room.now += 6 * MINUTE
    room.collect(occasion=Occasion.ROUND)
    assert asked(server) == 2
    room.collect()
    assert asked(server) == 3


def test_what_a_server_wishes_is_kept_on_every_occasion(room: Room, server: FeedServer) -> None:
    headers = {"Cache-Control": "max-age=7200"}
    room.feed(server.gives("/calm", rss(("a", "Un")), headers=headers))
    room.collect()
    room.now += 119 * MINUTE
    for occasion in (Occasion.ROUND, Occasion.DRAFT, Occasion.BY_HAND):
        room.collect(occasion=occasion)
    assert asked(server) == 1
    room.now += MINUTE
    room.collect(occasion=Occasion.ROUND)
    assert asked(server) == 2


def test_a_draft_asks_who_was_not_asked_in_the_last_half_hour(
    room: Room, server: FeedServer
) -> None:
    room.feed(server.gives("/draft", rss(("a", "Un"))))
    room.collect()
    room.now += 30 * MINUTE
    room.collect(occasion=Occasion.DRAFT)
    assert asked(server) == 1
    room.now += MINUTE
    room.collect(occasion=Occasion.DRAFT)
    assert asked(server) == 2


def test_the_rhythm_is_that_of_its_articles(room: Room, server: FeedServer) -> None:
    body = rss(*((f"a{n}", f"Titre {n}") for n in range(4)))
    for day in (24, 23, 22):
        body = body.replace("Wed, 25 Nov", f"{day} Nov", 1)
    room.feed(server.gives("/daily", body))
    room.collect()
    with room.database.read() as connection:
        state = source_state(connection, "fleuve")
    assert (state.rhythm, state.changed_at) == (24 * 3600, NOW)
    assert state.due_at == NOW + 12 * HOUR


@pytest.mark.usefixtures("impatient")
def test_a_host_that_another_run_asks_is_left_alone(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/held", rss(("a", "Un"))))
    host = server.url.removeprefix("http://")
    with HostClaims(room.newsroom()) as other:
        with room.database.write() as connection:
            assert other.take(connection, [host]) == {host}
        assert room.collect()["fleuve"].notes == ("another run asks its host now",)
        assert asked(server) == 0
        room.now += LEASE
        assert room.collect()["fleuve"].new == 1


def test_runs_at_once_share_the_sources_and_ask_none_twice(room: Room) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(serving_feeds()) for _ in range(5)]
        for number in range(30):
            feed = rss((f"a{number}", f"Titre {number}"))
            room.feed(servers[number % 5].gives(f"/{number}", feed), name=f"s{number}")
        runs = [Thread(target=room.collect, kwargs={"occasion": Occasion.ROUND}) for _ in range(3)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        paths = sorted(one.path for server in servers for one in server.asked)
    assert paths == sorted(f"/{number}" for number in range(30))
    assert len(room.articles()) == 30


def test_what_a_killed_run_held_is_free_at_once_on_its_machine(
    room: Room, server: FeedServer
) -> None:
    room.feed(server.gives("/killed", rss(("a", "Un"))), name="s0")
    feed = room.sources[0].feed
    assert ended(collect_and_die, room.root, room.database.url, 0, feed) == -signal.SIGKILL
    assert room.collect()["s0"].new == 1


def test_robots_that_name_us_are_heeded_and_remembered_by_all_runs(
    room: Room, server: FeedServer
) -> None:
    server.gives("/robots.txt", "User-agent: digest\nDisallow: /\n")
    room.feed(server.gives("/feed", rss(("a", "Un"))))
    error = room.collect()["fleuve"].error
    assert error.startswith(f"{server.url}/robots.txt does not allow programs to ask")
    assert room.collect()["fleuve"].notes == ("not due before 2026-11-27 17:00 UTC",)
    assert (asked(server), len(server.robots_asked)) == (0, 1)


def test_answers_come_in_the_order_of_asking_unless_that_holds_many_up() -> None:
    def taken(*places: int) -> list[int]:
        answers = [(_turn(place), _ANSWER) for place in places]
        return [turn.place for turn, _ in in_order(answers)]

    assert taken(2, 0, 1, 4, 3) == [0, 1, 2, 3, 4]
    assert taken(*range(1, 200), 0) == [*range(1, 200), 0]
    assert taken(*range(1, 40), 0) == [*range(40)]


def test_the_order_of_a_later_round_starts_at_its_first_place() -> None:
    answers = [(_turn(place), _ANSWER) for place in (9, 7, 8)]
    ordered = in_order(answers, first=7)
    assert next(ordered)[0].place == 7


def test_what_nobody_asked_says_nothing_of_our_line(room: Room, server: FeedServer) -> None:
    verdicts = {"left": Verdict.LEFT, "a": Verdict.FAILED, "b": Verdict.FAILED}

    def fetch(requests: Sequence[Request], **_: object) -> tuple[Answer, ...]:
        return tuple(_silence(one, verdicts[one.url.rpartition("/")[2]]) for one in requests)

    for name in ("a", "left", "b"):
        room.feed(f"{server.url}/{name}", name=name)
    for _ in range(3):
        collect(room.newsroom(), fetch=fetch)
        room.now += 2 * HOUR
    with room.database.read() as connection:
        failures = {name: source_state(connection, name).failures for name in verdicts}
        assert failures == {"left": 0, "a": 1, "b": 1}
        assert source_state(connection, "left").error == "left"


def _silence(request: Request, verdict: Verdict) -> Answer:
    left = verdict is Verdict.LEFT
    return Answer(request=request, verdict=verdict, error=verdict.value, heard=left, closed=left)


_ANSWER = Answer(request=Request(url="http://fleuve.example/"), verdict=Verdict.UNCHANGED)


def _turn(place: int) -> Turn:
    source = Source(name="fleuve", feed="http://fleuve.example/")
    return Turn(source=source, state=SourceState(name="fleuve"), host="", place=place)


def test_what_is_claimed_stays_so_while_an_answer_takes_long_to_read(
    room: Room, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_SIGN_OF_LIFE", 0.01)
    room.feed(server.gives("/slow", rss(("a", "Un"))))
    read, kept = WebSources.read, list[bool]()

    def slowly(*what: Any) -> Read:
        room.now += LEASE  # by which the claim would be anybody's
        end = monotonic() + 10
        while (lasts := lease(room) > room.now) is False and monotonic() < end:
            sleep(0.01)
        kept.append(lasts)
        return read(*what)

    monkeypatch.setattr(WebSources, "read", slowly)
    assert counts(room.collect()["fleuve"]) == (1, 1, 0, 0)
    assert kept == [True]


def lease(room: Room) -> datetime:
    with room.database.read() as connection:
        until: datetime = connection.scalars(select(claims.c.lease_until)).one()
    return until
