"""Do the mails' templates work on samples? Filled in, read again tag by tag, compiled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from digest.compose.brand import Brand
from digest.compose.environment import environment, place_of
from digest.compose.linting import samples
from digest.compose.linting.fault import Fault
from digest.compose.linting.markup import marked, unmarked
from digest.compose.linting.pages import check_filled_in
from digest.compose.mjml import compile_mjml
from digest.compose.note import Note
from digest.compose.page import Page
from digest.errors import RenderError

LONGEST = 2_000_000
"""Characters of a filled-in sample: an issue of 20 stories has some 60,000."""


class Marked(Extension):
    """Marks each tag of a template with its file and line."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Mark the text between Jinja's own."""
        for token in stream:
            if token.type == "data":
                value = marked(token.value, stream.name or "", token.lineno)
                yield Token(token.lineno, token.type, value)
            else:
                yield token


def try_mails(
    folder: Path, brand: Brand, languages: tuple[str, ...], begin: Callable[[str], None]
) -> list[Fault]:
    """Fill in the templates of email/ with each sample; `begin` is told of every one."""
    found: set[Fault] = set()
    fillers = {one: environment(folder, one).overlay(extensions=[Marked]) for one in languages}
    for language, looks in product(languages, samples.brands(brand)):
        trial = _Trial(filler=fillers[language], brand=looks, begin=begin)
        for kind, page in samples.pages(language, brand):
            found |= trial.run("issue", kind, page)
        for kind, note in samples.notes(language):
            found |= trial.run("notice", kind, note)
    return sorted(found)


@dataclass(frozen=True, kw_only=True)
class _Trial:
    filler: Environment
    brand: Brand
    begin: Callable[[str], None]

    def run(self, name: str, kind: str, page: Page | Note) -> set[Fault]:
        """Fill in both parts of a mail."""
        found: set[Fault] = set()
        for file in (f"{name}.mjml", f"{name}.txt"):
            self.begin(f"email/{file}")
            try:
                text = _filled(self.filler, file, page, self.brand)
                found |= set(_compiled(text, file, kind)) if file.endswith(".mjml") else set()
            except Exception as failure:  # whatever an editor's own code raises
                found.add(_stopped(failure, file, kind))
        return found


def _filled(filler: Environment, file: str, page: Page | Note, brand: Brand) -> str:
    parts, size = [], 0
    for part in filler.get_template(file).generate(page=page, brand=brand):
        parts.append(part)
        size += len(part)
        if size > LONGEST:
            raise RenderError(f"makes more than {LONGEST} characters")
    return "".join(parts)


def _compiled(text: str, file: str, kind: str) -> list[Fault]:
    clean, places = unmarked(text, file)
    found = [
        Fault(file=f"email/{one.file}", line=one.line, what=one.what, warning=one.warning)
        for one in check_filled_in(clean, places)
    ]
    if not any(not one.warning for one in found):
        try:
            compile_mjml(clean)
        except RenderError as failure:
            found.append(Fault(file=f"email/{file}", line=0, what=f"{kind}: {failure}"))
    return found


def _stopped(failure: Exception, file: str, kind: str) -> Fault:
    place, _, line = place_of(failure, file).rpartition(":")
    where = place.rpartition("/email/")[2] if line.isdigit() else file
    words = str(failure) or type(failure).__name__
    return Fault(file=f"email/{where}", line=int(line) if line.isdigit() else 0, what=words)
