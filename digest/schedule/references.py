"""Do the parts of schedule.yaml fit together? Checked on plain values, so that one broken field
never hides what is wrong elsewhere.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from digest.errors import Problem, unknown
from digest.schedule.text import Document, Path, Plain
from digest.schedule.values import KINDS, WEB_KINDS

Finding: TypeAlias = tuple[Path, str]

_ONE_KIND = f"an address ({', '.join(map(repr, WEB_KINDS))}), a 'folder' or a 'mailbox'"


def references(document: Document) -> tuple[Problem, ...]:
    """Give everything that contradicts another part of the file."""
    return tuple(
        document.problem(path, what) for check in _CHECKS for path, what in check(document)
    )


def _sections(document: Document) -> Iterator[Finding]:
    themes = _mapping(document.values.get("themes"))
    for name, newsletter in _mapping(document.values.get("newsletters")).items():
        seen: set[str] = set()
        for index, theme in _texts(_mapping(newsletter).get("sections")):
            path = ("newsletters", name, "sections", index)
            if theme not in themes:
                yield path, unknown("theme", theme, themes)
            elif theme in seen:
                yield path, f"section {theme!r} stands twice"
            seen.add(theme)


def _source_names(document: Document) -> Iterator[Finding]:
    yield from _repeated(document, "name", "the name {!r} is taken by the source on line {}")


def _source_places(document: Document) -> Iterator[Finding]:
    for kind in KINDS:
        already = f"{{!r}} is already the {kind} of the source on line {{}}"
        yield from _repeated(document, kind, already)


def _repeated(document: Document, key: str, what: str) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, source in _sources(document):
        value = source.get(key)
        path = ("sources", index, key)
        if isinstance(value, str) and value in first:
            yield path, what.format(value, first[value])
        elif isinstance(value, str):
            first[value] = document.line(path)


def _source_kinds(document: Document) -> Iterator[Finding]:
    for index, source in _sources(document):
        name = source.get("name", f"number {index + 1}")
        kinds = [kind for kind in source if kind in KINDS]
        if not kinds:
            yield ("sources", index), f"source {name!r} needs {_ONE_KIND}"
        if len(kinds) > 1:
            both = " and ".join(f"'{kind}'" for kind in kinds)
            path = ("sources", index, kinds[-1])
            yield path, f"source {name!r} has {both}: keep one, or make it two sources"
        if "from" in source and "mailbox" not in source:
            yield ("sources", index, "from"), "'from' says whose mails of a 'mailbox' are collected"


def _aliases(document: Document) -> Iterator[Finding]:
    first: dict[str, int] = {}
    groups = document.values.get("aliases")
    for index, group in enumerate(groups if isinstance(groups, list) else []):
        for place, alias in _texts(group):
            path = ("aliases", index, place)
            if alias.casefold() in first:
                yield path, f"{alias!r} already stands on line {first[alias.casefold()]}"
            first.setdefault(alias.casefold(), document.line(path))


_CHECKS: tuple[Callable[[Document], Iterator[Finding]], ...] = (
    _sections,
    _source_names,
    _source_places,
    _source_kinds,
    _aliases,
)


def _mapping(value: Plain | None) -> dict[str, Plain]:
    return value if isinstance(value, dict) else {}


def _texts(value: Plain | None) -> Iterator[tuple[int, str]]:
    for index, entry in enumerate(value if isinstance(value, list) else []):
        if isinstance(entry, str):
            yield index, entry


def _sources(document: Document) -> Iterator[tuple[int, dict[str, Plain]]]:
    sources = document.values.get("sources")
    for index, source in enumerate(sources if isinstance(sources, list) else []):
        if isinstance(source, dict):
            yield index, source
