"""What providers tell ends in one state, in whatever order, split and number it comes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from digest.model.event import CAUSES, Cause, Event, EventKind
from digest.pipeline.blanking import KEPT, blank_old_events
from digest.pipeline.consequences import follow
from digest.storage import events as storage
from digest.storage.tables import events
from subscribers import banning, subscriptions, tables
from subscribers.database import Database
from subscribers.model import Evidence, SuppressionReason
from subscribers.people import forget
from subscribers.seats import Witness
from subscribers.undoing import undo
from tests.pipeline.hearsay import A1, A2, A3, DAY, NOW, SECRET, Hearsay, soft, told
from tests.pipeline.scene import LIST, address_of

READER = address_of(1)
WORD = Evidence(origin="cli")


@pytest.fixture
def hearsay(database: Database) -> Hearsay:
    return Hearsay(database)


def word_at(now: datetime) -> Witness:
    return Witness(secret_key=SECRET, evidence=WORD, now=now)


def lift(hearsay: Hearsay) -> bool:
    with hearsay.database.write() as connection:
        return banning.lift(connection, word_at(hearsay.now), address=READER)


def come_back(hearsay: Hearsay) -> None:
    """Subscribe again, and confirm a minute later by the mail."""
    how: dict[str, Any] = {"secret_key": SECRET, "evidence": WORD}
    with hearsay.database.write() as connection:
        asked = subscriptions.subscribe(
            connection, address=READER, list_name=LIST, now=hearsay.now, **how
        )
        assert asked is not None
        hearsay.now += timedelta(minutes=1)
        subscriptions.confirm(connection, token=asked.token, now=hearsay.now, **how)


@pytest.mark.parametrize(
    ("kind", "reason"), [(EventKind.BOUNCED, "bounce"), (EventKind.COMPLAINED, "complaint")]
)
def test_a_hard_bounce_or_a_complaint_suppresses_at_once(
    hearsay: Hearsay, kind: EventKind, reason: str
) -> None:
    hearsay.hear(told(kind, 2), told(EventKind.DELIVERED, reader=2))
    assert hearsay.bans == {READER: (reason, NOW - 2 * DAY)}


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind not in CAUSES])
def test_all_else_is_only_recorded(hearsay: Hearsay, kind: EventKind) -> None:
    before = hearsay.standing()
    hearsay.hear(told(kind))
    assert hearsay.standing() == before


def test_the_fifth_soft_bounce_within_thirty_days_suppresses(hearsay: Hearsay) -> None:
    first, *others = soft(1, 8, 15, 22, 29)
    for event in others:
        hearsay.hear(event, event)
    assert hearsay.bans == {}
    hearsay.hear(first)
    assert hearsay.bans == {READER: ("bounce", NOW - DAY)}


@pytest.mark.parametrize(
    ("attempt", "left"), [(A1, {LIST}), (A2, {"mensuel"}), (A3, {LIST, "mensuel"})]
)
def test_who_unsubscribes_at_the_provider_leaves_the_list_of_that_mail_with_evidence(
    hearsay: Hearsay, attempt: str, left: set[str]
) -> None:
    hearsay.hear(told(EventKind.UNSUBSCRIBED, attempt_id=attempt))
    gone = {name for (reader, name), state in hearsay.places.items() if state == "unsubscribed"}
    assert gone == left
    evidence = hearsay.standing()[2]
    assert {row["list_name"] for row in evidence} == left
    assert {row["origin"] for row in evidence} == {"event of sendgrid"}
    assert hearsay.bans == {}


def test_a_replay_does_not_undo_a_lift_but_a_younger_event_does(hearsay: Hearsay) -> None:
    old = [told(EventKind.BOUNCED, 1), *soft(2, 3, 4, 5, 6)]
    hearsay.hear(*old)
    assert lift(hearsay)
    hearsay.hear(*old, told(EventKind.BOUNCED, 3, key="late"))
    assert hearsay.bans == {}
    hearsay.hear(told(EventKind.BOUNCED, -1))
    assert hearsay.bans == {READER: ("bounce", NOW + DAY)}


def test_a_replay_does_not_undo_a_new_subscription_but_leaving_again_does(hearsay: Hearsay) -> None:
    old = told(EventKind.UNSUBSCRIBED, 1)
    hearsay.hear(old)
    come_back(hearsay)
    hearsay.hear(old, told(EventKind.UNSUBSCRIBED, 2))
    assert hearsay.places[1, LIST] == "confirmed"
    hearsay.hear(told(EventKind.UNSUBSCRIBED, -1))
    assert hearsay.places[1, LIST] == "unsubscribed"


def test_a_replay_does_not_undo_a_leaving_that_was_taken_back(hearsay: Hearsay) -> None:
    old = told(EventKind.UNSUBSCRIBED, 0.01)
    hearsay.hear(old)
    how: dict[str, Any] = {"secret_key": SECRET, "subscriber_id": 1, "list_name": LIST}
    with hearsay.database.write() as connection:
        assert undo(connection, evidence=WORD, now=hearsay.now, **how)
    hearsay.hear(old, told(EventKind.UNSUBSCRIBED, 0.02))
    assert hearsay.places[1, LIST] == "confirmed"


def test_a_persons_suppression_keeps_its_reason(hearsay: Hearsay) -> None:
    with hearsay.database.write() as connection:
        reason = SuppressionReason.ADMIN
        banning.ban(connection, word_at(NOW), address=READER, reason=reason)
    hearsay.hear(told(EventKind.COMPLAINED))
    assert hearsay.bans == {READER: ("admin", NOW)}


def test_events_about_nobody_or_the_erased_change_nothing(hearsay: Hearsay) -> None:
    with hearsay.database.write() as connection:
        forget(connection, secret_key=SECRET, address=READER, origin="cli", now=NOW)
    before = hearsay.standing()
    kinds = (EventKind.COMPLAINED, EventKind.UNSUBSCRIBED)
    hearsay.hear(*(told(kind, reader=reader) for kind in kinds for reader in (None, 1, 999)))
    assert hearsay.standing() == before


def test_several_posts_at_once_miss_nothing_of_each_other(hearsay: Hearsay) -> None:
    events_ = [one for reader in (1, 2, 3) for one in soft(1, 8, 15, 22, 29, reader=reader)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hearsay.hear, events_))
    assert {reason for reason, _ in hearsay.bans.values()} == {"bounce"}
    assert len(hearsay.bans) == 3


def test_a_post_waits_for_another_that_is_about_the_same_reader(
    on_wiped_postgresql: Database,
) -> None:
    hearsay = Hearsay(on_wiped_postgresql)
    fifth, *others = soft(1, 8, 15, 22, 29)
    second = Thread(target=lambda: hearsay.hear(fifth))
    with hearsay.database.write() as connection:
        storage.store(connection, others, NOW)
        follow(connection, hearsay.newsroom, others)
        second.start()
        second.join(0.5)  # without the lock it is through by then, and has seen one event
    second.join()
    assert hearsay.bans == {READER: ("bounce", NOW - DAY)}


def test_what_is_told_of_a_thousand_readers_is_one_request(hearsay: Hearsay) -> None:
    crowd = [told(EventKind.BOUNCED, reader=reader) for reader in range(3, 1_500)]
    hearsay.hear(*crowd, told(EventKind.COMPLAINED, reader=1))
    assert len(hearsay.bans) == 2


def test_after_ninety_days_only_what_an_event_said_is_kept_and_still_counts(
    hearsay: Hearsay,
) -> None:
    hearsay.hear(*soft(1, 2, 3, 4))
    hearsay.now += KEPT
    assert blank_old_events(hearsay.newsroom) == 0
    hearsay.now += timedelta(seconds=1)
    hearsay.hear(told(EventKind.DELIVERED))
    assert (blank_old_events(hearsay.newsroom), blank_old_events(hearsay.newsroom)) == (4, 0)
    with hearsay.database.read() as connection:
        kept = connection.execute(select(events.c.cause, events.c.raw)).all()
    assert sorted(kept, key=str) == [("", {"event": "delivered"}), *[("soft", None)] * 4]
    hearsay.hear(*soft(5))
    assert hearsay.bans == {READER: ("bounce", NOW - DAY)}


KINDS = (*CAUSES, EventKind.DROPPED, EventKind.DELIVERED)
TOLD = st.lists(
    st.builds(
        told,
        st.sampled_from(KINDS),
        st.integers(0, 40),
        reader=st.sampled_from([1, 1, 2, 3, None]),
        attempt_id=st.sampled_from([A1, A2, A3, "a" * 32, "b" * 32, "c" * 32]),
        cause=st.sampled_from([Cause.NONE, Cause.SOFT, Cause.SOFT, Cause.SOFT, *Cause]),
    ),
    unique_by=lambda one: one.key,
    max_size=14,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(news=TOLD, lifted=st.none() | st.integers(0, 40), order=st.randoms(), data=st.data())
def test_any_order_any_split_and_any_replay_end_in_the_same_state(
    plain_hearsay: Hearsay, news: list[Event], lifted: int | None, order: Any, data: Any
) -> None:
    def end_of(requests: Sequence[Sequence[Event]]) -> Any:
        plain_hearsay.fresh()
        if lifted is not None:
            _lifted_before(plain_hearsay, lifted)
        for request in requests:
            plain_hearsay.hear(*request)
        return plain_hearsay.standing()

    mixed = news + data.draw(st.lists(st.sampled_from(news), max_size=6)) if news else []
    order.shuffle(mixed)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(mixed)), max_size=4)))
    parts = [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
    assert end_of(parts) == end_of([news])


@pytest.fixture
def plain_hearsay(on_sqlite: Database) -> Hearsay:
    return Hearsay(on_sqlite)


def _lifted_before(hearsay: Hearsay, day: int) -> None:
    """Let reader 1 be allowed, and on the list anew, since so many days."""
    hearsay.now = NOW - day * DAY
    with hearsay.database.write() as connection:
        reason = SuppressionReason.ADMIN
        banning.ban(connection, word_at(hearsay.now - DAY), address=READER, reason=reason)
        banning.lift(connection, word_at(hearsay.now), address=READER)
        place = tables.subscriptions.c
        connection.execute(
            update(tables.subscriptions)
            .where(place.subscriber_id == 1, place.list_id == 1)
            .values(confirmed_at=hearsay.now)
        )
    hearsay.now = NOW
