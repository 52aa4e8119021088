"""A draft: which stories, where, told how, and under which subject."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from digest.compose.briefs import Material, tell
from digest.compose.draft import (
    PREHEADER,
    SUBJECT,
    Stock,
    briefs_of,
    draft,
    preheader_of,
    subject_of,
)
from digest.compose.told import Told, told_by
from digest.model.article import Article
from digest.model.issue import IssueContent, Section
from digest.model.story import Copy, RankedStory, Tie
from digest.schedule.values import Licence, Source
from tests.builders import a_brief, an_article
from tests.compose.desk import (
    a_newsletter,
    a_schedule,
    a_story,
    an_issue_of,
    ranked,
    some_briefs,
    some_stories,
)

LOW = {"floor": 0}
"""Scores in these tests are small, for their order alone counts."""


def material(articles: Mapping[int, Article], **changes: Any) -> Material:
    values: dict[str, Any] = {
        "articles": articles,
        "schedule": a_schedule(),
        "summarise": lambda article: article.description,
        "nearest": lambda texts, language: range(len(texts)),
        "language": "fr",
    }
    return Material(**(values | changes))


def drafted(
    articles: Mapping[int, Article],
    by_theme: Mapping[str, list[RankedStory]],
    told: Told | None = None,
    ties: tuple[Tie, ...] = (),
    **changes: Any,
) -> IssueContent:
    events = {tie.earlier_id: (tie.earlier_id,) for tie in ties}
    stock = Stock(ranked=by_theme, told=told or Told(), ties=ties, earlier=events)
    return draft(stock, material(articles), a_newsletter(**({"stories": LOW} | changes)))


def ids(content: IssueContent) -> dict[str, list[int]]:
    return {s.theme: [brief.story_id for brief in s.briefs] for s in content.sections}


def test_each_story_stands_once_where_it_scores_best_and_sections_keep_their_order() -> None:
    articles, (one, two, three) = some_stories(3)
    by_theme = {
        "diplomacy": ranked("diplomacy", (one, 0.9), (two, 0.4)),
        "sahel-security": ranked("sahel-security", (two, 0.8), (three, 0.7), (one, 0.2)),
    }
    assert ids(drafted(articles, by_theme)) == {"sahel-security": [2, 3], "diplomacy": [1]}


def test_a_story_that_fits_two_sections_equally_stands_in_the_first() -> None:
    articles, (one,) = some_stories(1)
    by_theme = {name: ranked(name, (one, 0.5)) for name in ("diplomacy", "sahel-security")}
    assert ids(drafted(articles, by_theme)) == {"sahel-security": [1]}


def test_limits_keep_every_sections_lead_and_then_the_best() -> None:
    articles, stories = some_stories(6)
    by_theme = {
        "sahel-security": ranked(
            "sahel-security", *zip(stories[:4], (0.9, 0.8, 0.7, 0.6), strict=True)
        ),
        "diplomacy": ranked("diplomacy", *zip(stories[4:], (0.1, 0.05), strict=True)),
    }
    content = drafted(articles, by_theme, stories={"section": 3, "issue": 3, "floor": 0})
    assert ids(content) == {"sahel-security": [1, 2], "diplomacy": [5]}
    left_out = {s.theme: [brief.story_id for brief in s.briefs] for s in content.left_out}
    assert left_out == {"sahel-security": [3, 4], "diplomacy": [6]}


def test_what_readers_had_does_not_return() -> None:
    articles, stories = some_stories(2)
    told = told_by([an_issue_of(a_brief(story_id=1, article_ids=(1,)))])
    by_theme = {"sahel-security": ranked("sahel-security", *((s, 0.5) for s in stories))}
    assert ids(drafted(articles, by_theme, told)) == {"sahel-security": [2]}


def test_a_story_with_new_articles_returns_with_them_and_says_what_it_follows() -> None:
    articles, _ = some_stories(3)
    story = a_story(*articles.values())
    told = told_by([an_issue_of(a_brief(story_id=1, article_ids=(1, 2), headline="La veille"))])
    content = drafted(articles, {"sahel-security": ranked("sahel-security", (story, 0.5))}, told)
    (brief,) = briefs_of(content.sections)
    assert (brief.article_ids, brief.headline) == ((3,), "Titre numéro 3")
    assert brief.follows == "La veille"


def test_a_tie_is_told_only_where_readers_know_the_earlier_event() -> None:
    articles, stories = some_stories(3)
    by_theme = {"sahel-security": ranked("sahel-security", *((s, 0.5) for s in stories))}
    ties = (
        Tie(story_id=1, earlier_id=2, similarity=0.4),
        Tie(story_id=1, earlier_id=3, similarity=0.6),
        Tie(story_id=2, earlier_id=99, similarity=0.9),
        Tie(story_id=3, earlier_id=50, similarity=0.5),
    )
    brief = a_brief(story_id=9, article_ids=(50,), headline="L'événement d'avant")
    told = told_by([an_issue_of(brief)])
    follows = {
        b.story_id: b.follows for b in briefs_of(drafted(articles, by_theme, told, ties).sections)
    }
    assert follows == {1: "Titre numéro 3", 2: "", 3: "L'événement d'avant"}


def test_also_has_one_mention_per_publisher_and_no_copies() -> None:
    articles = {
        1: an_article(id=1, publisher="AFP"),
        2: an_article(id=2, publisher="RFI", title="Chez RFI"),
        3: an_article(id=3, publisher="rfi"),
        4: an_article(id=4, publisher="Le Journal"),
        5: an_article(id=5, publisher="AFP"),
        6: an_article(id=6, source="wire", language="en"),
    }
    copy = Copy(article_id=4, original_id=1, containment=0.9)
    brief = tell(a_story(*articles.values(), copies=(copy,)), material(articles))
    assert [(m.source, m.language) for m in brief.also] == [("RFI", "fr"), ("Wire", "en")]


def test_an_article_in_the_readers_language_leads() -> None:
    articles = {1: an_article(id=1, language="en"), 2: an_article(id=2, title="En français")}
    brief = tell(a_story(*articles.values()), material(articles))
    assert (brief.headline, brief.also[0:1]) == ("En français", ())
    english = tell(a_story(*articles.values()), material(articles, language="en"))
    assert english.language == "en"


def test_the_article_that_an_editor_lets_lead_leads_in_whatever_language() -> None:
    articles = {1: an_article(id=1, language="en"), 2: an_article(id=2, title="En français")}
    led = material(articles, leads=frozenset({1}))
    assert tell(a_story(*articles.values()), led).language == "en"


def test_a_licence_limits_what_is_shown_of_a_text() -> None:
    source = Source(name="presse", feed="https://presse.example", licence=Licence(excerpt=60))
    article = an_article(id=1, description="Une première phrase assez courte. " + "Une autre. " * 9)
    told = material({1: article}, schedule=a_schedule(sources=(source,)))
    assert tell(a_story(article), told).summary == (
        "Une première phrase assez courte. Une autre. Une autre."
    )


def test_a_summary_that_repeats_the_title_is_left_out() -> None:
    article = an_article(id=1, title="Bamako se tait", description="Bamako se tait.")
    assert tell(a_story(article), material({1: article})).summary == ""


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (230, 1), (231, 2), (1000, 5)])
def test_reading_time_is_whole_minutes(words: int, minutes: int) -> None:
    article = an_article(id=1, body="mot " * words)
    assert tell(a_story(article), material({1: article})).minutes == minutes


def test_the_subject_is_the_lead_headline_and_the_preheader_the_next() -> None:
    long = a_brief(headline="Un titre qui n'en finit pas de dire " + "encore " * 20)
    section = Section(theme="t", title="T", briefs=(long, *some_briefs(9)))
    assert len(subject_of((section,), "Hebdo")) <= SUBJECT
    assert subject_of((section,), "Hebdo").endswith("encore…")
    preheader = preheader_of((section,), "fr")
    assert len(preheader) <= PREHEADER
    assert preheader.startswith("Titre numéro 1 · Titre numéro 2")
    assert not preheader.endswith("…")


def test_a_week_without_stories_gives_an_issue_that_says_so() -> None:
    content = drafted({}, {})
    assert content == IssueContent(subject="Hebdo Sahel", preheader="")


def test_the_preheader_speaks_the_readers_language_where_it_can() -> None:
    briefs = some_briefs(3)
    english = replace(briefs[1], headline="Djibo cut off", language="en")
    mixed = Section(theme="t", title="T", briefs=(briefs[0], english, briefs[2]))
    assert preheader_of((mixed,), "fr") == "Titre numéro 3"
    alone = Section(theme="t", title="T", briefs=(briefs[0], english))
    assert preheader_of((alone,), "fr") == "Djibo cut off"
