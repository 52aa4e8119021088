"""Readers and rules at random, and a second opinion on whom a rule means, in plain Python."""

import string
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import assert_never

from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from subscribers import rules, tables
from subscribers.rules import ASKS, CHOICES, FIELDS, OWN, Ask, Kind, Rule, Test, day

THEMES = ("mali", "diplomacy", 'a"b', "100%")
LISTS = ("hebdo", "mensuel")
WORDS = ("Awa", "awa", "É", "é", "a%", "a_", "ab", 'a"b', "a'b", "", "x/y", "\\", "%", "['a']")
DOMAINS = ("example.org", "sub.example.org", "ample.org", "x_y.example")
DAYS = ("2025-12-31", "2026-01-01", "2026-01-02")
OWNS = ("city", "code postal", 'a"b', "$.x", "a'b", "and", "café")
_MOMENTS = tuple(
    datetime.fromisoformat(f"{one}T{hour}+00:00")
    for one in DAYS
    for hour in ("00:00:00", "12:00:00", "23:59:59.999999")
)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody on list `hebdo`."""

    language: str
    themes: tuple[str, ...]
    tracking: bool
    name: str
    domain: str
    cadence: str
    asked: datetime
    joined: datetime | None
    also: str
    """Their state on `mensuel`; empty: not there."""
    fields: dict[str, str] = field(default_factory=dict)


READERS = st.builds(
    Reader,
    language=st.sampled_from(("fr", "en", "ar")),
    themes=st.lists(st.sampled_from(THEMES), unique=True, max_size=2).map(tuple),
    tracking=st.booleans(),
    name=st.sampled_from(WORDS),
    domain=st.sampled_from(DOMAINS),
    cadence=st.sampled_from(("every", "monthly")),
    asked=st.sampled_from(_MOMENTS),
    joined=st.none() | st.sampled_from(_MOMENTS),
    also=st.sampled_from(("", "confirmed", "pending", "unsubscribed")),
    fields=st.dictionaries(st.sampled_from(OWNS), st.sampled_from(WORDS), max_size=2),
)

_VALUES = {
    "language": ("fr", "en", "xx"),
    "theme": THEMES,
    "joined": DAYS,
    "asked": DAYS,
    "domain": (*DOMAINS, "example", "%", "_", "/", "@", ""),
    "name": WORDS,
    "list": LISTS,
    **CHOICES,
}


@st.composite
def some_tests(draw: st.DrawFn, *, any_text: bool = False) -> Test:
    name = draw(st.sampled_from((*FIELDS, OWN)))
    kind = FIELDS.get(name, Kind.TEXT)
    if name == OWN:
        name += draw(st.sampled_from(OWNS))
    ask = draw(st.sampled_from(sorted(ASKS[kind])))
    value = st.sampled_from(_VALUES.get(name, WORDS))
    if any_text and (kind in {Kind.THEMES, Kind.LIST} or name in {"name", "domain"}):
        value = _texts.map(str.lower) if name == "domain" else _texts
    most = 3 if ask is Ask.IN else 1
    values = draw(st.lists(value, min_size=1, max_size=most))
    return Test(field=name, ask=ask, values=tuple(values))


_texts = st.text(string.printable[:95] + "éÉœ \n\t漢🙂", max_size=12)


def some_rules(*, any_text: bool = False) -> st.SearchStrategy[Rule]:
    def more(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return inner.map(rules.Not) | several.map(rules.All) | several.map(rules.Either)

    return st.recursive(some_tests(any_text=any_text), more, max_leaves=6)


def holds(rule: Rule, reader: Reader) -> bool:
    """Say whether a rule means somebody on `hebdo`."""
    match rule:
        case Test():
            return _is_true(rule, reader)
        case rules.Not():
            return not holds(rule.rule, reader)
        case rules.All():
            return all(holds(one, reader) for one in rule.rules)
        case rules.Either():
            return any(holds(one, reader) for one in rule.rules)
        case _:
            assert_never(rule)


def _is_true(test: Test, reader: Reader) -> bool:
    if test.kind is Kind.DAY:
        return _is_then(test, reader.joined if test.field == "joined" else reader.asked)
    if test.kind is Kind.TEXT:
        text = reader.fields.get(test.own, "") if test.own else getattr(reader, test.field)
        if test.ask is Ask.CONTAINS:
            return _small(test.values[0]) in _small(text)
        found = _small(text) in map(_small, test.values)
    elif test.field == "theme":
        found = not reader.themes or bool({*reader.themes} & {*test.values})
    elif test.field == "list":
        places = {"hebdo"} | ({"mensuel"} if reader.also == "confirmed" else set())
        found = bool(places & {*test.values})
    elif test.field == "tracking":
        found = ("yes" if reader.tracking else "no") in test.values
    else:
        found = getattr(reader, test.field) in test.values
    return found is not (test.ask is Ask.IS_NOT)


def _is_then(test: Test, moment: datetime | None) -> bool:
    if moment is None:
        return test.ask is Ask.IS_NOT
    there, asked = moment.astimezone(UTC).date(), day(test.values[0])
    return {
        Ask.IS: there == asked,
        Ask.IS_NOT: there != asked,
        Ask.BEFORE: there < asked,
        Ask.UNTIL: there <= asked,
        Ask.AFTER: there > asked,
        Ask.SINCE: there >= asked,
    }[test.ask]


def _small(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)


def settle(connection: Connection, readers: list[Reader], now: datetime) -> None:
    """Write readers as ids 1, 2, …: confirmed on list 1, `hebdo`, and as they say on list 2."""
    ids = list(enumerate(readers, start=1))
    people = [_row(id_, one, now) for id_, one in ids]
    hebdo = [
        {"subscriber_id": id_, "list_id": 1, "state": "confirmed", "cadence": one.cadence}
        | {"asked_at": one.asked, "confirmed_at": one.joined}
        for id_, one in ids
    ]
    mensuel = [
        {"subscriber_id": id_, "list_id": 2, "state": one.also, "asked_at": now}
        for id_, one in ids
        if one.also
    ]
    connection.execute(insert(tables.subscribers), people)
    connection.execute(insert(tables.subscriptions), hebdo)
    if mensuel:
        connection.execute(insert(tables.subscriptions), mensuel)


def _row(id_: int, reader: Reader, now: datetime) -> dict[str, object]:
    address = f"r{id_}@{reader.domain}"
    return {
        "id": id_,
        "address": address,
        "address_key": address,
        "address_hash": f"{id_:032x}",
        "name": reader.name,
        "language": reader.language,
        "themes": list(reader.themes),
        "tracking": reader.tracking,
        "fields": reader.fields,
        "created_at": now,
        "changed_at": now,
    }
