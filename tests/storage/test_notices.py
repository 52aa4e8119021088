"""A row a mail to one reader: who takes it, what forbids a second call, what is blanked."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from digest.model.notice import Ending, Notice, NoticeKind, NoticeState, Wish
from digest.storage import notices, quotas, underway
from digest.storage.quotas import Allowance
from digest.storage.reader_tables import notices as table
from subscribers.database import Database

LEASE = timedelta(minutes=1)
SENT, AGAIN = Ending(state=NoticeState.SENT), NoticeState.READY
ALLOWANCE = Allowance(each=timedelta(minutes=1), burst=3)


@pytest.fixture
def database(both_databases: Database) -> Database:
    return both_databases


def ask(database: Database, now: datetime, address: str = "awa@example.org") -> None:
    with database.write() as connection:
        wish = Wish(kind=NoticeKind.DATA, address=address, language="fr", subscriber_id=7)
        notices.ask(connection, wish, now)


def claim(database: Database, now: datetime, attempt: str = "a" * 32) -> Notice | None:
    with database.write() as connection:
        return notices.claim(connection, attempt_id=attempt, now=now, lease_until=now + LEASE)


def taken(database: Database, now: datetime, attempt: str = "a" * 32) -> Notice:
    notice = claim(database, now, attempt)
    assert notice is not None
    return notice


def called(database: Database, now: datetime) -> Notice:
    ask(database, now)
    notice = taken(database, now)
    with database.write() as connection:
        assert notices.intend(connection, notice, lease_until=now + LEASE)
    return notice


def end(database: Database, notice: Notice, ending: Ending, now: datetime) -> bool:
    with database.write() as connection:
        return notices.end(connection, notice, ending, now)


def row(database: Database) -> dict[str, object]:
    with database.read() as connection:
        return dict(connection.execute(select(table)).mappings().one())


def test_a_notice_is_taken_once(database: Database, now: datetime) -> None:
    ask(database, now)
    assert taken(database, now).address == "awa@example.org"
    assert claim(database, now, "b" * 32) is None


def test_those_that_wait_longest_go_first_and_none_before_its_time(
    database: Database, now: datetime
) -> None:
    ask(database, now + LEASE, "later@example.org")
    ask(database, now, "first@example.org")
    assert taken(database, now).address == "first@example.org"
    assert claim(database, now) is None
    assert taken(database, now + LEASE).address == "later@example.org"


@pytest.mark.parametrize(
    "state", [NoticeState.SENT, NoticeState.FAILED, NoticeState.IN_DOUBT, NoticeState.SKIPPED]
)
def test_what_has_ended_names_nobody(database: Database, now: datetime, state: NoticeState) -> None:
    assert end(database, called(database, now), Ending(state=state, why="so"), now)
    found = row(database)
    assert (found["address"], found["details"], found["last_error"]) == ("", {}, "so")
    assert (found["state"], found["ended_at"]) == (state, now)


def test_a_claim_whose_worker_died_is_free_again(database: Database, now: datetime) -> None:
    ask(database, now)
    dead = taken(database, now)
    with database.write() as connection:
        assert notices.recover(connection, now + LEASE) == 1
    assert taken(database, now + LEASE, "b" * 32).address == "awa@example.org"
    with database.write() as connection:
        assert not notices.intend(connection, dead, lease_until=now + 2 * LEASE)


def test_a_call_whose_worker_died_is_never_made_again(database: Database, now: datetime) -> None:
    called(database, now)
    with database.write() as connection:
        assert notices.recover(connection, now + LEASE) == 1
    assert claim(database, now + timedelta(days=1)) is None
    assert row(database)["state"] == NoticeState.IN_DOUBT
    assert row(database)["address"] == ""


def test_who_comes_late_is_believed_only_that_it_was_sent(
    database: Database, now: datetime
) -> None:
    notice = called(database, now)
    with database.write() as connection:
        notices.recover(connection, now + LEASE)
    assert not end(database, notice, Ending(state=AGAIN, not_before=now), now)
    assert end(database, notice, SENT, now)
    assert row(database)["state"] == NoticeState.SENT


def test_one_that_is_tried_again_counts_its_tries(database: Database, now: datetime) -> None:
    notice = called(database, now)
    assert end(database, notice, Ending(state=AGAIN, not_before=now + LEASE), now)
    assert claim(database, now) is None
    assert taken(database, now + LEASE, "b" * 32).tries == 1


def test_the_late_answer_of_a_former_attempt_changes_nothing(
    database: Database, now: datetime
) -> None:
    notice = called(database, now)
    end(database, notice, Ending(state=AGAIN, not_before=now), now)
    taken(database, now, "b" * 32)
    assert not end(database, notice, SENT, now)


def test_nothing_is_forgotten_before_it_is_old(database: Database, now: datetime) -> None:
    end(database, called(database, now), SENT, now)
    with database.write() as connection:
        assert notices.forget_ended(connection, now) == 0
        assert notices.forget_ended(connection, now + LEASE) == 1


def test_what_waits_for_an_erased_person_is_withdrawn(database: Database, now: datetime) -> None:
    ask(database, now)
    with database.write() as connection:
        assert notices.withdraw(connection, "AWA@example.org", now) == 1
        assert notices.by_state(connection) == {NoticeState.SKIPPED: 1}


def test_of_a_restored_backup_no_notice_is_mailed(database: Database, now: datetime) -> None:
    ask(database, now)
    with database.write() as connection:
        underway.hold_back(connection, now=now, new_id=lambda: "f" * 32)
    assert claim(database, now) is None
    assert (row(database)["state"], row(database)["address"]) == (NoticeState.IN_DOUBT, "")


def use(database: Database, now: datetime) -> timedelta:
    with database.write() as connection:
        return quotas.take(connection, "k", ALLOWANCE, now)


def test_a_quota_allows_a_burst_and_then_one_at_a_time(database: Database, now: datetime) -> None:
    assert [bool(use(database, now)) for _ in range(5)] == [False, False, False, True, True]
    assert use(database, now) == ALLOWANCE.each
    assert not use(database, now + ALLOWANCE.each)
    assert use(database, now + ALLOWANCE.each)


def test_refusals_do_not_push_a_quota_further(database: Database, now: datetime) -> None:
    for _ in range(50):
        use(database, now)
    with database.read() as connection:
        assert quotas.wait(connection, "k", ALLOWANCE, now) == ALLOWANCE.each
        assert quotas.wait(connection, "other", ALLOWANCE, now) == timedelta(0)


def test_who_limits_nobody_any_more_is_forgotten(database: Database, now: datetime) -> None:
    use(database, now)
    with database.write() as connection:
        assert quotas.forget_free(connection, now) == 0
        assert quotas.forget_free(connection, now + timedelta(minutes=2)) == 1
