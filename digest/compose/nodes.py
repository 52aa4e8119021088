"""What stands where in a YAML document that a person edited? Every problem with its line."""

from collections.abc import Sequence
from datetime import date

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from digest.errors import Problem, unknown
from digest.schedule.nodes import compose

_LONGEST = 1_000_000
_HINT = "; text that holds ': ' or starts with a mark goes on its own line below `>-`, indented"


class Reading:
    """One document's problems, gathered while its parts are read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def root(self, document: str) -> Node | None:
        """Read the document into nodes; None, and a problem, when it is no YAML."""
        if len(document) > _LONGEST:
            return self._stop(0, "is longer than a million characters")
        try:
            node = compose(document)
        except yaml.MarkedYAMLError as failure:
            mark = failure.problem_mark or failure.context_mark
            return self._stop(mark.line + 1 if mark else 0, f"{failure.problem}{_HINT}")
        except yaml.reader.ReaderError as failure:
            line = document.count("\n", 0, failure.position) + 1
            return self._stop(line, f"holds a character that can't be shown: {failure.reason}")
        except RecursionError:
            return self._stop(0, "is nested too deeply")
        return node if node is not None else self._stop(0, "is empty")

    def mapping(self, node: Node, kind: str, known: Sequence[str]) -> dict[str, Node]:
        """Give a mapping's values by key, those of known keys."""
        if not isinstance(node, MappingNode):
            self.wrong(node, f"{kind} must have the entries {', '.join(known)}")
            return {}
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else "…"
            if name not in known:
                self.wrong(key, unknown("entry", name, known))
            elif name in found:
                self.wrong(key, f"{name!r} stands twice in one {kind}")
            else:
                found[name] = value
        return found

    def items(self, node: Node | None, kind: str) -> list[Node]:
        """Give a list's items; an empty value is an empty list."""
        if isinstance(node, SequenceNode):
            return list(node.value)
        if node is not None and not _is_null(node):
            self.wrong(node, f"{kind} must be a list: each item on its own line after `- `")
        return []

    def text(self, node: Node | None, kind: str) -> str:
        """Give a text as it stands; nothing for an empty value."""
        if node is None or _is_null(node):
            return ""
        if isinstance(node, ScalarNode):
            return str(node.value)
        self.wrong(node, f"{kind} must be text: put it on its own line below `>-`, indented")
        return ""

    def number(self, node: Node | None, kind: str) -> int:
        """Give a whole number; 0, and a problem, for anything else."""
        text = self.text(node, kind).strip()
        if text.isdecimal() and len(text) < 16:
            return int(text)
        if node is not None:
            self.wrong(node, f"{kind} must be the number that stood there, not {text!r}")
        return 0

    def day(self, node: Node, kind: str) -> date | None:
        """Give a day; None, and a problem, for anything else."""
        text = self.text(node, kind).strip()
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(node, f"{kind} must be a day like 2026-12-03, not {text!r}")
            return None

    def wrong(self, node: Node, what: str) -> None:
        """Note a problem at a node."""
        self._at(node.start_mark.line + 1, what)

    def _stop(self, line: int, what: str) -> Node | None:
        self._at(line, what)
        return None

    def _at(self, line: int, what: str) -> None:
        self.problems.append(Problem(file=self.file, line=line, what=what))


def _is_null(node: Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")
