"""What a story goes on from, what it adds, and what comes back to nobody."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from digest.compose.briefs import Material
from digest.compose.draft import Stock, briefs_of, draft
from digest.compose.following import Past, past_of
from digest.compose.told import Told, told_by
from digest.model.article import Article
from digest.model.issue import Brief, IssueContent
from digest.model.story import Lineage, Story, Tie
from digest.schedule.values import Licence, Source
from tests.builders import a_brief, an_article, an_issue
from tests.compose.desk import a_newsletter, a_schedule, a_story, an_issue_of, ranked, some_stories

ADDED = "Le bilan monte à douze morts."
DESCRIBED = "Le Mali rappelle son ambassadeur après une attaque."


def reader(*sentences: str) -> Any:
    """Take these for what is new in whatever is read; None when there are none."""

    def news(new: Sequence[Article], told: Sequence[Article]) -> tuple[str, ...] | None:
        assert new
        assert told
        return sentences or None

    return news


def told(*ids: int, story: int = 1, headline: str = "La veille", number: int = 12) -> Told:
    brief = a_brief(story_id=story, article_ids=ids, headline=headline)
    return told_by([an_issue(number=number, content=an_issue_of(brief).content)])


def drafted(
    articles: Mapping[int, Article],
    *stories: Story,
    excerpt: int = 300,
    score: float = 2.0,
    **stock: Any,
) -> IssueContent:
    source = Source(name="presse", feed="https://presse.example", licence=Licence(excerpt=excerpt))
    material = Material(
        articles=articles,
        schedule=a_schedule(sources=(source,)),
        summarise=lambda article: article.description,
        nearest=lambda texts, language: range(len(texts)),
        language="fr",
    )
    by_theme = {"sahel-security": ranked("sahel-security", *((one, score) for one in stories))}
    found = Stock(ranked=by_theme, earlier={1: (1,), 3: (3,)}, **stock)
    return draft(found, material, a_newsletter())


def followed(excerpt: int = 300, *said: str) -> Brief:
    """A story of two articles of which readers had the first."""
    articles, _ = some_stories(2)
    news = reader(*(said or (ADDED,)))
    story = a_story(*articles.values())
    content = drafted(articles, story, excerpt=excerpt, told=told(1), news=news)
    (brief,) = briefs_of(content.sections)
    return brief


def test_a_story_that_comes_back_says_what_is_new() -> None:
    brief = followed()
    assert (brief.lineage, brief.follows, brief.news) == (Lineage.CONTINUES, "La veille", ADDED)
    assert brief.article_ids == (2,)


def test_a_story_that_comes_back_without_news_is_left_out() -> None:
    articles, _ = some_stories(2)
    content = drafted(articles, a_story(*articles.values()), told=told(1), news=reader())
    assert (content.sections, content.left_out) == ((), ())


def test_what_the_summary_says_is_not_said_twice() -> None:
    assert followed(300, DESCRIBED).news == ""
    assert followed(300, DESCRIBED, ADDED).news == ADDED


def test_summary_and_news_keep_within_the_licence_together() -> None:
    whole = len(DESCRIBED) + 1 + len(ADDED)
    assert (followed(whole).summary, followed(whole).news) == (DESCRIBED, ADDED)
    assert (followed(whole - 1).summary, followed(whole - 1).news) == (DESCRIBED, "")


def test_the_summary_gives_way_to_the_news_by_whole_sentences() -> None:
    articles = {1: an_article(id=1), 2: an_article(id=2, description=f"Une phrase. {DESCRIBED}")}
    story = a_story(*articles.values())
    content = drafted(articles, story, excerpt=70, told=told(1), news=reader(ADDED))
    (brief,) = briefs_of(content.sections)
    assert (brief.summary, brief.news) == ("Une phrase.", ADDED)


def test_a_new_story_of_a_saga_says_what_is_new_since_the_event_readers_know() -> None:
    articles, (_, story) = some_stories(2)
    tie = Tie(story_id=2, earlier_id=1, similarity=0.4)
    content = drafted(articles, story, told=told(1), ties=(tie,), news=reader(ADDED))
    (brief,) = briefs_of(content.sections)
    assert (brief.lineage, brief.follows, brief.news) == (Lineage.CONTINUES, "La veille", ADDED)


def test_of_what_is_left_out_the_editor_sees_the_same() -> None:
    articles, (_, story) = some_stories(2)
    tie = Tie(story_id=2, earlier_id=1, similarity=0.4)
    known = {"told": told(1), "ties": (tie,), "news": reader(ADDED)}
    left = drafted(articles, story, score=0.1, **known).left_out
    assert briefs_of(left) == briefs_of(drafted(articles, story, **known).sections)


def test_an_event_of_the_same_issue_is_followed_by_what_stays_new() -> None:
    articles, stories = some_stories(2)
    tie = Tie(story_id=2, earlier_id=1, similarity=0.4)
    content = drafted(articles, *stories, told=Told(), ties=(tie,), news=reader(ADDED))
    first, second = briefs_of(content.sections)
    assert (first.lineage, first.follows) == (Lineage.NEW, "")
    assert (second.lineage, second.follows, second.news) == (Lineage.NEW, "Titre numéro 1", "")


def test_what_readers_know_is_followed_before_an_event_of_the_same_issue() -> None:
    articles, (_, known, other) = some_stories(3)
    ties = [Tie(story_id=2, earlier_id=e, similarity=e / 10) for e in (1, 3)]
    content = drafted(articles, other, known, told=told(1), ties=ties, news=reader(ADDED))
    follows = {brief.story_id: brief.follows for brief in briefs_of(content.sections)}
    assert follows == {2: "La veille", 3: ""}


@pytest.mark.parametrize(
    ("ids", "ties", "past"),
    [
        ((1, 2), (), Past(headline="La veille", article_ids=(1,))),
        ((2,), ((2, 1, 0.3), (2, 5, 0.9)), Past(headline="La veille", article_ids=(1,))),
        ((2,), ((3, 1, 0.9),), None),
        ((2,), (), None),
    ],
)
def test_a_story_goes_on_from_itself_or_the_nearest_event_that_readers_know(
    ids: tuple[int, ...], ties: tuple[tuple[int, int, float], ...], past: Past | None
) -> None:
    articles, _ = some_stories(2)
    story = a_story(*(articles[id_] for id_ in ids))
    known = [Tie(story_id=s, earlier_id=e, similarity=alike) for s, e, alike in ties]
    assert past_of(story, told(1), known, {1: (1, 4), 5: (5,)}) == past


def test_a_story_whose_number_changed_still_follows_what_was_told_of_it() -> None:
    articles, _ = some_stories(3)
    story = a_story(articles[3], articles[2])
    assert past_of(story, told(2, story=99), (), {}) == Past(headline="La veille", article_ids=(2,))
