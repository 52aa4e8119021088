"""What does the text of a segment's rule say? Read by recursive descent; errors point at it.

The grammar stands in subscribers.rules. Everything is checked here but the names of themes and
lists, which the text itself can't know: `unknown_names`.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from subscribers.errors import RuleError
from subscribers.rules import (
    ASKS,
    CHOICES,
    FIELDS,
    KEYWORDS,
    OWN,
    WORD,
    All,
    Ask,
    Either,
    Kind,
    Not,
    Rule,
    Test,
    day,
    nearest,
    tests,
)

LONGEST = 2_000
"""Characters of a rule."""
DEEPEST = 40
"""How many parentheses and `not` may stand in each other."""
_AROUND = 60
"""Characters of a rule that are shown before a mistake, and after it."""

_SIGNS = re.compile(r"<=|>=|!=|[=<>(),]")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_SYMBOLS = {str(ask): ask for ask in Ask}


class Mistake(NamedTuple):
    """What is wrong with a rule, and where."""

    column: int
    """Counted from 1."""
    what: str

    def shown(self, text: str) -> str:
        """Say it, with a caret under its place in the rule."""
        place = self.column - 1
        first, line = max(0, place - _AROUND), re.sub(r"\s", " ", text)
        part = line[first : place + _AROUND].rstrip()
        return f"column {self.column}: {self.what}\n  {part}\n  {' ' * (place - first)}^"


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """Ends the reading of a rule; carries a Mistake."""


class _Token(NamedTuple):
    kind: str
    """`word`, `text` between quotes, `sign` or `end`."""
    text: str
    column: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words

    def shown(self) -> str:
        return "the end" if self.kind == "end" else repr(self.text[:40])


def parse(text: str) -> Rule:
    """Read a rule.

    Raises:
        RuleError: it is none; points at the column, says what is wrong and the nearest valid name.
    """
    try:
        return _read(text)
    except _Refused as refused:
        raise RuleError(refused.args[0].shown(text)) from None


def _read(text: str) -> Rule:
    if len(text) > LONGEST:
        raise RuleError(f"a rule has {LONGEST} characters at most, this one {len(text)}")
    for place, char in enumerate(text):
        if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\r\n":
            raise _wrong(place + 1, f"the character U+{ord(char):04X} can't stand in a rule")
    parser = _Parser(_tokens(text))
    rule = parser.rule(0)
    parser.finish()
    return rule


def unknown_names(
    rule: Rule, *, themes: Collection[str] | None = None, lists: Collection[str] | None = None
) -> Mistake | None:
    """Give what is wrong with the names of themes and lists."""
    known = {Kind.THEMES: ("theme", themes), Kind.LIST: ("list", lists)}
    for test in tests(rule):
        what, names = known.get(test.kind, ("", None))
        for value in test.values:
            if names is not None and value not in names:
                return Mistake(test.column, f"unknown {what} {value!r} ({nearest(value, names)})")
    return None


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        kind, said, length = _token(text, place)
        found.append(_Token(kind, said, place + 1))
        place += length
    return [*found, _Token("end", "", len(text) + 1)]


def _token(text: str, place: int) -> tuple[str, str, int]:
    if sign := _SIGNS.match(text, place):
        return "sign", sign[0], len(sign[0])
    if quoted := _QUOTED.match(text, place):
        return "text", _unquoted(quoted), len(quoted[0])
    word = WORD.match(text, place)
    if word is None:
        what = "the quote is not closed" if text[place] in "\"'" else "this can't stand here"
        raise _wrong(place + 1, f"{what}: {text[place : place + 20]!r}")
    if word[0].lower() == OWN and (quoted := _QUOTED.match(text, word.end())):
        return "word", OWN + _unquoted(quoted), quoted.end() - place
    return "word", word[0], len(word[0])


def _unquoted(quoted: re.Match[str]) -> str:
    inner = quoted[1] if quoted[1] is not None else quoted[2]
    return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)


@dataclass
class _Parser:
    """One walk through a rule's tokens."""

    tokens: list[_Token]
    place: int = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def finish(self) -> None:
        if self.next.kind != "end":
            hint = "join conditions with 'and' or 'or'"
            raise _wrong(self.next.column, f"{self.next.shown()} stands after the rule: {hint}")

    def rule(self, depth: int) -> Rule:
        rules = [self.together(depth)]
        while self.next.is_word("or"):
            self.take()
            rules.append(self.together(depth))
        return rules[0] if len(rules) == 1 else Either(tuple(rules))

    def together(self, depth: int) -> Rule:
        rules = [self.one(depth)]
        while self.next.is_word("and"):
            self.take()
            rules.append(self.one(depth))
        return rules[0] if len(rules) == 1 else All(tuple(rules))

    def one(self, depth: int) -> Rule:
        token = self.next
        if depth > DEEPEST:
            raise _wrong(token.column, f"more than {DEEPEST} conditions stand in each other")
        if token.is_word("not"):
            self.take()
            return Not(self.one(depth + 1))
        if token.kind == "sign" and token.text == "(":
            self.take()
            inner = self.rule(depth + 1)
            self.expect(")")
            return inner
        return self.test()

    def test(self) -> Rule:
        name = self.field()
        token = self.take()
        negated = token.is_word("not") and self.next.is_word("in")
        if negated:
            token = self.take()
        ask = _ask(name, token)
        column = self.next.column
        values = self.several(name) if ask is Ask.IN else (self.value(name),)
        test = Test(field=name, ask=ask, values=values, column=column)
        return Not(test) if negated else test

    def field(self) -> str:
        token = self.take()
        name = token.text
        if token.kind != "word" or name.lower() in KEYWORDS:
            raise _wrong(token.column, f"a field must stand here, not {token.shown()}: {_fields()}")
        if name.lower().startswith(OWN):
            own = name[len(OWN) :]
            if not own:
                raise _wrong(token.column, "which field? write e.g. field.city")
            return OWN + _composed(own)
        if name.lower() not in FIELDS:
            hint = nearest(name.lower(), [*FIELDS, f"{OWN}NAME"])
            raise _wrong(token.column, f"unknown field {name[:40]!r} ({hint})")
        return name.lower()

    def several(self, name: str) -> tuple[str, ...]:
        self.expect("(")
        values = [self.value(name)]
        while self.next.text == "," and self.next.kind == "sign":
            self.take()
            values.append(self.value(name))
        self.expect(")")
        return tuple(values)

    def value(self, name: str) -> str:
        token = self.take()
        keyword = token.kind == "word" and token.text.lower() in KEYWORDS
        if token.kind not in {"word", "text"} or keyword:
            what = f"a value must stand here, not {token.shown()}"
            raise _wrong(token.column, f"{what}: put quotes around what is no single word")
        return _checked(name, token)

    def expect(self, sign: str) -> None:
        token = self.take() if self.next.kind != "end" else self.next
        if token.kind != "sign" or token.text != sign:
            raise _wrong(token.column, f"{sign!r} must stand here, not {token.shown()}")


