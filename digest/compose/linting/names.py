"""Does everything that templates name exist? Every branch is read, also what never runs."""

from collections.abc import Mapping, Sequence

from jinja2 import nodes
from jinja2.runtime import LoopContext

from digest.compose.linting import kinds
from digest.compose.linting.expressions import Expressions, doubts
from digest.compose.linting.fault import Fault
from digest.compose.linting.kinds import ANYTHING, Kind
from digest.compose.linting.scope import Macro, Module, Scope, bind
from digest.compose.linting.shelf import Shelf
from digest.errors import unknown

_DEEPEST = 40
"""Templates and macros within each other."""


def check_names(shelf: Shelf, given: Mapping[str, Mapping[str, Kind]]) -> list[Fault]:
    """Look over the templates that the product asks for, and all that they use.

    `given` says what each is filled in with: name of the template → variable → what it is.
    """
    walk = _Walk(shelf, {name for one in given.values() for name in one})
    for name in given:
        if name in shelf.templates:
            walk.enter(name, Scope(given[name], Scope(dict.fromkeys(_globals(shelf), ANYTHING))))
    return sorted({*walk.faults, *_unused(shelf, given, walk.read)})


def _globals(shelf: Shelf) -> set[str]:
    return {*shelf.environment.globals, "_", "gettext", "ngettext"}


def _unused(
    shelf: Shelf, given: Mapping[str, Mapping[str, Kind]], read: set[str]
) -> Sequence[Fault]:
    names = sorted(set(shelf.templates) - read)
    return [
        Fault(
            file=shelf.file(name),
            line=0,
            what=f"is used by nothing: {unknown('template', name, sorted({*given, *read}))}",
            warning=True,
        )
        for name in names
    ]


class _Loop(LoopContext):
    """What `loop` is; the engine's class sets this one for each loop alone."""

    depth0: int = 0


class _Walk:
    """Goes through templates as the engine would, taking every branch."""

    def __init__(self, shelf: Shelf, anywhere: set[str]) -> None:
        self.shelf = shelf
        self.anywhere = anywhere
        """The variables of all templates."""
        self.faults: set[Fault] = set()
        self.read: set[str] = set()
        self.doubted = {name: doubts(tree) for name, tree in shelf.templates.items()}
        self.blocks = {name: _blocks(shelf, name) for name in shelf.templates}
        self._open: list[str] = []
        self.called: set[tuple[object, ...]] = set()

    def enter(self, name: str, scope: Scope) -> None:
        """Read a template where these names are known; what it sets is known in `scope` after."""
        self.read.add(name)
        tree = self.shelf.templates.get(name)
        if tree is None or len(self._open) > _DEEPEST:
            return
        self._open.append(name)
        scope.own["self"] = ANYTHING
        _File(self, name, tree).read(scope)
        self._open.pop()

    def used(self, name: str, line: int, wanted: str, scope: Scope) -> None:
        """Read what another template includes, imports or extends."""
        if wanted not in self.shelf:
            self.note(name, line, unknown("template", wanted, self.shelf.sources))
        elif wanted in self._open:
            self.note(name, line, f"{wanted} uses itself without end")
        else:
            self.enter(wanted, scope)

    def note(self, name: str, line: int, what: str) -> None:
        self.faults.add(Fault(file=self.shelf.file(name), line=line, what=what))

    def call(self, macro: Macro, given: Sequence[Kind], named: Mapping[str, Kind]) -> None:
        """Read a macro's body with what it is given; once for each way of giving."""
        known = macro.arguments
        held = dict.fromkeys(known, ANYTHING) | dict(zip(known, given, strict=False))
        held |= {name: kind for name, kind in named.items() if name in known}
        way = (macro.node, *(str(held[name]) for name in known))
        if way in self.called or len(self.called) > 5_000:
            return
        self.called.add(way)
        spare = dict.fromkeys(("varargs", "kwargs", "caller"), ANYTHING)
        tree = self.shelf.templates[macro.file]
        file = _File(self, macro.file, tree)
        inner = macro.scope.inner(**spare, **held)
        for default in macro.node.defaults:
            file.look(default, macro.scope)
        file.run(macro.node.body, inner)


