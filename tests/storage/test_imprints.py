"""What is remembered of entries holds from one transaction to the next, or not at all."""

from digest.storage.imprints import Renewal, imprints_of, save_imprints
from subscribers.database import Database


def saved(database: Database, now: bytes, *, before: bytes) -> bytes:
    with database.write() as connection:
        save_imprints(connection, {"fleuve": Renewal(now=now, before=before)})
    with database.read() as connection:
        assert imprints_of(connection, "revue") == b""
        return imprints_of(connection, "fleuve")


def test_the_latest_reading_is_remembered(both_databases: Database) -> None:
    assert saved(both_databases, b"one", before=b"") == b"one"
    assert saved(both_databases, b"two", before=b"one") == b"two"
    assert saved(both_databases, b"", before=b"two") == b""
    assert saved(both_databases, b"three", before=b"") == b"three"


def test_what_rests_on_less_than_the_latest_is_forgotten(both_databases: Database) -> None:
    saved(both_databases, b"one", before=b"")
    assert saved(both_databases, b"late", before=b"") == b""
    saved(both_databases, b"two", before=b"")
    assert saved(both_databases, b"late", before=b"one") == b""


def test_what_can_not_be_told_by_its_text_is_forgotten(both_databases: Database) -> None:
    saved(both_databases, b"one", before=b"")
    assert saved(both_databases, b"", before=b"") == b""
