"""A segment's rule: what can be written, what it means in words, and every way to get it wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import RuleError
from subscribers.grammar import DEEPEST, LONGEST, parse, unknown_names
from subscribers.rules import All, Ask, Either, Not, Rule, Test, explained, written
from tests.subscribers.rule_laws import some_rules

A, B, C = "language = fr", "theme = mali", "joined < 2026-01-01"
FRENCH = Test(field="language", ask=Ask.IS, values=("fr",))
MALI = Test(field="theme", ask=Ask.IS, values=("mali",))
EARLY = Test(field="joined", ask=Ask.BEFORE, values=("2026-01-01",))


def wrong(text: str) -> str:
    with pytest.raises(RuleError) as refused:
        parse(text)
    return str(refused.value)


@given(some_rules(any_text=True))
def test_what_is_written_reads_as_the_same_rule(rule: Rule) -> None:
    assert parse(written(rule)) == rule


@given(st.text(max_size=60) | st.text("()'\"\\ andortheme=<>!,.x", max_size=60))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = parse(text)
    except RuleError:
        return  # any other exception fails the test
    assert parse(written(rule)) == rule


POSTCODE = Test(field="field.code postal", ask=Ask.IS, values=("75012",))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("language = fr and theme = mali", All((FRENCH, MALI))),
        ("LANGUAGE=FR and(theme='mali')AND joined<2026-01-01", All((FRENCH, MALI, EARLY))),
        (f"{A} or {B} and {C}", Either((FRENCH, All((MALI, EARLY))))),
        (f"({A} or {B}) and {C}", All((Either((FRENCH, MALI)), EARLY))),
        ("not (not language = fr)", Not(Not(FRENCH))),
        ("language not in (fr, en)", Not(Test(field="language", ask=Ask.IN, values=("fr", "en")))),
        ("name = 'l\\'ami'", Test(field="name", ask=Ask.IS, values=("l'ami",))),
        ('field."code postal" = 75012', POSTCODE),
        ("domain contains Example", Test(field="domain", ask=Ask.CONTAINS, values=("example",))),
    ],
)
def test_rules_bind_as_they_read(text: str, rule: Rule) -> None:
    assert parse(text) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column 1: a field must stand here, not the end: language, theme"),
        ("langage = fr", "column 1: unknown field 'langage' (did you mean 'language'?)"),
        ("language = fr and thme = x", "column 19: unknown field 'thme' (did you mean 'theme'?)"),
        ("language fr", "column 10: after 'language' comes one of = != in, not 'fr'"),
        ("joined contains 2026", "column 8: after 'joined' comes one of = != < <= > >=, not 'cont"),
        ("joined < 2026-02-30", "column 10: '2026-02-30' is no day: write e.g. joined >= 2026-01"),
        ("joined < 9999-12-31", "is no day"),
        ("cadence = monthy", "column 11: unknown cadence 'monthy' (did you mean 'monthly'?)"),
        ("language =", "column 11: a value must stand here, not the end"),
        ("language = and", "column 12: a value must stand here, not 'and': put quotes around"),
        ("language = fr theme = x", "column 15: 'theme' stands after the rule: join conditions"),
        ("(language = fr", "column 15: ')' must stand here, not the end"),
        ("language in fr", "column 13: '(' must stand here, not 'fr'"),
        ("name = 'Awa", "column 8: the quote is not closed"),
        ("name = a\\b", "column 9: this can't stand here"),
        ("field. = x", "column 1: which field? write e.g. field.city"),
        ("name = 'a\0b'", "column 10: the character U+0000 can't stand in a rule"),
        ("name = '\ud800'", "column 9: the character U+D800"),
        ("language = fr; drop table subscribers", "column 12: 'fr;' is no language: write"),
        ("name = x; drop table subscribers", "column 11: 'drop' stands after the rule"),
    ],
)
def test_a_mistake_is_told_with_its_column_and_the_nearest_name(text: str, said: str) -> None:
    assert said in wrong(text)


@pytest.mark.parametrize("deep", ["(" * 1_000, "not " * 500, "(not " * 300])
def test_what_is_nested_too_deeply_is_refused_and_not_followed(deep: str) -> None:
    assert "more than 40 conditions stand in each other" in wrong(deep)


def test_depth_and_length_have_their_bounds() -> None:
    inside = "(" * DEEPEST + "language = fr" + ")" * DEEPEST
    assert parse(inside) == FRENCH
    assert "column 42" in wrong(f"({inside})")
    assert parse("language = fr".ljust(LONGEST)) == FRENCH
    assert "2000 characters at most, this one 2001" in wrong("language = fr".ljust(LONGEST + 1))


def test_names_of_themes_and_lists_are_looked_up() -> None:
    rule = parse("language = fr and (theme in (mali, dipomacy) or list = hebdoo)")
    known = unknown_names(rule, themes=("mali", "diplomacy"), lists=("hebdo",))
    assert known == (29, "unknown theme 'dipomacy' (did you mean 'diplomacy'?)")
    lists_only = unknown_names(rule, lists=("hebdo",))
    assert lists_only == (56, "unknown list 'hebdoo' (did you mean 'hebdo'?)")
    assert unknown_names(rule) is None


def test_a_mistake_is_pointed_at() -> None:
    assert wrong("language = fr\nand langage = en").split("\n")[1:] == [
        "  language = fr and langage = en",
        "                    ^",
    ]
    long = "language = fr and " * 50
    told = wrong(f"{long}them = mali").split("\n")
    assert told[0].startswith("column 901: unknown field 'them'")
    assert told[2].index("^") == told[1].index("them =")
    assert max(map(len, told[1:])) < 130


def test_a_rule_is_explained_in_words() -> None:
    rule = parse(
        "language in (fr, en) and (theme = mali or not joined < 2026-01-01) and tracking = no"
        " and name != Awa and field.city contains Bam"
    )
    assert explained(rule).split("\n") == [
        "all of these hold:",
        "  the language is fr or en",
        "  one of these holds at least:",
        "    they get theme mali (who chose no theme gets all)",
        "    not so:",
        "      they joined before 2026-01-01 (UTC)",
        "  they did not agree to tracking",
        "  the name is not Awa",
        "  their field 'city' contains Bam",
    ]
