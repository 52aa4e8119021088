"""Is what editors shape as it should be: subject, preheader, sections, stories?"""

import re
from collections.abc import Iterator

from digest.compose.draft import briefs_of
from digest.compose.preflight.finding import Code, Finding, error, warning
from digest.model.issue import Brief, IssueContent

SHOWN = 40
"""Characters of a subject that most phones show: they show 33 to 50."""
LONG_SUBJECT = 70
TOO_LONG_SUBJECT = 200
PREHEADER = (40, 130)
"""Characters between which a preheader fills its line: mailboxes fill a shorter one up with the
first words of the issue and cut a longer one."""
LONG_HEADLINE = 160
_SHOUT = re.compile(r"[!?]\s*!|!\s*[!?]")
_LETTERS = 12
"""Of a subject, from which capitals are shouting and no acronym."""


def content(told: IssueContent) -> Iterator[Finding]:
    """Look over what an editor can shape."""
    yield from _subject(told.subject)
    yield from _preheader(told.preheader, told.subject)
    if not briefs_of(told.sections):
        cure = "take some in, or cancel the issue"
        yield error(Code.ISSUE_EMPTY, "sections", "no story is left", cure)
    for section in told.sections:
        if not section.briefs:
            where, cure = f"section {section.theme}", "it is left out of the mail"
            yield warning(Code.SECTION_EMPTY, where, "it is empty", cure)
    for brief in briefs_of(told.sections):
        yield from _story(brief)
    yield from _without_link(briefs_of(told.sections))


def _subject(subject: str) -> Iterator[Finding]:
    length = len(subject.strip())
    if not length:
        yield error(Code.SUBJECT_EMPTY, "subject", "it is empty", "write one")
    if length > TOO_LONG_SUBJECT:
        what = f"{length} characters are a paragraph, not a subject"
        yield error(Code.SUBJECT_LONG, "subject", what, "say it in about 60")
    elif length > LONG_SUBJECT:
        what = f"{length} characters are more than a phone shows"
        cure = f"say it in about 60, the news within the first {SHOWN}"
        yield warning(Code.SUBJECT_LONG, "subject", what, cure)
    if _in_capitals(subject):
        cure = "write it as a sentence: spam does this, and filters know"
        yield warning(Code.SUBJECT_SHOUTS, "subject", "it is all in capitals", cure)
    if shout := _SHOUT.search(subject):
        what = f"{shout[0]!r} shouts"
        yield warning(Code.SUBJECT_SHOUTS, "subject", what, "end it as a headline ends")


def _in_capitals(text: str) -> bool:
    letters = [char for char in text if char.isupper() or char.islower()]
    return len(letters) >= _LETTERS and sum(map(str.isupper, letters)) >= 0.8 * len(letters)


def _preheader(preheader: str, subject: str) -> Iterator[Finding]:
    length, (shortest, longest) = len(preheader.strip()), PREHEADER
    if not length:
        cure = "mailboxes show the first words of the issue"
        yield warning(Code.PREHEADER_EMPTY, "preheader", "it is empty", cure)
    elif _plain(preheader) == _plain(subject):
        cure = "tell the next story in it"
        yield warning(Code.PREHEADER_REPEATS, "preheader", "it repeats the subject", cure)
    elif not shortest <= length <= longest:
        what = f"it has {length} characters, and {shortest} to {longest} fill its line"
        cure = "add the next headline" if length < shortest else "shorten it"
        yield warning(Code.PREHEADER_LENGTH, "preheader", what, cure)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _story(brief: Brief) -> Iterator[Finding]:
    id_, where = brief.story_id, f"story {brief.story_id}"
    if not brief.headline.strip():
        cure = "write one, or drop the story"
        yield error(Code.HEADLINE_EMPTY, where, "it has no headline", cure, story_id=id_)
    if len(brief.headline) > LONG_HEADLINE:
        what = f"its headline has {len(brief.headline)} characters"
        yield warning(Code.HEADLINE_LONG, where, what, "shorten it", story_id=id_)
    if not brief.summary.strip():
        cure = "write one, or leave the headline alone"
        yield warning(Code.SUMMARY_EMPTY, where, "it has no summary", cure, story_id=id_)


def _without_link(briefs: list[Brief]) -> Iterator[Finding]:
    if bare := [str(brief.story_id) for brief in briefs if not brief.url]:
        which = f"{'story' if len(bare) == 1 else 'stories'} {', '.join(bare)}"
        yield warning(Code.LINK_ABSENT, which, "without a link", "readers can't read on")
