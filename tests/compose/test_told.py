"""What readers already had, and what of a story is new to them."""

from dataclasses import replace

import pytest

from digest.compose.told import Told, told_by, unheard
from digest.model.story import Copy
from tests.builders import a_brief, an_issue
from tests.compose.desk import a_story, an_issue_of, some_stories


def test_the_latest_headline_of_a_story_is_the_one_remembered() -> None:
    newer, older = (
        an_issue(content=replace(an_issue_of(a_brief(story_id=1, headline=h)).content))
        for h in ("nouveau", "ancien")
    )
    assert told_by([newer, older]).headings == {1: "nouveau"}


def test_the_last_issue_that_told_an_article_is_remembered() -> None:
    content = an_issue_of(a_brief(article_ids=(1, 2))).content
    again = an_issue_of(a_brief(article_ids=(2, 3))).content
    later, first = an_issue(number=8, content=again), an_issue(number=7, content=content)
    assert told_by([later, first]).numbers == {1: 7, 2: 8, 3: 8}


def test_a_new_copy_of_a_known_text_is_nothing_new() -> None:
    articles, _ = some_stories(2)
    copy = Copy(article_id=2, original_id=1, containment=0.9)
    story = a_story(*articles.values(), copies=(copy,))
    assert unheard(story, Told(articles=frozenset({1}))) is None


@pytest.mark.parametrize("had", [1, 2])
def test_of_an_original_and_its_copies_readers_need_one(had: int) -> None:
    articles, _ = some_stories(4)
    copies = [Copy(article_id=id_, original_id=1, containment=0.9) for id_ in (2, 3)]
    story = a_story(*articles.values(), copies=copies)
    told = Told(articles=frozenset({had}))
    assert unheard(story, told) == replace(story, lead_id=4, article_ids=(4,))


def test_a_story_of_which_readers_had_nothing_is_whole() -> None:
    articles, _ = some_stories(2)
    story = a_story(*articles.values())
    assert unheard(story, Told(articles=frozenset({9}))) is story
