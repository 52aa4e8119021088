"""What one reader was mailed, found among everybody's batches."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert

from digest.model.notice import NoticeKind, Wish
from digest.storage import ledger, mails, notices, tables
from subscribers.database import Database
from tests.storage.ledgers import NOW, begin_sending, calling, claimed


@pytest.fixture
def database(both_databases: Database) -> Database:
    return both_databases


def of(connection: Connection, reader: int) -> list[tuple[str, str]]:
    return [(mail.state, mail.why) for mail in mails.mails_of(connection, reader)]


def test_a_reader_finds_the_one_batch_they_are_in(database: Database) -> None:
    with database.write() as connection:
        begin_sending(connection, [10, 300, 5])
        for reader in (1, 10, 11, 256, 257, 310, 315):
            [mail] = mails.mails_of(connection, reader)
            assert (mail.newsletter, mail.number, mail.subject) == ("hebdo", 1, "s")
            assert (mail.state, mail.list_name, mail.at) == ("ready", "hebdo", None)
        for stranger in (0, 316, 1 << 8 | 1 << 16, 1 << 16, 0x01000000, 0x02000000):
            assert of(connection, stranger) == []


def test_a_mail_says_when_and_by_whom_or_why_not(database: Database) -> None:
    with database.write() as connection:
        begin_sending(connection, [2, 2])
        ledger.skip(connection, claimed(connection, "a"), {2: "unsubscribed"}, NOW)
        calling(connection, "b")
        assert [of(connection, reader) for reader in (2, 3)] == [
            [("skipped", "unsubscribed")],
            [("calling", "")],
        ]
        [mail] = mails.mails_of(connection, 3)
        assert (mail.provider, mail.at) == ("sendgrid", NOW)


def test_news_and_notices_are_the_readers_own(database: Database) -> None:
    told = {"provider": "sendgrid", "attempt_id": "a", "received_at": NOW, "raw": {"n": 1}}
    with database.write() as connection:
        for key, reader, kind in (("k2", 7, "delivered"), ("k1", 7, "deferred"), ("k3", 8, "x")):
            at = NOW + timedelta(minutes=int(key[1]))
            event = {**told, "key": key, "subscriber_id": reader, "kind": kind, "at": at}
            connection.execute(insert(tables.events), event)
        wish = Wish(kind=NoticeKind.DATA, address="a@x.example", language="fr", subscriber_id=7)
        notices.ask(connection, wish, NOW)
        assert [one.kind for one in mails.news_of(connection, 7)] == ["deferred", "delivered"]
        assert [(one.kind, one.state) for one in mails.told_of(connection, 7)] == [
            ("data", "ready")
        ]
        assert list(mails.told_of(connection, 8)) == []