def _ask(name: str, token: _Token) -> Ask:
    allowed = ASKS[FIELDS.get(name, Kind.TEXT)]
    ask = _SYMBOLS.get(token.text.lower()) if token.kind in {"word", "sign"} else None
    if ask in allowed:
        return ask
    listed = " ".join(one for one in Ask if one in allowed)
    raise _wrong(token.column, f"after {name!r} comes one of {listed}, not {token.shown()}")


def _checked(name: str, token: _Token) -> str:
    """Give a value in its one spelling."""
    kind, text = FIELDS.get(name, Kind.TEXT), token.text
    match kind:
        case Kind.TEXT:
            return text.lower() if name == "domain" else _composed(text)
        case Kind.DAY:
            return _day(name, token)
        case Kind.CHOICE if text.lower() not in CHOICES[name]:
            hint = nearest(text.lower(), CHOICES[name])
            raise _wrong(token.column, f"unknown {name} {text[:40]!r} ({hint})")
        case Kind.CODE if not re.fullmatch(r"[a-z]{2,3}", text.lower()):
            raise _wrong(token.column, f"{text[:40]!r} is no language: write e.g. fr")
        case Kind.CHOICE | Kind.CODE:
            return text.lower()
        case Kind.THEMES | Kind.LIST:
            return text


def _composed(text: str) -> str:
    """Compose accents as readers' names have them (subscribers.texts)."""
    return unicodedata.normalize("NFC", text)


def _day(name: str, token: _Token) -> str:
    try:
        return day(token.text).isoformat()
    except ValueError:
        what = f"{token.text[:40]!r} is no day: write e.g. {name} >= 2026-01-31"
        raise _wrong(token.column, what) from None


def _fields() -> str:
    return f"{', '.join(FIELDS)} or {OWN}NAME"


def _wrong(column: int, what: str) -> _Refused:
    return _Refused(Mistake(column, what))
