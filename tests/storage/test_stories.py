"""What grouping found, in the database."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from digest.model.story import Copy, Reason, Story, ThemeScore, Tie
from digest.storage import stories
from digest.storage.tables import stories as table
from subscribers.database import Database
from tests.builders import NOON

LATER = NOON + timedelta(days=1)


def a_story(id_: int, *others: int, **changes: Any) -> Story:
    values: dict[str, Any] = {"id": id_, "lead_id": id_, "article_ids": (id_, *others)}
    values |= {"voices": 1 + len(others), "happened_at": NOON}
    return Story(**(values | changes))


def score(article: int, theme: str, value: float) -> ThemeScore:
    reasons = (Reason(term="attaque", weight=value),)
    return ThemeScore(
        article_id=article, theme=theme, score=value, belongs=value >= 1, reasons=reasons
    )


def write(database: Database, *told: Story, ties: tuple[Tie, ...] = (), at: object = NOON) -> None:
    with database.write() as connection:
        stories.replace_stories(connection, told, {}, now=at)  # type: ignore[arg-type]
        stories.add_ties(connection, ties)


def test_stories_come_back_as_they_were_written(filled: Database) -> None:
    told = a_story(1, 3, 2, copies=(Copy(article_id=2, original_id=1, containment=0.9),), voices=2)
    write(filled, told, a_story(4))
    with filled.read() as connection:
        assert stories.stories_since(connection, NOON) == [told, a_story(4)]
        assert stories.stories_of(connection, [2, 3]) == [told]


def test_stories_before_a_moment_are_left_out(filled: Database) -> None:
    write(filled, a_story(1), a_story(2, happened_at=LATER))
    with filled.read() as connection:
        assert stories.stories_since(connection, LATER) == [a_story(2, happened_at=LATER)]


def test_stories_of_no_theme_can_be_left_out(filled: Database) -> None:
    write(filled, a_story(1), a_story(2, 3), a_story(4))
    with filled.write() as connection:
        stories.replace_scores(connection, [3, 4], [score(3, "sahel", 1.2), score(4, "sahel", 0.4)])
    with filled.read() as connection:
        assert stories.stories_since(connection, NOON, themed=True) == [a_story(2, 3)]


def test_theme_scores_come_back_best_first(filled: Database) -> None:
    weak, strong = score(1, "diplomacy", 0.4), score(1, "sahel", 1.4)
    with filled.write() as connection:
        stories.replace_scores(connection, [1, 2], [weak, strong])
        assert stories.theme_scores(connection, [1, 2]) == {1: (strong, weak)}


def test_the_scores_nearest_to_a_threshold_are_found(filled: Database) -> None:
    told = [score(n, "security", value) for n, value in enumerate((3.0, 0.9, 1.3, 0.2), start=1)]
    with filled.write() as connection:
        stories.replace_scores(connection, range(1, 6), [*told, score(5, "diplomacy", 1.0)])
    with filled.read() as connection:
        near = stories.scores_near(connection, "security", 1.0, 3)
    assert near == [(2, 0.9), (3, 1.3), (4, 0.2)]


def test_new_scores_replace_all_former_ones(filled: Database) -> None:
    with filled.write() as connection:
        stories.replace_scores(connection, [1, 2], [score(1, "sahel", 1.4), score(2, "sahel", 2)])
        stories.replace_scores(connection, [1], [score(1, "diplomacy", 1.1)])
        found = stories.theme_scores(connection, [1, 2])
    assert [s.theme for s in found[1]] == ["diplomacy"]
    assert [s.score for s in found[2]] == [2]


def test_new_stories_replace_those_of_their_articles(filled: Database) -> None:
    write(
        filled, a_story(1, 2), a_story(3, 4), ties=(Tie(story_id=3, earlier_id=1, similarity=0.4),)
    )
    write(filled, a_story(1), a_story(2, 3, 4))
    with filled.read() as connection:
        assert stories.stories_since(connection, NOON) == [a_story(1), a_story(2, 3, 4)]
        assert stories.ties(connection, [1, 2, 3]) == []


def test_ties_are_found_from_both_ends_nearest_first(filled: Database) -> None:
    far = Tie(story_id=3, earlier_id=1, similarity=0.3)
    near = Tie(story_id=3, earlier_id=2, similarity=0.6)
    write(filled, a_story(1), a_story(2), a_story(3), ties=(far, near))
    with filled.read() as connection:
        assert stories.ties(connection, [3]) == [near, far]
        assert stories.ties(connection, []) == []
        assert stories.ties_to(connection, 1) == [far]


def test_a_story_that_is_as_it_was_keeps_the_moment_of_its_grouping(filled: Database) -> None:
    write(filled, a_story(1, 2), a_story(3))
    write(filled, a_story(1, 2), a_story(3, 4), at=LATER)
    with filled.read() as connection:
        rows = connection.execute(select(table.c.id, table.c.grouped_at)).all()
    moments = {row.id: row.grouped_at for row in rows}
    assert moments == {1: NOON, 3: LATER}


def test_thousands_of_articles_can_be_asked_about(filled: Database) -> None:
    with filled.read() as connection:
        assert stories.theme_scores(connection, range(100_000)) == {}