class _File:
    """Goes through one file."""

    def __init__(self, walk: _Walk, name: str, tree: nodes.Template) -> None:
        self.walk, self.name, self.tree = walk, name, tree
        self.macros: list[Macro] = []
        self.expressions = Expressions(
            environment=walk.shelf.environment,
            note=lambda line, what: walk.note(name, line, what),
            call_macro=lambda macro, _, given, named: walk.call(macro, given, named),
            doubted=walk.doubted[name],
            blocks=walk.blocks[name],
        )

    def read(self, scope: Scope) -> None:
        """Read all; where it extends another its blocks come last, as they are printed."""
        extends = [one for one in self.tree.body if isinstance(one, nodes.Extends)]
        late = [one for one in self.tree.body if extends and isinstance(one, nodes.Block)]
        self.run([one for one in self.tree.body if one not in late], scope)
        self.run(late, scope)
        for parent in extends:
            self._own_blocks(parent, late)
        for macro in self.macros:
            if not any(way[0] is macro.node for way in self.walk.called):
                self.walk.call(macro, (), {})

    def run(self, body: Sequence[nodes.Node], scope: Scope) -> None:
        for node in body:
            self._statement(node, scope)

    def look(self, node: nodes.Node, scope: Scope) -> Kind:
        return self.expressions.kind(node, scope)

    def _statement(self, node: nodes.Node, scope: Scope) -> None:
        match node:
            case nodes.For():
                self._loop(node, scope)
            case nodes.If():
                self.look(node.test, scope)
                self.run(node.body, self._asked(node.test, scope))
                self.run([*node.elif_, *node.else_], scope)
            case nodes.Assign():
                bind(node.target, self.look(node.node, scope), scope)
            case nodes.AssignBlock():
                self.run(node.body, scope.inner())
                if node.filter is not None:
                    self.look(node.filter, scope)
                bind(node.target, str, scope)
            case nodes.Macro():
                self.macros.append(Macro(self.name, node, scope))
                scope.own[node.name] = self.macros[-1]
            case nodes.Extends() | nodes.Include() | nodes.Import() | nodes.FromImport():
                self._other(node, scope)
            case _:
                self._enclosing(node, scope)

    def _asked(self, test: nodes.Node, scope: Scope) -> Scope:
        """Say what is known where `{% if x is defined %}` holds though `x` is not given here.

        It is read for another page then, which has variables of its own.
        """
        asked = test.node if isinstance(test, nodes.Test) and test.name == "defined" else None
        if not isinstance(asked, nodes.Name) or scope.find(asked.name) is not None:
            return scope
        return scope.inner(**dict.fromkeys(self.walk.anywhere - scope.names(), ANYTHING))

    def _enclosing(self, node: nodes.Node, scope: Scope) -> None:
        match node:
            case nodes.CallBlock():
                self.look(node.call, scope)
                inner = scope.inner()
                for argument in node.args:
                    bind(argument, ANYTHING, inner)
                self.run(node.body, inner)
            case nodes.FilterBlock():
                self.look(node.filter, scope)
                self.run(node.body, scope.inner())
            case nodes.With():
                inner = scope.inner()
                for target, value in zip(node.targets, node.values, strict=True):
                    bind(target, self.look(value, scope), inner)
                self.run(node.body, inner)
            case nodes.Block():
                self.run(node.body, scope.inner(super=ANYTHING))
            case nodes.Scope() | nodes.ScopedEvalContextModifier():
                self.run(node.body, scope.inner())
            case _:
                self.look(node, scope)

    def _loop(self, node: nodes.For, scope: Scope) -> None:
        inner = scope.inner(loop=_Loop)
        bind(node.target, kinds.item(self.look(node.iter, scope)), inner)
        if node.test is not None:
            self.look(node.test, inner)
        self.run(node.body, inner)
        self.run(node.else_, scope.inner())

    def _other(
        self, node: nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport, scope: Scope
    ) -> None:
        self.look(node.template, scope)
        wanted = _wanted(node.template)
        there = [one for one in wanted if one in self.walk.shelf]
        chosen = (there or wanted)[:1]
        if isinstance(node, nodes.Include) and node.ignore_missing and not there:
            return
        within = scope if isinstance(node, nodes.Extends) else self._sight(node, scope)
        for one in chosen:
            self.walk.used(self.name, node.lineno, one, within)
        self._imported(node, scope, within, known=bool(there))

    def _sight(self, node: nodes.Include | nodes.Import | nodes.FromImport, scope: Scope) -> Scope:
        """Say what an included or imported file sees."""
        if node.with_context:
            return scope.inner()
        return Scope({}, Scope(dict.fromkeys(_globals(self.walk.shelf), ANYTHING)))

    def _imported(self, node: nodes.Node, scope: Scope, within: Scope, *, known: bool) -> None:
        if isinstance(node, nodes.Import):
            scope.own[node.target] = Module(dict(within.own)) if known else ANYTHING
        if isinstance(node, nodes.FromImport):
            for one in node.names:
                name, alias = one if isinstance(one, tuple) else (one, one)
                scope.own[alias] = within.own.get(name, ANYTHING)
                if known and name not in within.own and _wanted(node.template)[0] in self._parsed:
                    what = f"name in {_wanted(node.template)[0]}"
                    self.walk.note(self.name, node.lineno, unknown(what, name, _public(within)))

    @property
    def _parsed(self) -> Mapping[str, nodes.Template]:
        return self.walk.shelf.templates

    def _own_blocks(self, parent: nodes.Extends, blocks: Sequence[nodes.Node]) -> None:
        """Find blocks that no template above has: they would never be printed."""
        wanted = _wanted(parent.template)
        if not wanted or wanted[0] not in self._parsed:
            return
        known = self.walk.blocks[wanted[0]]
        for block in blocks:
            if isinstance(block, nodes.Block) and block.name not in known:
                self.walk.note(self.name, block.lineno, unknown("block", block.name, known))


def _public(scope: Scope) -> list[str]:
    return [name for name in scope.own if name != "self"]


def _wanted(template: nodes.Expr) -> list[str]:
    """Give the names that an include has; none where they are computed."""
    parts = template.items if isinstance(template, (nodes.Tuple, nodes.List)) else [template]
    values = [one.value for one in parts if isinstance(one, nodes.Const)]
    return [value for value in values if isinstance(value, str)]


def _blocks(shelf: Shelf, name: str, above: int = 0) -> set[str]:
    """Give the blocks of a template and of those that it extends."""
    tree = shelf.templates.get(name)
    if tree is None or above > _DEEPEST:
        return set()
    own = {block.name for block in tree.find_all(nodes.Block)}
    for parent in tree.find_all(nodes.Extends):
        for wanted in _wanted(parent.template):
            own |= _blocks(shelf, wanted, above + 1)
    return own
