"""What an edition says: only what its readers chose, and a month's best where it is due."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.compose.variants import best_of, content_of, months_of, themes_of
from digest.model.issue import Issue, IssueContent, Section, Variant
from subscribers.database import Database
from tests.builders import a_brief, an_issue
from tests.pipeline.scene import a_newsroom

PARIS = "Europe/Paris"


def section(theme: str, *stories: int, title: str = "") -> Section:
    briefs = tuple(a_brief(story_id=id_, headline=f"Titre {id_}") for id_ in stories)
    return Section(theme=theme, title=title or theme, briefs=briefs)


def content(*sections: Section) -> IssueContent:
    return IssueContent(subject="Le mot du rédacteur", preheader="Et plus", sections=sections)


def issue_at(number: int, *when: int, sections: tuple[Section, ...] = ()) -> Issue:
    slot = datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]
    return an_issue(id=number, number=number, slot=slot, content=content(*sections))


def cut(whole: IssueContent, variant: Variant, database: Database) -> IssueContent:
    schedule = a_newsroom(database).schedule
    return content_of(whole, variant, schedule.newsletters["hebdo-sahel"], schedule)


@pytest.fixture
def whole() -> IssueContent:
    return content(section("sahel", 1, 2), section("energy"), section("diplomacy", 3, 4))


def test_only_sections_with_a_story_can_be_chosen(whole: IssueContent) -> None:
    assert themes_of(whole) == ("sahel", "diplomacy")


def test_an_edition_holds_the_chosen_themes_and_leads_with_what_it_has(
    whole: IssueContent, database: Database
) -> None:
    made = cut(whole, Variant(language="fr", themes=("diplomacy",)), database)
    assert [one.theme for one in made.sections] == ["diplomacy"]
    assert (made.subject, made.preheader) == ("Titre 3", "Titre 4")


def test_an_editors_subject_stays_where_its_story_is(
    whole: IssueContent, database: Database
) -> None:
    for variant in (Variant(language="fr"), Variant(language="fr", themes=("sahel",))):
        assert cut(whole, variant, database).subject == "Le mot du rédacteur"


def test_themes_are_titled_in_the_editions_language_but_for_an_editors_own(
    database: Database,
) -> None:
    drafted = content(section("diplomacy", 1, title="Diplomatie"))
    assert cut(drafted, Variant(language="en"), database).sections[0].title == "Diplomacy"
    own = content(section("diplomacy", 1, title="Le grand jeu"))
    assert cut(own, Variant(language="en"), database).sections[0].title == "Le grand jeu"
    assert (
        cut(
            whole_gone := content(section("gone", 1, title="Ancien")),
            Variant(language="en"),
            database,
        )
        .sections[0]
        .title
        == whole_gone.sections[0].title
    )


def test_the_best_is_each_sections_lead_the_latest_first_and_none_twice() -> None:
    old = issue_at(1, 2026, 11, 13, sections=(section("sahel", 1, 2), section("diplomacy", 3)))
    new = issue_at(2, 2026, 11, 20, sections=(section("sahel", 4), section("diplomacy", 3, 5)))
    best = best_of([old, new], "fr")
    told = {one.theme: [brief.story_id for brief in one.briefs] for one in best.sections}
    assert told == {"sahel": [4, 1], "diplomacy": [3]}


def test_a_months_best_names_itself(whole: IssueContent, database: Database) -> None:
    best = best_of([replace(issue_at(1, 2026, 11, 13), content=whole)], "fr")
    monthly = Variant(language="fr", monthly=True)
    assert cut(best, monthly, database).subject == "Le meilleur du mois : Titre 1"
    english = Variant(language="en", monthly=True)
    assert cut(best, english, database).subject == "The best of the month: Titre 1"


def test_a_best_is_due_with_the_first_issue_of_a_month_and_leaves_none_out_or_twice() -> None:
    first = issue_at(1, 2026, 10, 9)
    november = [issue_at(2 + week, 2026, 11, 6 + 7 * week) for week in range(4)]
    december = issue_at(9, 2026, 12, 4)
    assert months_of(first, [], PARIS) == [first]
    assert months_of(november[0], [first], PARIS) == [november[0]]
    assert months_of(november[1], [first, november[0]], PARIS) is None
    assert months_of(december, [first, *november], PARIS) == [*november[1:], december]


def test_a_month_begins_where_the_newsletter_is() -> None:
    eve = issue_at(1, 2026, 11, 30, 23, 30)  # in Paris it is December
    assert months_of(issue_at(2, 2026, 12, 4), [eve], PARIS) is None
    assert months_of(issue_at(2, 2026, 12, 4), [eve], "UTC") is not None
