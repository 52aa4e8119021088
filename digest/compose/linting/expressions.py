"""What does an expression stand for, and does all that it names exist? Nothing is computed."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from jinja2 import Environment, nodes
from jinja2.runtime import Macro as RunningMacro
from jinja2.sandbox import MAX_RANGE

from digest.compose.linting import kinds
from digest.compose.linting.kinds import ANYTHING, Kind
from digest.compose.linting.scope import Macro, Module, Scope
from digest.errors import unknown

_SAME = {"sort", "reverse", "list", "unique", "select", "reject", "selectattr", "rejectattr"}
_ONE = {"first", "last", "random", "min", "max"}
_BY_ATTRIBUTE = {"selectattr", "rejectattr", "groupby", "attr", "map", "sort", "sum", "unique"}
_BY_PLACE = {"selectattr", "rejectattr", "groupby", "attr"}
_FILLED_IN = re.compile(r"%\((\w+)\)")
_RETURNED = {"gettext", "ngettext", "_"}
_LENIENT = {"default", "d"}


@dataclass(frozen=True, kw_only=True)
class Expressions:
    """Looks expressions of one file over."""

    environment: Environment
    note: Callable[[int, str], None]
    """Takes a fault's line and words."""
    call_macro: Callable[[Macro, nodes.Call, list[Kind], dict[str, Kind]], None]
    doubted: Collection[str]
    """What the file asks of whether it is there: `{% if x is defined %}`, `x | default("")`."""
    blocks: Collection[str]

    def kind(self, node: nodes.Node, scope: Scope) -> Kind:
        """Say what it stands for."""
        match node:
            case nodes.Name():
                found = self._name(node, scope)
            case nodes.Getattr():
                found = self._attribute(node, node.node, node.attr, scope)
            case nodes.Getitem():
                found = self._item(node, scope)
            case nodes.Call():
                found = self._call(node, scope)
            case nodes.Filter() | nodes.Test():
                found = self._filtered(node, scope)
            case nodes.Const():
                found = type(node.value)
            case nodes.CondExpr():
                found = self._either(node, scope)
            case _:
                found = ANYTHING
                for child in node.iter_child_nodes():
                    self.kind(child, scope)
        return found

    def _name(self, node: nodes.Name, scope: Scope) -> Kind:
        found = scope.find(node.name)
        if found is None and node.name not in self.doubted:
            self.note(node.lineno, unknown("variable", node.name, _speakable(scope)))
        return ANYTHING if found is None else found

    def _attribute(self, node: nodes.Expr, of: nodes.Expr, name: str, scope: Scope) -> Kind:
        owner = self.kind(of, scope)
        if name.startswith("_"):
            self.note(node.lineno, f"the sandbox refuses '{_text(of)}.{name}': it is internal")
            return ANYTHING
        if isinstance(of, nodes.Name) and of.name == "self" and owner is ANYTHING:
            return self._known("block", name, self.blocks, node)
        if isinstance(owner, Module):
            self._known(f"name in {_text(of)}", name, owner.names, node)
            return owner.names.get(name, ANYTHING)
        if isinstance(owner, Macro):
            return self._known(f"attribute of macro {_text(of)}", name, dir(RunningMacro), node)
        found = kinds.attribute(owner, name)
        if found is None and name not in self.doubted:
            self._known(f"attribute of {_text(of)}", name, kinds.names(owner), node)
        return ANYTHING if found is None else found

    def _known(self, what: str, name: str, known: Collection[str], node: nodes.Expr) -> Kind:
        if name not in known:
            self.note(node.lineno, unknown(what, name, known))
        return ANYTHING

    def _item(self, node: nodes.Getitem, scope: Scope) -> Kind:
        wanted = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if isinstance(wanted, str):
            return self._attribute(node, node.node, wanted, scope)
        self.kind(node.arg, scope)
        owner = self.kind(node.node, scope)
        if isinstance(node.arg, nodes.Slice):
            return owner
        return kinds.item(owner, wanted if isinstance(wanted, int) else 0)

    def _either(self, node: nodes.CondExpr, scope: Scope) -> Kind:
        self.kind(node.test, scope)
        first = self.kind(node.expr1, scope)
        second = self.kind(node.expr2, scope) if node.expr2 else first
        nothing = type(None)
        return second if first is nothing else first if second in (first, nothing) else ANYTHING

    def _call(self, node: nodes.Call, scope: Scope) -> Kind:
        callee = self.kind(node.node, scope)
        given = [self.kind(one, scope) for one in node.args]
        named = {one.key: self.kind(one.value, scope) for one in node.kwargs}
        for more in (node.dyn_args, node.dyn_kwargs):
            if more is not None:
                self.kind(more, scope)
        if isinstance(callee, Macro):
            self._arguments(node, callee, given, named)
            self.call_macro(callee, node, given, named)
        if isinstance(node.node, nodes.Name):
            self._builtin(node, node.node.name)
        if isinstance(node.node, nodes.Getattr):
            return kinds.given_by_call(self.kind(node.node.node, scope), node.node.attr)
        return ANYTHING

    def _arguments(
        self, node: nodes.Call, macro: Macro, given: list[Kind], named: dict[str, Kind]
    ) -> None:
        name, known = macro.node.name, macro.arguments
        for one in named:
            if one not in known and not macro.takes_any("kwargs"):
                self.note(node.lineno, unknown(f"argument of macro {name}", one, known))
        if len(given) > len(known) and not macro.takes_any("varargs"):
            self.note(node.lineno, f"macro {name} takes {len(known)} arguments, not {len(given)}")
        free = len(known) - len(macro.node.defaults)
        lacking = [one for one in known[len(given) : free] if one not in named]
        if lacking and node.dyn_args is None and node.dyn_kwargs is None:
            self.note(node.lineno, f"macro {name} lacks its argument {lacking[0]!r}")

    def _builtin(self, node: nodes.Call, name: str) -> None:
        if name in _RETURNED and node.dyn_kwargs is None:
            filled = {one.key for one in node.kwargs} | ({"num"} if name == "ngettext" else set())
            for message in _texts(node.args):
                for one in _FILLED_IN.findall(message):
                    if one not in filled:
                        self.note(node.lineno, f"the words {message!r} lack a value for {one!r}")
        numbers = [one.value for one in node.args if isinstance(one, nodes.Const)]
        if name == "range" and len(numbers) == len(node.args) > 0:
            size = _size(numbers)
            if size > MAX_RANGE:
                words = f"the sandbox refuses a range of {size}: {MAX_RANGE} is the longest"
                self.note(node.lineno, words)

    def _filtered(self, node: nodes.Filter | nodes.Test, scope: Scope) -> Kind:
        is_filter = isinstance(node, nodes.Filter)
        known = self.environment.filters if is_filter else self.environment.tests
        if node.name not in known:
            self.note(node.lineno, unknown("filter" if is_filter else "test", node.name, known))
        of = self.kind(node.node, scope) if node.node is not None else ANYTHING
        for one in (*node.args, *(pair.value for pair in node.kwargs)):
            self.kind(one, scope)
        by = self._by_attribute(node, of) if is_filter else ANYTHING
        if is_filter and node.name in _SAME:
            return of
        if is_filter and node.name in _ONE:
            return kinds.item(of)
        return by

    def _by_attribute(self, node: nodes.Filter | nodes.Test, of: Kind) -> Kind:
        """Look the attribute up that a filter is told the name of."""
        if node.name not in _BY_ATTRIBUTE:
            return ANYTHING
        told = [one.value for one in node.kwargs if one.key == "attribute"]
        told += node.args[:1] if node.name in _BY_PLACE else []
        owner = of if node.name == "attr" else kinds.item(of)
        for text in _texts(told):
            name = text.split(".")[0]
            if name.startswith("_"):
                self.note(node.lineno, f"the sandbox refuses '{name}': it is internal")
            elif not name.isdigit() and kinds.attribute(owner, name) is None:
                self._known(f"attribute for {node.name}", name, kinds.names(owner), node)
        return ANYTHING


def doubts(tree: nodes.Template) -> set[str]:
    """Give the names of which a template asks whether they are there."""
    asked = [one.node for one in tree.find_all(nodes.Test) if one.name in ("defined", "undefined")]
    asked += [one.node for one in tree.find_all(nodes.Filter) if one.name in _LENIENT and one.node]
    named = {one.name for one in asked if isinstance(one, nodes.Name)}
    return named | {one.attr for one in asked if isinstance(one, nodes.Getattr)}


def _speakable(scope: Scope) -> list[str]:
    return [name for name in scope.names() if name not in ("lipsum", "cycler", "joiner")]


def _texts(given: list[nodes.Expr]) -> Iterator[str]:
    for one in given:
        if isinstance(one, nodes.Const) and isinstance(one.value, str):
            yield one.value


def _size(numbers: list[object]) -> int:
    whole = [number for number in numbers if isinstance(number, int)]
    try:
        return len(range(*whole)) if len(whole) == len(numbers) else 0
    except (TypeError, ValueError):
        return 0
    except OverflowError:
        return max(map(abs, whole))


def _text(node: nodes.Expr) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_text(node.node)}.{node.attr}"
        case _:
            return "it"
