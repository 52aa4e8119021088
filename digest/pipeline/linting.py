"""Are a newsroom's templates fit for use? Looked over in a process that can be ended.

A template is a program: it may run for ever or fill the memory. What looks it over says what it
begins with, so that the one that never ends can be named.
"""

import contextlib
import multiprocessing
import resource
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from digest.compose.brand import Brand, read_brand
from digest.compose.environment import environment
from digest.compose.linting.fault import Fault
from digest.compose.linting.names import check_names
from digest.compose.linting.pages import check_markup
from digest.compose.linting.shelf import Shelf
from digest.compose.linting.trying import try_mails
from digest.compose.note import Note
from digest.compose.page import Page
from digest.compose.viewing import View
from digest.errors import ConfigError
from digest.pipeline.template_files import read_room
from digest.resources import shipped
from digest.schedule.fields import LANGUAGES

Given = Mapping[str, Mapping[str, Any]]
"""Template → variable → what it is."""
_SECONDS = 10.0
"""For one template; ours take some hundredths."""
_MEMORY = 1_500_000_000
"""Bytes of address space; the interpreter with all that is loaded has some 300 million."""
ROOMS = ("email", "web", "desk")
_MAIL = {"brand": Brand}
_EMAIL: Given = {
    "issue.mjml": {**_MAIL, "page": Page},
    "issue.txt": {**_MAIL, "page": Page},
    "notice.mjml": {**_MAIL, "page": Note},
    "notice.txt": {**_MAIL, "page": Note},
}
_DESK: Given = {
    "preview.html": {
        "name": str,
        "views": list[View],
        "widths": tuple[int, ...],
        "pictures": Mapping[str, str],
        "language": str,
        "nonce": str,
    }
}


@dataclass(frozen=True, kw_only=True)
class Pages:
    """What is known of the pages' templates."""

    given: Given
    unguarded: tuple[str, ...] = ()
    """Those that no policy bars anything of."""


def lint(templates: Path, pages: Pages, seconds: float = _SECONDS) -> list[Fault]:
    """Look all templates over, ours where the newsroom has none; worst first, then by place."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    spawned = multiprocessing.get_context("spawn")
    process = spawned.Process(target=_work, args=(theirs, templates, pages), daemon=True)
    process.start()
    theirs.close()
    try:
        found = list(_heard(ours, seconds))
    finally:
        process.kill()
        process.join()
        ours.close()
    return sorted(set(found), key=lambda one: (one.warning, one))


def _heard(ours: Connection, seconds: float) -> Iterable[Fault]:
    """Take what is found until the end, or until nothing is heard any more."""
    at = "templates"
    try:
        while ours.poll(seconds if at != "templates" else seconds + 20):
            told = ours.recv()
            if told is None:
                return
            if isinstance(told, str):
                at = told
            else:
                yield from told
    except EOFError:
        yield Fault(file=at, line=0, what="stops what looks it over: does it fill the memory?")
    else:
        words = f"is not done after {seconds:g} s: does a loop in it go on and on?"
        yield Fault(file=at, line=0, what=words)


def _work(theirs: Connection, templates: Path, pages: Pages) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for name in ROOMS:
        theirs.send(name)
        found = look_over(templates, name, pages)
        theirs.send(found)
        if name == "email" and all(one.warning for one in found):
            theirs.send(try_out(templates, theirs.send))
    theirs.send(None)


def try_out(templates: Path, begin: Callable[[str], None]) -> list[Fault]:
    """Fill in the mails' templates, which may never end; `begin` is told of every one before."""
    return try_mails(templates / "email", _brand(templates), LANGUAGES, begin)


def look_over(templates: Path, name: str, pages: Pages) -> list[Fault]:
    """Look a room's templates over without filling them in."""
    given = {"email": _EMAIL, "web": pages.given, "desk": _DESK}[name]
    unguarded = (*pages.unguarded, *_DESK)
    room = read_room(templates, name)
    try:
        shelf = Shelf(name, room.sources, environment(templates / name, LANGUAGES[0]))
        found = [*shelf.faults, *check_names(shelf, given), *check_markup(shelf, unguarded)]
    except (RecursionError, MemoryError):
        found = [Fault(file=name, line=0, what="holds a template nested too deeply")]
    return list(chain(room.faults, found))


def _brand(templates: Path) -> Brand:
    """Give the looks; what is wrong with brand.yaml is told elsewhere."""
    try:
        return read_brand(templates / "brand.yaml")
    except ConfigError:
        return read_brand(shipped("templates") / "brand.yaml")
