"""What can a segment's rule say? Its nouns, how each is written, and what it means in words.

    rule  = all { "or" all }               all  = one { "and" one }
    one   = "not" one | "(" rule ")" | test
    test  = field ("=" | "!=" | "<" | "<=" | ">" | ">=" | "has" | "contains") value
          | field ["not"] "in" "(" value { "," value } ")"
    field = language, theme, …, or field.NAME of what was imported
    value = a word, or any text between quotes ("…" or '…'; a backslash keeps a quote)

subscribers.grammar reads it, subscribers.segments asks the database.
"""

import dataclasses
import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias, assert_never

from subscribers.model import Cadence

OWN = "field."
"""Begins the name of an imported field."""
WORD = re.compile(r"[^\s()=!<>,\"'\\]+")
KEYWORDS = frozenset({"and", "or", "not", "in", "has", "contains"})


class Kind(StrEnum):
    """What a field holds, and so what can be asked of it."""

    CODE = "a word"
    """Small letters, compared whole."""
    CHOICE = "one of a few words"
    THEMES = "themes"
    LIST = "a list"
    DAY = "a day"
    TEXT = "a text"
    """Compared without regard to the capitals of A to Z, which is all that databases agree on."""


class Ask(StrEnum):
    """How a field is compared."""

    IS = "="
    IS_NOT = "!="
    BEFORE = "<"
    UNTIL = "<="
    AFTER = ">"
    SINCE = ">="
    IN = "in"
    HAS = "has"
    CONTAINS = "contains"


_WHOLE = frozenset({Ask.IS, Ask.IS_NOT, Ask.IN})
ASKS = {
    Kind.CODE: _WHOLE,
    Kind.CHOICE: _WHOLE,
    Kind.THEMES: _WHOLE | {Ask.HAS},
    Kind.LIST: _WHOLE | {Ask.HAS},
    Kind.DAY: frozenset({Ask.IS, Ask.IS_NOT, Ask.BEFORE, Ask.UNTIL, Ask.AFTER, Ask.SINCE}),
    Kind.TEXT: _WHOLE | {Ask.CONTAINS},
}
FIELDS = {
    "language": Kind.CODE,
    "theme": Kind.THEMES,
    "cadence": Kind.CHOICE,
    "tracking": Kind.CHOICE,
    "joined": Kind.DAY,
    "asked": Kind.DAY,
    "domain": Kind.TEXT,
    "name": Kind.TEXT,
    "list": Kind.LIST,
}
CHOICES = {"cadence": tuple(one.value for one in Cadence), "tracking": ("yes", "no")}
_SUBJECTS = {
    "language": "the language is",
    "cadence": "the cadence is",
    "joined": "they joined",
    "asked": "they asked to join",
    "domain": "the address's domain is",
    "name": "the name is",
    "list": "they are confirmed on list",
}
_DAYS = {
    Ask.IS: "on",
    Ask.IS_NOT: "not on",
    Ask.BEFORE: "before",
    Ask.UNTIL: "on or before",
    Ask.AFTER: "after",
    Ask.SINCE: "on or after",
}


@dataclass(frozen=True, kw_only=True)
class Test:
    """One comparison."""

    __test__ = False  # pytest: no test, whatever it is called
    field: str
    ask: Ask
    values: tuple[str, ...]
    """One, but for IN."""
    column: int = dataclasses.field(default=0, compare=False)
    """Where its values begin in what was read, counted from 1."""

    @property
    def kind(self) -> Kind:
        """Say what its field holds."""
        return FIELDS.get(self.field, Kind.TEXT)

    @property
    def own(self) -> str:
        """Give the imported field's name; empty for what every reader has."""
        return self.field.removeprefix(OWN) if self.field.startswith(OWN) else ""


@dataclass(frozen=True)
class Not:
    """What does not hold."""

    rule: "Rule"


