"""Where do templates run? In a sandbox, escaped, in a language: editors may replace any of them."""

import textwrap
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from digest.compose.wording import speak

WIDTH = 72
"""Columns of the text part."""


@lru_cache(maxsize=8)
def environment(folder: Path, language: str) -> SandboxedEnvironment:
    """Give what fills in the templates of a folder."""
    made = SandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=lambda name: name is not None and name.endswith((".mjml", ".html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["fold"] = fold
    speak(made, language)
    return made


def fold(text: str, indent: int = 0, first: str = "") -> str:
    """Break a text into lines of WIDTH columns, `indent` spaces or `first` before them."""
    space = " " * indent
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first or space,
        subsequent_indent=space,
        break_long_words=False,
        break_on_hyphens=False,
    )
