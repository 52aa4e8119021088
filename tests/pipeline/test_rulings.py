"""What an editor decides about stories holds, whatever is grouped later."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from digest.errors import ConflictError, NotFoundError
from digest.model.ruling import RulingKind
from digest.pipeline import grouping, rulings
from digest.pipeline.explaining import explain
from digest.pipeline.grouping import group
from digest.pipeline.rulings import Ruled
from digest.storage import rulings as kept
from digest.storage import stories
from subscribers.database import Database
from tests.conftest import NOW
from tests.group.newsdesk import convoy, summit
from tests.pipeline.test_grouping import DAY, correct, newsroom, rows, store, together

HOUR = timedelta(hours=1)


@pytest.fixture
def ids(database: Database) -> dict[int, int]:
    """A story of three articles, and one of another event."""
    found = store(database, convoy(1), convoy(2), convoy(3), summit(4))
    group(newsroom(database))
    assert together(database) == groups((found[1], found[2], found[3]), (found[4],))
    return found


def groups(*several: Iterable[int]) -> set[frozenset[int]]:
    return {frozenset(one) for one in several}


def split(database: Database, *ids: int) -> Ruled:
    return rulings.split(newsroom(database), ids, by="Awa")


def merge(database: Database, *ids: int) -> Ruled:
    return rulings.merge(newsroom(database), ids, by="Awa")


def lead_of(database: Database, article: int) -> int:
    with database.read() as connection:
        return stories.stories_of(connection, [article])[0].lead_id


def test_articles_leave_their_story_at_once_and_for_good(
    database: Database, ids: dict[int, int]
) -> None:
    done = split(database, ids[2], ids[3])
    assert [set(story.article_ids) for story in done.stories] == [{ids[2], ids[3]}, {ids[1]}]
    assert (done.changed, done.overruled) == (True, ())
    apart = groups((ids[1],), (ids[2], ids[3]), (ids[4],))
    assert together(database) == apart
    before = rows(database)
    group(newsroom(database))
    assert rows(database) == before


def test_stories_are_merged_at_once_and_for_good(database: Database, ids: dict[int, int]) -> None:
    done = merge(database, ids[4], ids[2])
    assert [len(story.article_ids) for story in done.stories] == [4]
    assert done.stories[0].voices == 4
    before = rows(database)
    group(newsroom(database))
    assert rows(database) == before


def test_what_is_ruled_twice_is_ruled_once(database: Database, ids: dict[int, int]) -> None:
    split(database, ids[2], ids[3])
    before = rows(database)
    again = split(database, ids[3], ids[2])
    assert (again.changed, again.overruled) == (False, ())
    assert rows(database) == before
    merge(database, ids[3], ids[4])
    before = rows(database)
    again = merge(database, ids[4], ids[3])
    assert (again.changed, again.overruled) == (False, ())
    assert rows(database) == before


def test_a_later_ruling_overrules_an_earlier_one_and_says_so(
    database: Database, ids: dict[int, int]
) -> None:
    split(database, ids[3])
    done = merge(database, ids[1], ids[3])
    assert {(r.kind, r.by) for r in done.overruled} == {(RulingKind.APART, "Awa")}
    assert len(done.overruled) == 2
    assert together(database) == groups((ids[1], ids[2], ids[3]), (ids[4],))
    done = split(database, ids[3])
    assert {r.kind for r in done.overruled} == {RulingKind.TOGETHER}
    assert together(database) == groups((ids[1], ids[2]), (ids[3],), (ids[4],))


def test_a_copy_can_be_split_from_its_original(database: Database) -> None:
    body = convoy(1).body * 3
    ids = store(database, convoy(1, body=body), convoy(4, body=body))
    group(newsroom(database))
    with database.read() as connection:
        assert stories.stories_of(connection, [ids[1]])[0].copies
    split(database, ids[4])
    assert together(database) == groups((ids[1],), (ids[4],))
    with database.read() as connection:
        told = stories.stories_of(connection, [ids[1], ids[4]])
    assert [(story.copies, story.voices) for story in told] == [((), 1), ((), 1)]


def test_stories_from_before_every_window_obey_too(database: Database) -> None:
    ids = store(database, convoy(1), convoy(2), summit(4), at=NOW - 60 * DAY)
    group(newsroom(database), since=NOW - 70 * DAY)
    split(database, ids[2])
    assert together(database) == groups((ids[1],), (ids[2],), (ids[4],))
    merge(database, ids[2], ids[4])
    assert together(database) == groups((ids[1],), (ids[2], ids[4]))


def test_an_old_story_takes_in_what_is_told_now(database: Database) -> None:
    old = store(database, summit(4), at=NOW - 40 * DAY)
    group(newsroom(database), since=NOW - 50 * DAY)
    new = store(database, convoy(1), convoy(2))
    group(newsroom(database))
    merge(database, new[1], old[4])
    whole = groups((old[4], new[1], new[2]))
    assert together(database) == whole
    group(newsroom(database))
    assert together(database) == whole


def test_a_corrected_text_stays_where_an_editor_put_it(
    database: Database, ids: dict[int, int]
) -> None:
    merge(database, ids[1], ids[2])
    correct(database, ids[1], NOW - DAY)  # now it reads like the summit
    group(newsroom(database))
    assert [one for one in together(database) if {ids[1], ids[2], ids[3]} <= one]


def test_what_was_split_off_together_stays_together(
    database: Database, ids: dict[int, int]
) -> None:
    split(database, ids[2], ids[3])
    correct(database, ids[3], NOW - DAY)  # now it reads like the summit
    group(newsroom(database))
    assert [one for one in together(database) if {ids[2], ids[3]} <= one]


def test_an_article_leads_its_story_until_another_does(
    database: Database, ids: dict[int, int]
) -> None:
    for hours, chosen in enumerate((ids[3], ids[2], ids[2]), start=1):
        done = rulings.lead(newsroom(database), chosen, by="Awa")
        assert done.stories[0].article_ids[0] == chosen
        more = store(database, convoy(1), at=NOW - DAY + hours * HOUR)
        group(newsroom(database))
        assert lead_of(database, ids[1]) == chosen
        assert lead_of(database, more[1]) == chosen
    assert not done.changed


def test_of_merged_stories_the_first_ones_lead_leads(
    database: Database, ids: dict[int, int]
) -> None:
    split(database, ids[3])
    rulings.lead(newsroom(database), ids[3], by="Awa")
    rulings.lead(newsroom(database), ids[2], by="Awa")
    done = merge(database, ids[3], ids[1])
    assert lead_of(database, ids[1]) == ids[3]
    assert RulingKind.LEAD in {r.kind for r in done.overruled}


def test_a_grouping_that_was_under_way_heeds_what_is_ruled_meanwhile(
    database: Database, ids: dict[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    find, found = grouping._find, []

    def slowly(*about: Any) -> grouping.Findings:
        found.append(find(*about))
        if len(found) == 1:
            with database.write() as connection:  # as if killed before its own grouping
                kept.rule(connection, RulingKind.APART, [(ids[1], ids[2])], by="Awa", now=NOW)
        return found[-1]

    monkeypatch.setattr(grouping, "_find", slowly)
    group(newsroom(database))
    assert len(found) == 2
    home = {article: one for one in together(database) for article in one}
    assert home[ids[1]] != home[ids[2]]


def test_a_pin_stands_for_the_whole_story_until_it_is_taken_out(
    database: Database, ids: dict[int, int]
) -> None:
    here = newsroom(database)
    assert rulings.pin(here, ids[3], by="Awa").changed
    other = next(id_ for id_ in (ids[1], ids[2]) if id_ != lead_of(database, ids[3]))
    rulings.lead(here, other, by="Ben")
    assert not rulings.pin(here, ids[1], by="Ben").changed
    place = explain(here, ids[2]).places[0]
    assert "pinned" in {part.name for part in place.parts}
    done = rulings.unpin(here, ids[2])
    assert (done.changed, [r.by for r in done.overruled]) == (True, ["Awa"])
    assert not rulings.unpin(here, ids[1]).changed


def test_what_can_not_be_ruled_is_refused_in_words(database: Database, ids: dict[int, int]) -> None:
    lone = store(database, convoy(1), at=NOW - 90 * DAY)[1]
    refusals: dict[str, Callable[[], Ruled]] = {
        "name only those that are to leave": lambda: split(database, ids[1], ids[2], ids[3]),
        r"several stories \(1 in 1, 4 in 4\)": lambda: split(database, ids[1], ids[4]),
        "can't be merged with itself": lambda: merge(database, ids[1], ids[1]),
        f"article {lone} is in no story": lambda: merge(database, ids[1], lone),
    }
    before = rows(database)
    for words, ruling in refusals.items():
        with pytest.raises(ConflictError, match=words):
            ruling()
    with pytest.raises(NotFoundError, match="no article 77"):
        split(database, 77)
    assert rows(database) == before
    assert not merge(database, ids[1], ids[2]).overruled
