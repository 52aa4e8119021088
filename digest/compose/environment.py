"""Where do templates run? In a sandbox, escaped, in a language: editors may replace any of them."""

import textwrap
import traceback
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel

from digest.compose.members import is_open
from digest.compose.wording import speak
from digest.resources import shipped

WIDTH = 72
"""Columns of the text part."""


class Sandbox(SandboxedEnvironment):
    """Jinja's sandbox, closed further: pydantic's methods read pickles, classes lead anywhere."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Say whether a template may have an attribute: of a class none, of data the data."""
        if isinstance(obj, type) or (isinstance(obj, BaseModel) and not is_open(type(obj), attr)):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: object) -> bool:
        """Say whether a template may call it; a bound `format` is Jinja's guarded one."""
        unbound = any(obj is one for one in _UNBOUND)
        return not unbound and super().is_safe_callable(obj)


_UNBOUND = (str.format, str.format_map)
"""They would format whatever they are given first, past Jinja's guard."""


@lru_cache(maxsize=8)
def environment(folder: Path, language: str) -> Sandbox:
    """Give what fills in the templates of a folder; a file that it lacks is the shipped one."""
    made = Sandbox(
        loader=FileSystemLoader((folder, shipped("templates") / folder.name)),
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


def place_of(failure: Exception, otherwise: str) -> str:
    """Say in which file and line filling in stopped: `…/email/issue.mjml:14`."""
    if isinstance(failure, TemplateSyntaxError):
        return f"{failure.filename or otherwise}:{failure.lineno}"
    steps = traceback.extract_tb(failure.__traceback__)
    ours = [step for step in steps if step.filename.endswith((".mjml", ".txt", ".html"))]
    return f"{ours[-1].filename}:{ours[-1].lineno}" if ours else otherwise
