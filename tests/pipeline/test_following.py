"""Nothing that readers had comes back unless it is new: from collected texts to the next draft."""

from datetime import datetime, timedelta

import pytest

from digest.compose.draft import briefs_of
from digest.model.article import Article
from digest.model.issue import Brief, IssueState
from digest.model.story import Lineage
from digest.pipeline import composing
from digest.pipeline.explaining import explain
from digest.pipeline.grouping import group
from digest.storage import issues
from subscribers.database import Database
from tests.conftest import NOW
from tests.group.newsdesk import convoy
from tests.pipeline.test_grouping import DAY, newsroom, store

LATER = NOW + DAY
TOLL = "Le bilan monte à douze morts, a annoncé samedi le gouverneur de Kayes."


def again(article: Article, id_: int, *, title: str = "", body: str = "") -> Article:
    """Print an article once more, elsewhere."""
    return convoy(id_, title=title or article.title, body=body or article.body, source="wire")


def drafted(database: Database, *articles: Article, at: datetime, approve: bool) -> list[Brief]:
    """Collect, group and draft at that moment."""
    store(database, *articles, at=at - timedelta(hours=2))
    room = newsroom(database, at)
    group(room)
    issue = composing.make_draft(room, "hebdo", at + timedelta(hours=12))
    if approve:
        with database.write() as connection:
            issues.change(connection, issue, state=IssueState.APPROVED, now=at)
    return briefs_of((*issue.content.sections, *issue.content.left_out))


@pytest.fixture
def first(database: Database) -> Brief:
    """The attack on the convoy, told in n° 1."""
    (brief,) = drafted(database, convoy(1), at=NOW, approve=True)
    return brief


def test_what_an_issue_told_is_not_told_again(database: Database, first: Brief) -> None:
    assert first.lineage is Lineage.NEW
    assert drafted(database, at=LATER, approve=False) == []
    (place, *_) = explain(newsroom(database, LATER), first.story_id).places
    assert (place.lineage, place.told_in) == (Lineage.REPEAT, 1)


@pytest.mark.parametrize(
    "copy",
    [
        again(convoy(1), 7),
        again(convoy(1), 7, title="Mali : ce que l'on sait de l'attaque"),
        again(convoy(1), 7, body=convoy(1).body.replace("Deux chauffeurs ont disparu, ", "")),
    ],
)
def test_a_wire_copy_of_what_was_told_brings_nothing_back(
    database: Database, first: Brief, copy: Article
) -> None:
    assert first.article_ids == (1,)
    assert drafted(database, copy, at=LATER, approve=False) == []


def test_a_report_that_turns_the_same_words_round_brings_nothing_back(
    database: Database, first: Brief
) -> None:
    told = (
        "Sur la route de Kita, dans l'ouest du Mali, une trentaine de camions-citernes ont été"
        " incendiés par des hommes armés. Sous escorte, le convoi roulait ; il venait du Sénégal."
        " Des chauffeurs, deux ont disparu, dit des transporteurs le syndicat."
    )
    turned = again(convoy(1), 7, body=told, title="Près de Kita, un convoi de carburant attaqué")
    assert drafted(database, turned, at=LATER, approve=False) == []
    (place, *_) = explain(newsroom(database, LATER), first.story_id).places
    assert place.why == "left out: told in n° 1, nothing new since"


def test_a_new_report_brings_a_story_back_with_what_is_new(
    database: Database, first: Brief
) -> None:
    body = f"{convoy(2).body}\n\n{TOLL}"
    (brief,) = drafted(database, again(convoy(2), 7, body=body), at=LATER, approve=False)
    assert (brief.lineage, brief.follows) == (Lineage.CONTINUES, first.headline)
    assert brief.article_ids == (2,)
    assert TOLL in f"{brief.summary} {brief.news}"
    (place, *_) = explain(newsroom(database, LATER), first.story_id).places
    assert place.lineage is Lineage.CONTINUES
    assert place.why == "taken, with what is new since n° 1"


def test_copies_of_a_told_text_do_not_come_back_beside_what_is_new(
    database: Database, first: Brief
) -> None:
    body = f"{convoy(2).body}\n\n{TOLL}"
    found = [again(convoy(1), 7), again(convoy(2), 8, body=body)]
    (brief,) = drafted(database, *found, at=LATER, approve=False)
    assert brief.article_ids == (3,)


def test_a_later_event_of_the_saga_says_what_is_new_since_the_event_that_was_told(
    database: Database,
) -> None:
    long_ago = NOW - 20 * DAY
    (began,) = drafted(database, convoy(1), at=long_ago, approve=True)
    feeds_own = "Le convoi de carburant a été attaqué près de Kita, dans l'ouest du Mali."
    goes_on = convoy(2, description=feeds_own, body=f"{TOLL}\n\n{convoy(2).body}")
    (brief,) = drafted(database, goes_on, at=NOW, approve=False)
    assert (brief.lineage, brief.follows) == (Lineage.CONTINUES, began.headline)
    assert brief.summary == feeds_own
    assert TOLL in brief.news
    (place, *_) = explain(newsroom(database, NOW), brief.story_id).places
    assert (place.why, place.told_in) == ("taken: it goes on from what readers know", None)
