"""The issue as an editor's document: what may be changed, and every way it can go wrong."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.document import document, one_line, paragraphs
from digest.compose.edited import Edited, read_document
from digest.errors import DocumentError
from digest.model.issue import Issue, IssueContent, Section
from tests.builders import a_brief, an_issue
from tests.compose.desk import THEMES, a_newsletter

SAHEL, DIPLOMACY = "sahel-security", "diplomacy"


def an_edited_issue() -> Issue:
    def section(theme: str, *stories: int) -> Section:
        briefs = tuple(a_brief(story_id=n, headline=f"Titre {n} : suite") for n in stories)
        return Section(theme=theme, title=THEMES[theme], briefs=briefs)

    content = IssueContent(
        subject="Mali : l'armée « reprend » Tessit",
        preheader="- aperçu # pas un commentaire",
        introduction="Bonjour : tous.\n\n# Deuxième paragraphe.",
        sections=(section(SAHEL, 1, 2), section(DIPLOMACY, 3)),
        left_out=(section(DIPLOMACY, 4),),
    )
    return an_issue(content=content, version=3, number=12)


ISSUE = an_edited_issue()
TEXT = document(ISSUE, a_newsletter(), THEMES)


def read(text: str, issue: Issue = ISSUE) -> Edited:
    return read_document(text, issue, THEMES, file="edit.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        read(text)
    return [str(problem) for problem in refused.value.problems]


def line_of(text: str, words: str, *, last: bool = False) -> int:
    return text[: text.rindex(words) if last else text.index(words)].count("\n") + 1


def block(story: int) -> str:
    """One story's lines of the document."""
    start = TEXT.index(f"      - story: {story}\n")
    end = TEXT.find("\n\n", start) + 1
    return TEXT[start:end] if end else TEXT[start:]


def stories(content: IssueContent) -> dict[str, list[int]]:
    return {s.theme: [brief.story_id for brief in s.briefs] for s in content.sections}


def test_a_document_read_back_unchanged_is_the_issue() -> None:
    assert read(TEXT) == Edited(version=3, segment="", content=ISSUE.content)


def test_an_editor_empties_what_a_story_does_not_follow_and_rewrites_its_news() -> None:
    brief = a_brief(follows="Accord : signé", news="Le bilan monte.")
    content = replace(
        ISSUE.content, sections=(Section(theme=SAHEL, title="Titre", briefs=(brief,)),)
    )
    issue = replace(ISSUE, content=content)
    text = document(issue, a_newsletter(), THEMES)
    assert read(text, issue).content == content
    emptied = text.replace("follows: >-\n          Accord : signé", "follows:")
    assert read(emptied, issue).content.sections[0].briefs == (replace(brief, follows=""),)
    rewritten = text.replace("Le bilan monte.", "Douze morts.")
    (told,) = read(rewritten, issue).content.sections[0].briefs
    assert told == replace(brief, news="Douze morts.")


texts = st.text(max_size=80)


@given(texts, texts, texts, texts)
def test_whatever_the_texts_hold_they_survive_the_document(
    headline: str, summary: str, introduction: str, subject: str
) -> None:
    brief = a_brief(headline=f"T{headline}", summary=summary, source=summary, url=subject)
    content = IssueContent(
        subject=f"S{subject}",
        preheader=summary,
        introduction=introduction,
        sections=(Section(theme=SAHEL, title="Titre", briefs=(brief,)),),
    )
    issue = an_issue(content=content)
    newsletter = a_newsletter()
    once = read_document(document(issue, newsletter, THEMES), issue, THEMES, file="f").content
    assert once.subject == one_line(f"S{subject}")
    assert once.introduction == "\n\n".join(paragraphs(introduction))
    assert once.sections[0].briefs[0].summary == one_line(summary)
    again = replace(issue, content=once)
    assert (
        read_document(document(again, newsletter, THEMES), again, THEMES, file="f").content == once
    )


def test_texts_can_be_rewritten_and_lines_broken_anywhere() -> None:
    text = TEXT.replace("Titre 1 : suite", "Un autre\n          titre : mieux").replace(
        "Bonjour : tous.", "Bonjour\n  à tous.\n\n\n  Et à toutes."
    )
    content = read(text).content
    assert content.sections[0].briefs[0].headline == "Un autre titre : mieux"
    assert content.introduction == "Bonjour à tous.\n\nEt à toutes.\n\n# Deuxième paragraphe."


def test_stories_can_be_reordered_and_moved_to_another_section() -> None:
    moved = TEXT.replace(block(2), "").replace(block(3), block(2) + block(3))
    assert stories(read(moved).content) == {SAHEL: [1], DIPLOMACY: [2, 3]}