@dataclass(frozen=True)
class All:
    """What holds together; two rules at least."""

    rules: tuple["Rule", ...]


@dataclass(frozen=True)
class Either:
    """What holds one way or another; two rules at least."""

    rules: tuple["Rule", ...]


Rule: TypeAlias = Test | Not | All | Either


def written(rule: Rule) -> str:
    """Write a rule as its author could have; reading it gives the same rule."""
    match rule:
        case Test():
            return _test(rule)
        case Not():
            return f"not {_within(rule.rule, All, Either)}"
        case All():
            return " and ".join(_within(one, All, Either) for one in rule.rules)
        case Either():
            return " or ".join(_within(one, Either) for one in rule.rules)
        case _:
            assert_never(rule)


def explained(rule: Rule, indent: str = "") -> str:
    """Say in words, a line a condition, whom a rule means."""
    match rule:
        case Test():
            return f"{indent}{_in_words(rule)}"
        case Not():
            return f"{indent}not so:\n{explained(rule.rule, indent + '  ')}"
        case All():
            return _listed("all of these hold:", rule.rules, indent)
        case Either():
            return _listed("one of these holds at least:", rule.rules, indent)
        case _:
            assert_never(rule)


def tests(rule: Rule) -> Iterator[Test]:
    """Give a rule's comparisons in reading order."""
    match rule:
        case Test():
            yield rule
        case Not():
            yield from tests(rule.rule)
        case All() | Either():
            for one in rule.rules:
                yield from tests(one)
        case _:
            assert_never(rule)


def day(text: str) -> date:
    """Read `2026-01-31`; raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) or not "1900" <= text[:4] <= "2999":
        raise ValueError(text)
    return date.fromisoformat(text)


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which existing name was meant, or which there are."""
    names = sorted(known)
    if near := difflib.get_close_matches(name, names, n=1, cutoff=0.5):
        return f"did you mean '{near[0]}'?"
    more = ", …" if len(names) > 12 else ""
    return f"there is {', '.join(names[:12]) or 'none'}{more}"


def _within(rule: Rule, *looser: type[All] | type[Either]) -> str:
    return f"({written(rule)})" if isinstance(rule, looser) else written(rule)


def _test(test: Test) -> str:
    name = f"{OWN}{_quoted(test.own)}" if test.own else test.field
    if test.ask is Ask.IN:
        return f"{name} in ({', '.join(map(_quoted, test.values))})"
    return f"{name} {test.ask} {_quoted(test.values[0])}"


def _quoted(text: str) -> str:
    if WORD.fullmatch(text) and text.lower() not in KEYWORDS:
        return text
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def _listed(head: str, rules: tuple[Rule, ...], indent: str) -> str:
    return "\n".join([f"{indent}{head}", *(explained(one, indent + "  ") for one in rules)])


def _in_words(test: Test) -> str:
    if test.kind is Kind.DAY:
        return f"{_SUBJECTS[test.field]} {_DAYS[test.ask]} {test.values[0]} (UTC)"
    if test.kind is Kind.THEMES:
        gets = "do not get" if test.ask is Ask.IS_NOT else "get"
        return f"they {gets} theme {_or(test.values)} (who chose no theme gets all)"
    if test.field == "tracking":
        agreed = (test.ask is Ask.IS_NOT) != ("yes" in test.values)
        both = len(set(test.values)) > 1
        return "any answer about tracking" if both else f"they {_AGREED[agreed]} to tracking"
    subject = _SUBJECTS.get(test.field, f"their field '{test.own}' is")
    if test.ask is Ask.IS_NOT:
        subject = subject.replace(" is", " is not").replace(" are ", " are not ")
    if test.ask is Ask.CONTAINS:
        subject = subject.replace(" is", " contains")
    return f"{subject} {_or(test.values)}"


_AGREED = {True: "agreed", False: "did not agree"}


def _or(values: tuple[str, ...]) -> str:
    return " or ".join(value or "empty" for value in values)
