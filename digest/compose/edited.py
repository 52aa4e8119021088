"""What did the editor change? The document read back into an issue's content, or its problems."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from yaml.nodes import Node

from digest.compose.document import one_line, paragraphs
from digest.compose.nodes import Reading
from digest.errors import DocumentError, unknown
from digest.model.issue import Appointment, Brief, Issue, IssueContent, Section

_TEXTS = ("subject", "preheader", "introduction")
_WHOLE = ("issue", "version", "segment", *_TEXTS, "agenda", "sections", "left_out")
_APPOINTMENT = ("day", "text")
_SECTION = ("theme", "title", "stories")
_STORY = ("story", "headline", "summary", "essential", "follows", "news")


@dataclass(frozen=True, kw_only=True)
class Edited:
    """What a document says."""

    version: int
    """The version of the issue that the editor had before them."""
    segment: str
    content: IssueContent


def read_document(
    document: str,
    issue: Issue,
    themes: Mapping[str, str],
    *,
    file: str,
    segments: Collection[str] = (),
) -> Edited:
    """Read an edited document of `issue`; `themes` has the title of every theme there is.

    Stories that stand nowhere any more are dropped: they go to `left_out`.

    Raises:
        DocumentError: it can't be used; carries every problem with its line.
    """
    reading = Reading(file)
    edited = _Document(reading, issue, themes, segments).read(document)
    if edited is None or reading.problems:
        raise DocumentError(tuple(sorted(reading.problems, key=lambda problem: problem.line)))
    return edited


class _Document:
    """The walk through one document: which stories were met, on which line."""

    def __init__(
        self,
        reading: Reading,
        issue: Issue,
        themes: Mapping[str, str],
        segments: Collection[str],
    ) -> None:
        self.segments = segments
        self.reading = reading
        self.issue = issue
        self.themes = themes
        content = issue.content
        self.known = {
            brief.story_id: (section.theme, brief)
            for section in (*content.sections, *content.left_out)
            for brief in section.briefs
        }
        self.met: dict[int, int] = {}

    def read(self, document: str) -> Edited | None:
        root = self.reading.root(document)
        if root is None:
            return None
        parts = self.reading.mapping(root, "issue", _WHOLE)
        self._check_name(root, parts.get("issue"))
        content = IssueContent(
            subject=self._required(parts, "subject", root),
            preheader=one_line(self.reading.text(parts.get("preheader"), "preheader")),
            introduction=self._introduction(parts.get("introduction")),
            sections=self._sections(parts.get("sections"), "sections"),
            left_out=self._sections(parts.get("left_out"), "left_out"),
            agenda=self._agenda(parts),
        )
        version = self.reading.number(parts.get("version"), "version")
        if "version" not in parts:
            self.reading.wrong(root, f"version is missing: write `version: {self.issue.version}`")
        segment = self._segment(parts.get("segment"))
        return Edited(version=version, segment=segment, content=self._with_dropped(content))

    def _segment(self, node: Node | None) -> str:
        if node is None:  # a document from before there were any
            return self.issue.segment
        name = self.reading.text(node, "segment").strip()
        if name and name not in self.segments:
            self.reading.wrong(node, unknown("segment", name, self.segments))
        return name

    def _check_name(self, root: Node, node: Node | None) -> None:
        name = f"{self.issue.newsletter}/{self.issue.number}"
        if self.reading.text(node, "issue").strip() != name:
            self.reading.wrong(node or root, f"this is no document of issue {name}")

    def _required(self, parts: Mapping[str, Node], key: str, parent: Node) -> str:
        text = one_line(self.reading.text(parts.get(key), key))
        if not text:
            self.reading.wrong(parts.get(key, parent), f"{key} is empty: write one")
        return text

    def _introduction(self, node: Node | None) -> str:
        return "\n\n".join(paragraphs(self.reading.text(node, "introduction")))

    def _agenda(self, parts: Mapping[str, Node]) -> tuple[Appointment, ...]:
        if "agenda" not in parts:  # a document from before there was one
            return self.issue.content.agenda
        items = self.reading.items(parts["agenda"], "agenda")
        return tuple(filter(None, (self._appointment(item) for item in items)))

    def _appointment(self, node: Node) -> Appointment | None:
        parts = self.reading.mapping(node, "appointment", _APPOINTMENT)
        day = self.reading.day(parts.get("day", node), "day")
        text = self._required(parts, "text", node)
        return Appointment(day=day, text=text) if day else None

    def _sections(self, node: Node | None, kind: str) -> tuple[Section, ...]:
        lines: dict[str, int] = {}
        sections = [self._section(item, lines) for item in self.reading.items(node, kind)]
        return tuple(one for one in sections if one is not None and one.briefs)

    def _section(self, node: Node, lines: dict[str, int]) -> Section | None:
        parts = self.reading.mapping(node, "section", _SECTION)
        theme = self.reading.text(parts.get("theme"), "theme").strip()
        stories = self.reading.items(parts.get("stories"), "stories")
        briefs = [self._story(story) for story in stories]
        if theme not in self.themes:
            self.reading.wrong(parts.get("theme", node), unknown("theme", theme, self.themes))
            return None
        if theme in lines:
            self.reading.wrong(node, f"section {theme!r} stands on line {lines[theme]} already")
        lines.setdefault(theme, node.start_mark.line + 1)
        title = one_line(self.reading.text(parts.get("title"), "title")) or self.themes[theme]
        return Section(theme=theme, title=title, briefs=tuple(filter(None, briefs)))

    def _story(self, node: Node) -> Brief | None:
        parts = self.reading.mapping(node, "story", _STORY)
        story_id = self.reading.number(parts.get("story"), "story")
        if not self._is_new(parts.get("story", node), story_id):
            return None
        brief = self.known[story_id][1]
        if "headline" in parts:
            brief = replace(brief, headline=self._required(parts, "headline", node))
        return replace(
            brief,
            summary=self._changed(parts, "summary", brief.summary),
            essential=self._changed(parts, "essential", brief.essential),
            follows=self._changed(parts, "follows", brief.follows),
            news=self._changed(parts, "news", brief.news),
        )

    def _changed(self, parts: Mapping[str, Node], key: str, before: str) -> str:
        return one_line(self.reading.text(parts[key], key)) if key in parts else before

    def _is_new(self, node: Node, story_id: int) -> bool:
        """Check that a story is the issue's and stands once."""
        if story_id not in self.known:
            self.reading.wrong(node, unknown("story", str(story_id), map(str, self.known)))
            return False
        if story_id in self.met:
            line = self.met[story_id]
            self.reading.wrong(node, f"story {story_id} stands on line {line} already")
            return False
        self.met[story_id] = node.start_mark.line + 1
        return True

    def _with_dropped(self, content: IssueContent) -> IssueContent:
        left_out = {section.theme: section for section in content.left_out}
        for story_id, (theme, brief) in self.known.items():
            if story_id not in self.met:
                home = left_out.get(theme) or self._empty(theme)
                left_out[theme] = replace(home, briefs=(*home.briefs, brief))
        return replace(content, left_out=tuple(left_out.values()))

    def _empty(self, theme: str) -> Section:
        return Section(theme=theme, title=self.themes.get(theme, theme), briefs=())