def test_a_deleted_story_is_dropped_but_can_come_back() -> None:
    content = read(TEXT.replace(block(2), "")).content
    assert stories(content) == {SAHEL: [1], DIPLOMACY: [3]}
    assert {s.theme: [b.story_id for b in s.briefs] for s in content.left_out} == {
        DIPLOMACY: [4],
        SAHEL: [2],
    }


def test_a_story_left_out_can_be_taken_in() -> None:
    taken = TEXT.replace(block(4), "").replace(block(1), block(4) + block(1))
    content = read(taken).content
    assert stories(content)[SAHEL] == [4, 1, 2]
    assert content.left_out == ()


def test_an_emptied_section_goes_and_stands_in_the_document_again() -> None:
    content = read(TEXT.replace(block(3), "")).content
    assert stories(content) == {SAHEL: [1, 2]}
    again = document(replace(ISSUE, content=content), a_newsletter(), THEMES)
    assert again.count("theme: diplomacy") == 2  # empty, to move a story into; and left out


def test_every_problem_is_named_with_its_line_and_the_nearest_name() -> None:
    text = (
        TEXT.replace("theme: sahel-security", "theme: sahel-securite", 1)
        .replace("summary: >-", "sumary: >-", 1)
        .replace("- story: 3", "- story: 1")
        .replace("version: 3", "version: trois")
        .replace("hebdo-sahel/12", "hebdo-sahel/11")
    )
    assert problems(text) == [
        f"edit.yaml:{line_of(text, 'issue: ')}: this is no document of issue hebdo-sahel/12",
        f"edit.yaml:{line_of(text, 'version: ')}: version must be the number that stood there,"
        " not 'trois'",
        f"edit.yaml:{line_of(text, 'theme: sahel-sec')}: unknown theme 'sahel-securite'"
        " (did you mean 'sahel-security'?)",
        f"edit.yaml:{line_of(text, 'sumary')}: unknown entry 'sumary' (did you mean 'summary'?)",
        f"edit.yaml:{line_of(text, '- story: 1', last=True)}: story 1 stands on line"
        f" {line_of(text, '- story: 1')} already",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- story: 3", "- story: 33", "unknown story '33' (did you mean '3'?)"),
        ("- story: 3", "- story: -3", "must be the number that stood there"),
        ("headline: >-\n          Titre 3 : suite", "headline: ''", "headline is empty: write one"),
        ("headline: >-\n          Titre 3 : suite", "headline: [a]", "headline must be text"),
        (
            "headline: >-\n          Titre 3 : suite",
            "headline: a : b",
            "goes on its own line below",
        ),
        ("theme: diplomacy\n", "theme: sahel-security\n", "stands on line"),
        ("left_out:", "left_out: x\nsections:", "left_out must be a list"),
        ("sections:", "subject: x\nsections:", "'subject' stands twice"),
        ("version: 3\n", "", "version is missing: write `version: 3`"),
        ("  - theme: diplomacy", "  - x\n  - theme: diplomacy", "section must have the entries"),
    ],
)
def test_a_wrong_entry_is_refused_in_words(old: str, new: str, message: str) -> None:
    assert old in TEXT
    assert any(message in problem for problem in problems(TEXT.replace(old, new, 1)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "[" * 5000,
        "a: \x07",
        "- 1",
        "x" * 1_000_001,
        "a: [",
        "&a [*a]",
        "{? {}: 1}",
    ],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    assert problems(text)[0].startswith("edit.yaml")


def test_the_document_explains_itself_in_the_newsletters_language() -> None:
    assert "# Hebdo Sahel · brouillon · version 3, départ prévu" in TEXT
    english = document(ISSUE, a_newsletter(language="en"), THEMES)
    assert "You may change: segment, subject" in english
    assert "Vous pouvez changer" in TEXT
    assert "Hors du numéro" in TEXT


def test_an_editor_gives_an_issue_a_segment_or_takes_it_away() -> None:
    known = ("mali-fr", "tout")

    def reread(text: str, issue: Issue = ISSUE) -> str:
        return read_document(text, issue, THEMES, file="edit.yaml", segments=known).segment

    assert reread(TEXT.replace("segment:\n", "segment: mali-fr\n")) == "mali-fr"
    there = replace(ISSUE, segment="mali-fr")
    shown = document(there, a_newsletter(), THEMES)
    assert reread(shown, there) == "mali-fr"
    assert reread(shown.replace("segment: mali-fr\n", "segment:\n"), there) == ""
    assert reread(shown.replace("segment: mali-fr\n", ""), there) == "mali-fr"
    with pytest.raises(DocumentError, match=r"unknown segment 'mali' \(did you mean 'mali-fr'\?\)"):
        reread(TEXT.replace("segment:\n", "segment: mali\n"))
