"""How does an issue look to the editor who shapes it? As a YAML document with the words to it."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from digest.compose import wording
from digest.model.issue import Appointment, Brief, Issue, Section
from digest.schedule.values import Newsletter

_WIDTH = 88
_UNSHOWABLE = re.compile(
    r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML can't hold as it is (yaml.org/spec/1.1, c-printable), and the byte order mark."""


def one_line(text: str) -> str:
    """Give a text as the document holds it: showable characters, single spaces."""
    return " ".join(_UNSHOWABLE.sub(" ", text).split())


def paragraphs(text: str) -> list[str]:
    """Give a text's paragraphs, each on one line."""
    lines = "\n".join(text.splitlines())
    blocks = (one_line(block) for block in re.split(r"\n\s*\n", lines))
    return [block for block in blocks if block]


def document(issue: Issue, newsletter: Newsletter, themes: Mapping[str, str]) -> str:
    """Write an issue as the document that an editor changes; digest.compose.edited reads it back.

    `themes` has the title of every theme a section may have, the newsletter's own first.
    """
    content = issue.content
    lines = [
        *_heading(issue, newsletter),
        f"issue: {issue.newsletter}/{issue.number}",
        f"version: {issue.version}",
        "",
        *_comment(_words(newsletter, _SEGMENT)),
        f"segment: {one_line(issue.segment)}".rstrip(),
        "",
        *_text("subject", content.subject, 0),
        *_text("preheader", content.preheader, 0),
        *_long_text("introduction", content.introduction),
        "",
        *_comment(_words(newsletter, _AGENDA)),
        "agenda:",
        *_agenda(content.agenda),
        "",
        "sections:",
        *_sections(_with_empty(content.sections, newsletter, themes), newsletter),
        "",
        *_comment(_words(newsletter, _LEFT_OUT)),
        "left_out:",
        *_sections(content.left_out, newsletter, titled=False),
    ]
    return "\n".join(lines) + "\n"


def _with_empty(
    sections: Iterable[Section], newsletter: Newsletter, themes: Mapping[str, str]
) -> list[Section]:
    """Add the newsletter's sections that have no story: one may be moved there."""
    shown = list(sections)
    there = {section.theme for section in shown}
    return shown + [
        Section(theme=theme, title=themes.get(theme, theme), briefs=())
        for theme in newsletter.sections
        if theme not in there
    ]


def _sections(
    sections: Iterable[Section], newsletter: Newsletter, *, titled: bool = True
) -> Iterator[str]:
    for section in sections:
        yield from ("", f"  - theme: {section.theme}")
        if titled:
            yield from _text("title", section.title, 4)
        yield "    stories:"
        for brief in section.briefs:
            yield from _story(brief, newsletter)


def _agenda(appointments: Iterable[Appointment]) -> Iterator[str]:
    for one in appointments:
        yield f"  - day: {one.day.isoformat()}"
        yield from _text("text", one.text, 4)


def _story(brief: Brief, newsletter: Newsletter) -> Iterator[str]:
    zone, language = newsletter.timezone, newsletter.language
    when = wording.short_date(brief.published_at, language, zone, brief.precision)
    also = ", ".join(mention.source for mention in brief.also)
    machine = _words(newsletter, "Summary written by a machine") if brief.machine_written else ""
    facts = (brief.source, when, f"+ {also}" if also else "", brief.url, machine)
    yield ""
    yield f"      # {one_line(' · '.join(fact for fact in facts if fact))}"
    yield f"      - story: {brief.story_id}"
    yield from _text("headline", brief.headline, 8)
    yield from _text("summary", brief.summary, 8)
    if brief.essential:
        yield from _text("essential", brief.essential, 8)
    if brief.follows:
        yield from _text("follows", brief.follows, 8)
    if brief.news:
        yield from _text("news", brief.news, 8)


def _text(key: str, text: str, indent: int) -> Iterator[str]:
    """Write a text in YAML's folded style: no character in it needs an escape."""
    space = " " * indent
    clean = one_line(text)
    yield f"{space}{key}: >-"
    yield from _wrapped(clean, indent + 2)


def _long_text(key: str, text: str) -> Iterator[str]:
    blocks = paragraphs(text)
    yield f"{key}: |-"
    for place, block in enumerate(blocks):
        yield from [""] if place else []
        yield from _wrapped(block, 2)


def _wrapped(text: str, indent: int) -> list[str]:
    space = " " * indent
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=space,
        subsequent_indent=space,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _heading(issue: Issue, newsletter: Newsletter) -> Iterator[str]:
    words = wording.catalogue(newsletter.language)
    due = wording.moment(issue.slot, newsletter.language, newsletter.timezone)
    name = f"{one_line(newsletter.title)} · {words.gettext(issue.state.value)}"
    state = words.gettext("version %(version)s, due %(moment)s")
    yield f"# {name} · {state % {'version': issue.version, 'moment': due}}"
    yield "#"
    yield from _comment(words.gettext(_RULES))
    yield ""


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in text.split("\n")]


def _words(newsletter: Newsletter, message: str) -> str:
    return wording.catalogue(newsletter.language).gettext(message)


_SEGMENT = "Who of the list gets it: the name of a segment; everybody when empty."
_AGENDA = """\
What the days ahead bring, for example:
  - day: 2026-12-03
    text: >-
      ECOWAS summit in Abuja"""
_LEFT_OUT = "Not in the issue: move a block up into a section to take the story in."
_RULES = """\
You may change: segment, subject, preheader, introduction, section titles, headlines,
summaries; the order of sections and stories; a story's section, by moving its whole block.
Delete a block to drop its story; move one up from left_out to take it in.
An essential is a story's line above all sections: give it to three to five stories.
Empty a story's follows where it does not go on from that earlier event; news says what is new.
The first story of the first section leads the issue.
Text lines may be broken anywhere; in the introduction an empty line starts a paragraph.
Leave alone: issue, version and the number after each story."""
