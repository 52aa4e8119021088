"""libyaml and PyYAML's own reader find the same nodes on the same lines, or the latter speaks."""

import random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from yaml.nodes import Node, ScalarNode

from digest.resources import shipped
from digest.schedule.nodes import compose

CHARACTERS = "[]{}:-&*!|>'\"\n\t#?%@` é\x00~,0a\ufeff\x85\u2028b  \n:-"
LINES = [
    line
    for line in shipped("schedule.yaml").read_text(encoding="utf-8").splitlines()
    if not line.lstrip().startswith("#")
]


@given(st.text(CHARACTERS, max_size=30))
def test_any_text_is_read_alike(text: str) -> None:
    assert outcome(compose, text) == outcome(slowly, text)


@given(st.randoms(use_true_random=False))
def test_a_damaged_schedule_is_read_alike(chance: random.Random) -> None:
    start = chance.randrange(len(LINES) - 6)
    text = "\n".join(LINES[start : start + chance.randint(1, 6)])
    for _ in range(chance.randint(0, 3)):
        place = chance.randint(0, len(text))
        text = text[:place] + chance.choice(CHARACTERS) + text[place + chance.randint(0, 1) :]
    assert outcome(compose, text) == outcome(slowly, text)


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000])
def test_what_would_overflow_libyaml_is_refused_as_ever(text: str) -> None:
    with pytest.raises(RecursionError):
        compose(text)


@pytest.mark.parametrize(
    "text",
    ["é\t", "|#", "a: !", "[Africa Corps?, Wagner]", "- a\n\ufeff- b", "\ud800", "---", "---\n #"],
)
def test_what_both_read_differently_is_read_as_ever(text: str) -> None:
    assert outcome(compose, text) == outcome(slowly, text)


def slowly(text: str) -> Node | None:
    return yaml.compose(text, yaml.SafeLoader)


def outcome(read: Any, text: str) -> object:
    try:
        return tree(read(text), ())
    except (yaml.YAMLError, RecursionError) as error:
        return type(error), str(error)


def tree(node: Any, above: tuple[Node, ...]) -> object:
    """Give tag, place and content; a node that contains itself ends there."""
    if node is None or any(node is one for one in above):
        return None
    content = node.value
    if not isinstance(node, ScalarNode):
        below = (*above, node)
        pairs = (one if isinstance(one, tuple) else (one,) for one in node.value)
        content = [[tree(one, below) for one in pair] for pair in pairs]
    return node.tag, node.start_mark.line, node.start_mark.column, content
