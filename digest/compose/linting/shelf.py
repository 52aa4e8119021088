"""What do the template files say? Each parsed once; what can't be is a fault."""

import re
from collections.abc import Mapping, Sequence

from jinja2 import Environment, TemplateSyntaxError, nodes

from digest.compose.linting.fault import Fault
from digest.errors import unknown

_TAGS = """
block call elif else endblock endcall endfilter endfor endif endmacro endset endtrans endwith
extends filter for from if import include macro pluralize set trans with
"""
TAGS = _TAGS.split()
"""What may stand after `{%`: jinja.palletsprojects.com, "List of Control Structures"."""
_TAG = re.compile(r"unknown tag '(\w+)'")
_NAMED = re.compile(r"No (filter|test) named '(\w+)'")


class Shelf:
    """A room's templates: `email`, `web`, `desk`; an own file stands before a shipped one."""

    def __init__(self, room: str, sources: Mapping[str, str], environment: Environment) -> None:
        self.room = room
        self.sources = sources
        self.environment = environment
        self.faults: list[Fault] = []
        parsed = {name: self._parse(name) for name in sorted(sources) if _is_template(name)}
        self.templates = {name: tree for name, tree in parsed.items() if tree is not None}

    def file(self, name: str) -> str:
        """Say where a template is, as faults do."""
        return f"{self.room}/{name}"

    def __contains__(self, name: str) -> bool:
        return name in self.sources

    def _parse(self, name: str) -> nodes.Template | None:
        try:
            return self.environment.parse(self.sources[name], name)
        except TemplateSyntaxError as failure:
            self._note(name, failure.lineno, self._words(str(failure.message)))
        except RecursionError:
            self._note(name, 0, "is nested too deeply")
        return None

    def _words(self, message: str) -> str:
        if tag := _TAG.search(message):
            return unknown("tag", tag[1], TAGS)
        if named := _NAMED.search(message):
            known: Sequence[str] = [
                *(self.environment.filters if named[1] == "filter" else self.environment.tests)
            ]
            return unknown(named[1], named[2], known)
        return message

    def _note(self, name: str, line: int, what: str) -> None:
        self.faults.append(Fault(file=self.file(name), line=line, what=what))


def _is_template(name: str) -> bool:
    return name.endswith((".mjml", ".txt", ".html", ".css"))
