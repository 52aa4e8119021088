"""Which feeds does an OPML file list, and how are ours written as one? (opml.org/spec2.opml)

Feed readers exchange their lists so. A file with a document type is refused before anything in it
is expanded: no OPML needs one, and entities are how XML attacks its readers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from digest.collect.clean import line

MAX_BYTES = 10_000_000
_DEEPEST = 50
_LONGEST_TITLE = 120


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A feed as it is listed."""

    url: str
    title: str = ""
    language: str = ""
    """ISO 639-1; nothing where the list does not say."""


def read_opml(content: bytes) -> tuple[Outline, ...]:
    """Give all feeds of a list, however deep they are nested, in order.

    Raises:
        ValueError: it is no OPML, too large or too deep, or it has a document type.
    """
    if len(content) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes it so
    except expat.ExpatError as error:
        raise ValueError(f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
    except LookupError as error:  # an encoding that nobody knows
        raise ValueError(str(error)) from error
    return tuple(reading.found)


def write_opml(title: str, outlines: Iterable[Outline]) -> str:
    """Write feeds as an OPML 2.0 list."""
    lines = "".join(f"    <outline {_attributes(one)}/>\n" for one in outlines)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"  <head>\n    <title>{escape(title)}</title>\n  </head>\n"
        f"  <body>\n{lines}  </body>\n</opml>\n"
    )


def _attributes(one: Outline) -> str:
    values = {
        "type": "rss",
        "text": one.title,
        "title": one.title,
        "xmlUrl": one.url,
        "language": one.language,
    }
    return " ".join(f"{name}={quoteattr(value)}" for name, value in values.items() if value)


def _refuse_doctype(*_: object) -> None:
    raise ValueError("it has a document type (<!DOCTYPE …>), which no OPML needs: take it out")


@dataclass(kw_only=True)
class _Reading:
    """One walk through the elements."""

    found: list[Outline] = field(default_factory=list)
    depth: int = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth == 1 and name.lower() != "opml":
            raise ValueError(f"it is no OPML: it begins with <{name[:40]}>")
        if self.depth > _DEEPEST:
            raise ValueError(f"it is nested deeper than {_DEEPEST} levels")
        values = {key.lower(): value for key, value in attributes.items()}
        if name.lower() == "outline" and values.get("xmlurl", "").strip():
            self.found.append(_outline(values))

    def end(self, _: str) -> None:
        self.depth -= 1


def _outline(values: Mapping[str, str]) -> Outline:
    title = line(values.get("title", "")) or line(values.get("text", ""))
    language = values.get("language", "").strip().lower().replace("_", "-").partition("-")[0]
    return Outline(
        url=_web(values["xmlurl"].strip()),
        title="".join(one if one.isprintable() else " " for one in title)[:_LONGEST_TITLE].strip(),
        language=language if len(language) == 2 and language.isascii() else "",
    )


def _web(url: str) -> str:
    """Undo the schemes that some readers invented: `feed://host`, `feed:https://host`."""
    bare = url.removeprefix("feed:")
    return f"https:{bare}" if bare.startswith("//") else bare
