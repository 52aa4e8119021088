"""Which names stand for what at a place of a template?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from jinja2 import nodes

from digest.compose.linting.kinds import Kind, item


class Scope:
    """Names and what they stand for; what stands further out is seen from within."""

    def __init__(self, own: Mapping[str, Kind], outer: Union["Scope", None] = None) -> None:
        self.own = dict(own)
        self.outer = outer

    def find(self, name: str) -> Kind | None:
        """Give what a name stands for; None: nothing."""
        if name in self.own:
            return self.own[name]
        return self.outer.find(name) if self.outer else None

    def names(self) -> set[str]:
        """Give all names that can be used here."""
        return set(self.own) | (self.outer.names() if self.outer else set())

    def inner(self, **own: Kind) -> "Scope":
        """Open a scope within."""
        return Scope(own, self)


@dataclass(frozen=True, eq=False)
class Macro:
    """A macro with the names that it was written among."""

    file: str
    node: nodes.Macro
    scope: Scope

    @property
    def arguments(self) -> list[str]:
        """Give their names in order."""
        return [argument.name for argument in self.node.args]

    def takes_any(self, spare: str) -> bool:
        """Say whether it uses `varargs` or `kwargs`, hence takes what it does not name."""
        return any(name.name == spare for name in self.node.find_all(nodes.Name))


@dataclass(frozen=True, eq=False)
class Module:
    """What `{% import "…" as it %}` gives."""

    names: Mapping[str, Kind] = field(default_factory=dict)


def bind(target: nodes.Node, kind: Kind, scope: Scope) -> None:
    """Let a loop's or an assignment's target stand for a value."""
    if isinstance(target, nodes.Name):
        scope.own[target.name] = kind
    elif isinstance(target, (nodes.Tuple, nodes.List)):
        for place, one in enumerate(target.items):
            bind(one, item(kind, place), scope)
