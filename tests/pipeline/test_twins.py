"""A page that names another address as its own: what becomes of everything that names articles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model.article import Article, Mark
from digest.model.issue import IssueContent, Section
from digest.model.ruling import RulingKind
from digest.model.story import Story
from digest.pipeline.twins import merge_twin
from digest.storage import issues
from digest.storage.rulings import rule, rulings_on
from digest.storage.sources import sources_of
from digest.storage.stories import replace_stories, stories_of
from subscribers.database import Database
from tests.builders import NOON, a_brief
from tests.conftest import NOW
from tests.pipeline.test_once import PAGES, Gate, an_item, gate_of

LONG = " ".join(f"mot{number}" for number in range(60))
MIRROR = "https://miroir.example/17"


@pytest.fixture
def gate(database: Database, tmp_path: Path) -> Iterator[Gate]:
    with gate_of(database, tmp_path) as gate:
        yield gate


def twins(gate: Gate, *, whole: bool = True) -> tuple[Article, Article]:
    """Take in a text and its twin at a mirror, whose page will name the first address."""
    first = an_item(content=f"<p>{LONG}</p>") if whole else an_item(content="", summary="Bref.")
    gate.take("fleuve", first)
    gate.take("revue", an_item(guid="m", url=MIRROR, content=f"<p>{LONG} fin</p>"))
    one, other = gate.room.articles()
    return one, other


def merge(gate: Gate, article: Article, url: str) -> int:
    with gate.room.database.write() as connection:
        return merge_twin(connection, article.id, url, now=NOW)


def a_story(*articles: Article, id_: int) -> Story:
    ids = tuple(one.id for one in articles)
    return Story(id=id_, lead_id=ids[0], article_ids=ids, voices=len(ids), happened_at=NOON)


def test_an_address_that_nobody_gave_is_not_believed_or_it_would_be_kept_from_its_own_article(
    gate: Gate,
) -> None:
    gate.take("fleuve", an_item(url=MIRROR))
    [article] = gate.room.articles()
    assert merge(gate, article, PAGES[0]) == article.id
    other = an_item(
        guid="y", url=PAGES[0], title="Une grève", content="<p>Un tout autre texte.</p>"
    )
    assert gate.take("revue", other).new == 1
    assert {one.url for one in gate.room.articles()} == {MIRROR, PAGES[0]}


def test_two_of_one_piece_become_the_earlier_with_all_names_of_both(gate: Gate) -> None:
    one, other = twins(gate)
    assert merge(gate, other, f"{PAGES[0]}?utm_source=x") == one.id
    assert [article.id for article in gate.room.articles()] == [one.id]
    with gate.room.database.read() as connection:
        assert sources_of(connection, [one.id])[one.id] == ("fleuve", "revue")
    assert gate.take("revue", an_item(guid="new", url=MIRROR)).new == 0
    assert merge(gate, one, PAGES[0]) == one.id


def test_the_fuller_text_is_kept_and_speaks(gate: Gate) -> None:
    one, other = twins(gate, whole=False)
    assert Mark.PARTIAL in one.marks
    assert merge(gate, other, PAGES[0]) == one.id
    [article] = gate.room.articles()
    assert (article.body, article.source) == (f"{LONG} fin", "revue")
    later = an_item(content="", summary="Plus bref.")
    assert gate.take("fleuve", later).changed == 0


def test_another_piece_at_that_address_is_left_alone(gate: Gate) -> None:
    gate.take("fleuve", an_item(content=f"<p>{LONG}</p>"))
    gate.take("revue", an_item(guid="m", url=MIRROR, title="Autre", content="<p>a b c d e f g</p>"))
    one, other = gate.room.articles()
    assert merge(gate, other, one.url) == other.id
    assert merge(gate, other, "https://presse.example/") == other.id
    assert len(gate.room.articles()) == 2


def test_what_an_issue_holds_stays(gate: Gate) -> None:
    _, other = twins(gate)
    with gate.room.database.write() as connection:
        brief = a_brief(article_ids=(other.id,))
        section = Section(theme="fleuve", title="Fleuve", briefs=(brief,))
        content = IssueContent(subject="S", preheader="P", sections=(section,))
        issues.insert(connection, newsletter="hebdo", slot=NOW, content=content, now=NOW)
    assert merge(gate, other, PAGES[0]) == other.id
    assert [article.id for article in gate.room.articles()] == [other.id]


@pytest.mark.parametrize("together", [True, False])
def test_stories_lose_the_twin_and_no_story_is_empty(gate: Gate, *, together: bool) -> None:
    one, other = twins(gate)
    gate.take("agence", an_item(guid="z", url=PAGES[1], title="Un puits"))
    third = gate.room.articles()[2]
    told = [a_story(other, one, third, id_=one.id)]
    if not together:
        told = [a_story(one, third, id_=one.id), a_story(other, id_=other.id)]
    with gate.room.database.write() as connection:
        replace_stories(connection, told, {}, now=NOW)
    merge(gate, other, PAGES[0])
    with gate.room.database.read() as connection:
        [story] = stories_of(connection, [one.id, other.id, third.id])
    assert (story.article_ids, story.lead_id, story.voices) == ((one.id, third.id), one.id, 2)


def test_a_twin_without_a_story_takes_the_others_place(gate: Gate) -> None:
    one, other = twins(gate)
    with gate.room.database.write() as connection:
        replace_stories(connection, [a_story(other, id_=other.id)], {}, now=NOW)
    merge(gate, other, PAGES[0])
    with gate.room.database.read() as connection:
        [story] = stories_of(connection, [one.id])
    assert (story.article_ids, story.lead_id) == ((one.id,), one.id)


def test_rulings_on_the_twin_are_rulings_on_what_stays(gate: Gate) -> None:
    one, other = twins(gate)
    gate.take("agence", an_item(guid="z", url=PAGES[1], title="Un puits"))
    third = gate.room.articles()[2]
    with gate.room.database.write() as connection:
        for kind, pair in (
            (RulingKind.APART, (one.id, other.id)),
            (RulingKind.TOGETHER, (other.id, third.id)),
            (RulingKind.LEAD, (other.id, other.id)),
        ):
            rule(connection, kind, [pair], by="Awa", now=NOW)
    merge(gate, other, PAGES[0])
    with gate.room.database.read() as connection:
        kept = {(r.kind, r.article_id, r.other_id) for r in rulings_on(connection, [one.id])}
    assert kept == {
        (RulingKind.TOGETHER, one.id, third.id),
        (RulingKind.LEAD, one.id, one.id),
    }
