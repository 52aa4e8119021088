"""The lines above all stories: whose they are before an editor chose, and where they go."""

from hypothesis import given
from hypothesis import strategies as st

from digest.compose.draft import briefs_of
from digest.compose.essentials import FEWEST, LINE, MOST, lines_of, with_essentials
from digest.model.issue import Section
from tests.builders import a_brief


def section(theme: str, *stories: int, language: str = "fr") -> Section:
    briefs = (a_brief(story_id=id_, headline=f"Titre {id_}", language=language) for id_ in stories)
    return Section(theme=theme, title=theme, briefs=tuple(briefs))


def lines(*sections: Section) -> list[str]:
    told = with_essentials(sections, "fr")
    return [brief.essential for brief in briefs_of(told) if brief.essential]


def test_leads_of_all_sections_come_before_second_stories() -> None:
    chosen = lines(section("sahel", 1, 2, 3, 4), section("diplomacy", 5, 6), section("climat", 7))
    assert chosen == ["Titre 1", "Titre 2", "Titre 5", "Titre 6", "Titre 7"]


def test_an_issue_of_three_stories_has_no_lines() -> None:
    assert lines(section("sahel", 1, 2), section("diplomacy", 3)) == []


def test_what_readers_can_read_goes_first_where_there_is_enough_of_it() -> None:
    english = section("diplomacy", 5, 6, language="en")
    assert lines(english, section("sahel", 1, 2, 3)) == ["Titre 1", "Titre 2", "Titre 3"]
    assert lines(english, section("sahel", 1, 2)) == ["Titre 5", "Titre 6", "Titre 1", "Titre 2"]


def test_a_long_headline_is_cut_between_words() -> None:
    long = Section(
        theme="sahel",
        title="",
        briefs=tuple(a_brief(story_id=id_, headline="mot " * 60) for id_ in range(4)),
    )
    assert all(len(line) <= LINE and line.endswith("mot…") for line in lines(long))


@given(st.lists(st.integers(0, 6), max_size=6))
def test_no_issue_has_one_or_two_lines_or_more_than_five(sizes: list[int]) -> None:
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    sections = [
        section(str(at), *range(start, start + size))
        for at, (start, size) in enumerate(zip(starts, sizes, strict=True))
    ]
    told = with_essentials(sections, "fr")
    assert lines_of(told) in {0, *range(FEWEST, MOST + 1)}
    assert [b.story_id for b in briefs_of(told)] == [b.story_id for b in briefs_of(sections)]
