"""How does a command speak? A Rich table or sentence for people, one JSON document for programs."""

import dataclasses
import io
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def speak_any_language() -> None:
    """Write UTF-8 into files and pipes; a terminal that lacks a letter shows its number instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def emit(value: object, say: Callable[[], None], *, as_json: bool) -> None:
    """Print `value` as JSON, or let `say` print it for a person."""
    if not as_json:
        return say()
    import orjson

    typer.echo(orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2).decode())
    return None


def json_line(value: object) -> str:
    """Write `value` as JSON on one line."""
    import orjson

    return orjson.dumps(value, default=_plain).decode()


def say(text: str) -> None:
    """Print one line, without wrapping or markup."""
    typer.echo(text)


def counted(count: int, one: str, many: str = "") -> str:
    """Put a number before its noun: `1 batch`, `2 batches`; `many` adds an s where it is empty."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table; columns whose name starts with `#` hold numbers."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    grid = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        number = column.startswith("#")
        grid.add_column(
            column.removeprefix("#"), justify="right" if number else "left", overflow="fold"
        )
    for row in rows:
        grid.add_row(*(escape(str(cell)) for cell in row))
    Console().print(grid)


def _plain(value: Any) -> Any:  # noqa: ANN401 - orjson's hook takes and gives anything
    match value:
        case set() | frozenset():
            return sorted(value)
        case _ if hasattr(value, "_asdict"):  # a named tuple
            return value._asdict()
        case Path():
            return str(value)
        case datetime():
            return value.isoformat()
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return dataclasses.asdict(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON form")
