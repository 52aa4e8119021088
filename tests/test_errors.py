"""A wrong name is answered with the nearest right one."""

import pytest

from digest.errors import unknown

THEMES = ("sahel-security", "diplomacy")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("sahell", "unknown theme 'sahell' (did you mean 'sahel-security'?)"),
        ("diplomatie", "unknown theme 'diplomatie' (did you mean 'diplomacy'?)"),
        ("xyz", "unknown theme 'xyz' (there is diplomacy, sahel-security)"),
        ("", "unknown theme '' (there is diplomacy, sahel-security)"),
    ],
)
def test_the_nearest_name_is_proposed(name: str, answer: str) -> None:
    assert unknown("theme", name, THEMES) == answer


def test_with_nothing_to_propose_it_says_so() -> None:
    assert unknown("list", "hebdo", ()) == "unknown list 'hebdo' (there is none)"
