"""What the lint of templates knows of MJML is what MJML's own packages say."""

import json

import pytest

from digest.compose.linting.standard import ATTRIBUTES, COLOURS, ENDING, INSIDE
from tests.judges.borrowed import MJML, TOOLS, answer, borrow


@pytest.fixture(scope="module")
def packages() -> dict[str, dict[str, dict[str, object]]]:
    borrow(MJML, "node")
    found: dict[str, dict[str, dict[str, object]]] = json.loads(answer("node", TOOLS / "mjml.mjs"))
    return found


def test_elements_and_attributes_are_mjmls_own(
    packages: dict[str, dict[str, dict[str, object]]],
) -> None:
    theirs = {name: one["attributes"] for name, one in packages["elements"].items()}
    assert {name: ATTRIBUTES[name] for name in theirs} == theirs
    assert set(ATTRIBUTES) - set(theirs) == {"mjml"}


def test_what_stands_in_what_is_mjmls_own(
    packages: dict[str, dict[str, dict[str, object]]],
) -> None:
    ending = {name for name, one in packages["elements"].items() if one["ending"]}
    assert set(ENDING) == ending
    inside = {name: set(map(str, inner)) for name, inner in packages["inside"].items() if inner}
    inside.pop("mj-attributes")  # it takes everything
    assert {name: set(inner) for name, inner in INSIDE.items()} == inside


def test_colours_are_mjmls_own(packages: dict[str, dict[str, dict[str, object]]]) -> None:
    assert set(COLOURS) == set(packages["colours"])
