"""Case files: expectation in YAML, a line of `=====`, then the input byte by byte."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.model.article import Entry

NOW = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
CASES = Path(__file__).parents[1] / "data" / "collect"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One input and what must come of it."""

    name: str
    expected: Mapping[str, Any]
    raw: bytes


def cases(folder: str) -> list[Any]:
    """Give the cases of a folder, each named by its file."""
    return [pytest.param(case, id=case.name) for case in _read(CASES / folder)]


def _read(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.iterdir()):
        head, _, raw = path.read_bytes().partition(b"\n=====\n")
        yield Case(name=path.name, expected=yaml.safe_load(head), raw=raw)


def check(entry: Entry, expected: Mapping[str, Any]) -> None:
    """Compare an entry with what its case says of it."""
    shown = seen(entry)
    words = "\n".join(str(shown[name]) for name in ("title", "description", "body"))
    for name, value in expected.items():
        match name:
            case "has":
                assert [word for word in value if word not in entry.body] == []
            case "body_has" | "description_has":
                text = str(shown[name.removesuffix("_has")])
                assert [word for word in value if word not in text] == []
            case "lacks":
                assert [word for word in value if word.lower() in words.lower()] == []
            case "begins":
                assert entry.body.startswith(value) if value else not entry.body
            case "ends":
                assert entry.body.endswith(value)
            case _:
                assert shown[name] == value, name


def seen(entry: Entry) -> dict[str, Any]:
    """Give an entry's fields in the words of a case file."""
    return vars(entry) | {
        "published": entry.published.at,
        "precision": entry.published.precision.value,
        "raw": entry.published.raw,
        "doubt": entry.published.doubt,
        "marks": sorted(mark.value for mark in entry.marks),
    }
