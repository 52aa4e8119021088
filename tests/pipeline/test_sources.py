"""How sources stand: rhythm, silence, what of them was used, and how it is told."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from digest.cli import sources as commands
from digest.errors import NotFoundError
from digest.model.article import Mark
from digest.model.issue import IssueContent, IssueState, Section
from digest.model.source import Sighting, SourceState
from digest.pipeline.source_views import view
from digest.pipeline.sources import SourceStanding, standing
from digest.storage import issues
from digest.storage.sources import record_sightings, save_source_state
from subscribers.database import Database
from tests.builders import a_brief, an_entry, published
from tests.cli.commandline import commandline
from tests.conftest import NOW
from tests.pipeline.rooms import Room
from tests.stored import add_article

DAY = timedelta(days=1)


def gave(
    connection: Connection, source: str, at: datetime, *marks: Mark, also: tuple[str, ...] = ()
) -> int:
    """Store an article that a source gave, and others too."""
    key = f"https://{source}.example/{at.isoformat()}"
    entry = an_entry(
        key=key, url=key, source=source, published=published(at), marks=frozenset(marks)
    )
    id_ = add_article(connection, entry, now=at)
    for name in (source, *also):
        for named in (key, f"{key}#place"):  # as a dropped text has two
            sighting = Sighting(key=named, article_id=id_, fingerprint="", first_seen_at=at)
            record_sightings(connection, {(name, sighting.key): sighting})
    return id_


def spoke(connection: Connection, name: str, **how: object) -> None:
    """Remember that a source was asked and answered."""
    values = {"url": f"https://{name}.example/feed", "checked_at": NOW, "succeeded_at": NOW, **how}
    save_source_state(connection, SourceState(name=name, **values))  # type: ignore[arg-type]


def by_name(room: Room) -> dict[str, SourceStanding]:
    return {one.source: one for one in standing(room.newsroom())}


def feed(room: Room, name: str, **how: object) -> None:
    room.feed(f"https://{name}.example/feed", name=name, **how)


def test_rhythm_and_silence_are_heard_from_the_dates_of_what_a_source_gave(room: Room) -> None:
    feed(room, "daily")
    feed(room, "weekly")
    feed(room, "urgent", silent_after=timedelta(days=1))
    with room.database.write() as connection:
        for name, pause in (("daily", 1), ("weekly", 7), ("urgent", 1)):
            spoke(connection, name)
            for turn in range(5):
                gave(connection, name, NOW - (2 + turn * pause) * DAY)
    room.now = NOW + 1.5 * DAY
    found = by_name(room)
    assert (found["daily"].rhythm_hours, found["weekly"].rhythm_hours) == (24, 168)
    assert {name for name, one in found.items() if one.silent} == {"daily", "urgent"}
    assert found["daily"].last_article == NOW - 2 * DAY


def test_a_source_that_stopped_months_ago_is_silent_since_then(room: Room) -> None:
    feed(room, "old", silent_after=timedelta(days=30))
    with room.database.write() as connection:
        spoke(connection, "old")
        gave(connection, "old", NOW - 200 * DAY)
    old = by_name(room)["old"]
    assert (old.silent, old.last_article, old.received) == (True, NOW - 200 * DAY, 0)


def test_full_texts_and_use_in_issues_are_counted_for_every_source_that_gave(room: Room) -> None:
    feed(room, "first")
    feed(room, "second")
    with room.database.write() as connection:
        used = gave(connection, "first", NOW - DAY, also=("second",))
        gave(connection, "first", NOW - 2 * DAY, Mark.PARTIAL)
        gave(connection, "first", NOW - 3 * DAY, Mark.TITLE_ONLY)
        dropped = gave(connection, "first", NOW - 4 * DAY, Mark.REDIRECT)
        approved_with(connection, used, left_out=dropped)
    found = by_name(room)
    assert (found["first"].received, found["first"].whole, found["first"].used) == (4, 2, 1)
    assert (found["second"].received, found["second"].whole, found["second"].used) == (1, 1, 1)


def approved_with(connection: Connection, told: int, *, left_out: int) -> None:
    """Approve an issue that tells one article and leaves another out."""
    chosen, dropped = (
        (Section(theme="fleuve", title="Fleuve", briefs=(a_brief(article_ids=(id_,)),)),)
        for id_ in (told, left_out)
    )
    content = IssueContent(subject="S", preheader="P", sections=chosen, left_out=dropped)
    made = issues.insert(connection, newsletter="hebdo", slot=NOW, content=content, now=NOW)
    issues.change(connection, made, state=IssueState.APPROVED, approved_by="A", now=NOW)


def test_trouble_stands_first_and_of_it_what_matters(room: Room) -> None:
    for name in ("well", "broken", "lost", "needed"):
        feed(room, name, matters=name == "needed")
    with room.database.write() as connection:
        spoke(connection, "well")
        spoke(connection, "broken", error="500")
        spoke(connection, "lost", succeeded_at=None, error="no connection")
        spoke(connection, "needed", succeeded_at=None)
    assert [one.source for one in standing(room.newsroom())] == ["needed", "broken", "lost", "well"]


def test_as_many_questions_are_asked_of_a_thousand_sources_as_of_one(room: Room) -> None:
    def asked() -> int:
        statements: list[str] = []
        engine = room.database.engine

        def note(_: object, __: object, statement: str, *___: object) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        standing(room.newsroom())
        event.remove(engine, "before_cursor_execute", note)
        return len([one for one in statements if one.lstrip().startswith("SELECT")])

    feed(room, "s")
    one = asked()
    for number in range(400):
        feed(room, f"s{number}")
    assert asked() == one


def test_one_source_is_shown_with_its_latest_and_what_to_do(room: Room) -> None:
    feed(room, "first")
    feed(room, "second")
    with room.database.write() as connection:
        spoke(connection, "second", succeeded_at=None, error="no connection", failures=4)
        gave(connection, "first", NOW - DAY, Mark.PARTIAL, also=("second",))
    found = view(room.newsroom(), "second")
    [given] = found.latest
    assert (given.first_from, given.marks) == ("first", ("partial",))
    assert (found.place, found.standing.failures) == ("https://second.example/feed", 4)
    assert "`digest collect --source second` asks it at once" in found.to_do[0]
    assert "excerpts only" in found.to_do[1]
    assert view(room.newsroom(), "first").to_do == found.to_do[1:]


def test_an_unknown_source_is_named_with_the_nearest(room: Room) -> None:
    feed(room, "fleuve")
    with pytest.raises(NotFoundError, match=r"did you mean 'fleuve'"):
        view(room.newsroom(), "fleuv")


def test_the_commands_tell_it_in_words_and_as_json(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = commandline(tmp_path, database, monkeypatch, commands.register)
    code, told = digest("sources", "--json")
    assert code == 0
    names = [one["source"] for one in json.loads(told)["sources"]]
    assert "inbox" in names
    assert "silent since" in digest("sources")[1]
    code, told = digest("sources", "show", "inbox")
    assert code == 0
    assert "rhythm: not known yet; last article: none ever" in told
    assert json.loads(digest("sources", "show", "inbox", "--json")[1])["place"] == "inbox"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(None, ""), (0.5, "every hour or less"), (26.4, "every 26 hours"), (168, "every 7 days")],
)
def test_a_rhythm_is_told_in_words(hours: float | None, words: str) -> None:
    assert commands.rhythm_words(hours) == words
