"""What an editor's hand on an issue shows of themes."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from digest.compose.lessons import lessons
from digest.model.issue import IssueContent, Section
from tests.builders import NOON, a_brief

THEMES = ("mali", "niger")
Places = dict[int, tuple[str, bool]]
"""Story → its theme, and whether it is told."""


def content(places: Places) -> IssueContent:
    def sections(*, told: bool) -> tuple[Section, ...]:
        return tuple(
            Section(
                theme=theme,
                title=theme,
                briefs=tuple(
                    a_brief(story_id=story, article_ids=(10 * story, 10 * story + 1))
                    for story, place in places.items()
                    if place == (theme, told)
                ),
            )
            for theme in THEMES
        )

    return IssueContent(
        subject="S", preheader="", sections=sections(told=True), left_out=sections(told=False)
    )


def shown(before: Places, after: Places, *, approved: bool = False) -> dict[tuple[int, str], float]:
    found = lessons(content(before), content(after), approved=approved, at=NOON)
    assert all(one.at == NOON and 0 < one.weight <= 1 for one in found)
    return {(c.article_id, c.theme): c.weight if c.belongs else -c.weight for c in found}


def test_a_story_moved_to_another_section_speaks_of_both_for_each_article() -> None:
    assert shown({1: ("mali", True)}, {1: ("niger", True)}) == {
        (10, "mali"): -1.0,
        (11, "mali"): -1.0,
        (10, "niger"): 1.0,
        (11, "niger"): 1.0,
    }


def test_a_dropped_story_speaks_a_little_against_its_theme() -> None:
    dropped = {(10, "mali"): -0.3, (11, "mali"): -0.3}
    assert shown({1: ("mali", True)}, {1: ("mali", False)}) == dropped
    assert shown({1: ("mali", True)}, {1: ("niger", False)}) == dropped


def test_a_story_taken_in_speaks_for_its_theme() -> None:
    assert shown({1: ("mali", False)}, {1: ("mali", True)}) == {
        (10, "mali"): 0.5,
        (11, "mali"): 0.5,
    }


def test_a_story_taken_in_under_another_theme_counts_as_moved() -> None:
    found = shown({1: ("mali", False)}, {1: ("niger", True)})
    assert (found[10, "mali"], found[10, "niger"]) == (-1.0, 1.0)


def test_what_a_person_approved_unmoved_speaks_a_little_for_it() -> None:
    before = {1: ("mali", True), 2: ("mali", False), 3: ("mali", True)}
    after = before | {3: ("niger", True)}
    found = shown(before, after, approved=True)
    assert (found[10, "mali"], found[30, "mali"], found[30, "niger"]) == (0.2, -1.0, 1.0)
    assert not any(article // 10 == 2 for article, _ in found)
    assert (10, "mali") not in shown(before, after)


PLACES = st.fixed_dictionaries(
    {story: st.sampled_from(list(product(THEMES, (True, False)))) for story in (1, 2, 3)}
)


@given(PLACES, PLACES)
def test_what_is_put_back_as_it_was_drafted_shows_nothing(before: Places, after: Places) -> None:
    assert shown(before, before) == {}
    found = shown(before, after)
    untouched = {story for story in before if before[story] == after[story]}
    assert not any(article // 10 in untouched for article, _ in found)


def test_a_story_that_was_not_drafted_shows_nothing() -> None:
    assert shown({1: ("mali", True)}, {2: ("mali", True)}, approved=True) == {}
