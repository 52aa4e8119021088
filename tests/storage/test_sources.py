"""What is remembered of sources."""

from dataclasses import replace
from datetime import timedelta

from digest.model.source import Sighting, SourceState
from digest.storage.sources import (
    record_sightings,
    save_source_state,
    sightings,
    source_state,
    source_states,
)
from subscribers.database import Database
from tests.builders import NOON, an_entry
from tests.stored import add_article


def test_a_source_never_asked_stands_at_the_beginning(database: Database) -> None:
    with database.read() as connection:
        assert source_state(connection, "fleuve") == SourceState(name="fleuve")
        assert source_states(connection) == {}


def test_a_state_comes_back_and_is_replaced(database: Database) -> None:
    state = SourceState(
        name="fleuve",
        url="https://fleuve.example/feed",
        etag='"v1"',
        checked_at=NOON,
        succeeded_at=NOON,
        not_before=NOON + timedelta(days=1),
        failures=2,
        error="404",
        moved_to="https://neuf.example/",
        moves=2,
    )
    with database.write() as connection:
        save_source_state(connection, state)
        assert source_state(connection, "fleuve") == state
        save_source_state(connection, replace(state, failures=0, not_before=None))
        assert source_states(connection) == {"fleuve": replace(state, failures=0, not_before=None)}


def test_a_sighting_keeps_its_first_moment(database: Database) -> None:
    with database.write() as connection:
        stored = add_article(connection, an_entry(), now=NOON)
        first = Sighting(key="k", article_id=stored, fingerprint="a", first_seen_at=NOON)
        record_sightings(connection, {("fleuve", "k"): first})
        later = replace(first, fingerprint="b", first_seen_at=NOON + timedelta(days=1))
        record_sightings(connection, {("fleuve", "k"): later})
        assert sightings(connection, "fleuve", ["k", "x"]) == {"k": replace(first, fingerprint="b")}
        assert sightings(connection, "autre", ["k"]) == {}


def test_many_keys_are_asked_for_in_parts(database: Database) -> None:
    with database.write() as connection:
        stored = add_article(connection, an_entry(), now=NOON)
        for number in range(1_100):
            sighting = Sighting(
                key=str(number), article_id=stored, fingerprint="", first_seen_at=NOON
            )
            record_sightings(connection, {("fleuve", sighting.key): sighting})
        assert len(sightings(connection, "fleuve", map(str, range(3_000)))) == 1_100
