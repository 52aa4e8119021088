"""Which rows does a segment's rule mean? As an expression with bound parameters, never as SQL text.

It stands over `subscribers` and `subscriptions`: the person and their place on the list that is
asked about. Every comparison is true or false, never unknown, so that `not` means what it says;
and it is the same on SQLite and PostgreSQL: capitals are folded from A to Z alone, and JSON is
taken apart by functions whose names differ and whose columns do not.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, assert_never

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from subscribers import rules, tables
from subscribers.model import SubscriptionState
from subscribers.rules import Ask, Kind, Rule, Test

_person, _place = tables.subscribers.c, tables.subscriptions.c
Condition: TypeAlias = ColumnElement[bool]


class _Elements(FunctionElement[Any]):
    """A JSON array's texts, as rows of `value`."""

    inherit_cache = True
    names = ("json_each", "json_array_elements_text")


class _Pairs(FunctionElement[Any]):
    """A JSON object's texts, as rows of `key` and `value`."""

    inherit_cache = True
    names = ("json_each", "json_each_text")


class _Place(FunctionElement[int]):
    """Where one text begins within another, counted from 1; 0: nowhere."""

    inherit_cache = True
    type = Integer()
    names = ("instr", "strpos")


class _Folded(FunctionElement[str]):
    """A text without its capitals of A to Z; all others stay."""

    inherit_cache = True
    type = Text()


@compiles(_Elements)
@compiles(_Pairs)
@compiles(_Place)
def _named(element: _Elements | _Pairs | _Place, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    name = element.names[compiler.dialect.name == "postgresql"]
    return f"{name}({compiler.process(element.clauses, **how)})"


@compiles(_Folded)
def _lower(element: _Folded, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    # SQLite's lower() knows no other capitals; PostgreSQL's goes by the database's locale.
    plain = ' COLLATE "C"' if compiler.dialect.name == "postgresql" else ""
    return f"lower({compiler.process(element.clauses, **how)}{plain})"


def condition(rule: Rule) -> Condition:
    """Give a rule as a condition on a row of subscribers and one of their subscriptions."""
    match rule:
        case Test():
            return _ASKED[rule.kind](rule)
        case rules.Not():
            return not_(condition(rule.rule))
        case rules.All():
            return and_(*map(condition, rule.rules))
        case rules.Either():
            return or_(*map(condition, rule.rules))
        case _:
            assert_never(rule)


def _choice(test: Test) -> Condition:
    if test.field == "tracking":
        wanted = {value == "yes" for value in test.values}
        found = or_(*(_person.tracking.is_(value) for value in wanted))
    else:
        column = _place.cadence if test.field == "cadence" else _person.language
        found = column.in_(test.values)
    return _unless(test, found)


def _themes(test: Test) -> Condition:
    one = _Elements(_person.themes).table_valued("value")
    named = exists(select(literal(1)).select_from(one).where(one.c.value.in_(test.values)))
    return _unless(test, or_(func.json_array_length(_person.themes) == 0, named))


def _lists(test: Test) -> Condition:
    place, known = tables.subscriptions.alias(), tables.lists.alias()
    there = (
        select(literal(1))
        .select_from(place.join(known, known.c.id == place.c.list_id))
        .where(
            place.c.subscriber_id == _person.id,
            place.c.state == SubscriptionState.CONFIRMED.value,
            known.c.name.in_(test.values),
        )
        .correlate(tables.subscribers)
    )
    return _unless(test, exists(there))


def _day(test: Test) -> Condition:
    column = _place.confirmed_at if test.field == "joined" else _place.asked_at
    asked = rules.day(test.values[0])
    start = datetime(asked.year, asked.month, asked.day, tzinfo=UTC)
    end = start + timedelta(days=1)
    match test.ask:
        case Ask.BEFORE:
            found = column < start
        case Ask.UNTIL:
            found = column < end
        case Ask.AFTER:
            found = column >= end
        case Ask.SINCE:
            found = column >= start
        case _:
            found = and_(column >= start, column < end)
    return _unless(test, and_(column.is_not(None), found))


def _text(test: Test) -> Condition:
    if test.field == "domain":
        return _domain(test)
    text = _Folded(_field(test.own) if test.own else _person.name)
    wanted = [_Folded(literal(value, Text)) for value in test.values]
    if test.ask is Ask.CONTAINS:
        return _Place(text, wanted[0]) > 0
    return _unless(test, or_(*(text == value for value in wanted)))


def _domain(test: Test) -> Condition:
    if test.ask is Ask.CONTAINS:
        found = _person.address_key.like(f"%@%{_escaped(test.values[0])}%", escape="/")
        return found if test.values[0] else true()
    ends = (_person.address_key.endswith(f"@{one}", autoescape=True) for one in test.values if one)
    return _unless(test, or_(false(), *ends))


def _field(name: str) -> ColumnElement[str]:
    """Give an imported field's text, empty for who has none."""
    pair = _Pairs(_person.fields).table_valued("key", "value")
    found = select(pair.c.value).where(pair.c.key == name).scalar_subquery()
    return func.coalesce(found, "", type_=Text)


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _unless(test: Test, found: Condition) -> Condition:
    return not_(found) if test.ask is Ask.IS_NOT else found


_ASKED: dict[Kind, Callable[[Test], Condition]] = {
    Kind.CODE: _choice,
    Kind.CHOICE: _choice,
    Kind.THEMES: _themes,
    Kind.LIST: _lists,
    Kind.DAY: _day,
    Kind.TEXT: _text,
}
