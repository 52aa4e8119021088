"""Which addresses become links, and that none leaves its attribute."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.links import safe_link


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/x?y=1&z=é", "https://a.example/x?y=1&z=%C3%A9"),
        (" https://a.example/a b ", "https://a.example/a%20b"),
        ("https://a.example/%%NAME%%", "https://a.example/%25%25NAME%25%25"),
        ("https://a.example/%C3%A9", "https://a.example/%C3%A9"),
        ("https://élysée.example/", "https://xn--lyse-9oad.example/"),
        ("HTTPS://a.example", "https://a.example"),
        ("javascript:alert(1)", ""),
        ("//a.example", ""),
        ("https://user:pass@a.example", ""),
        ("https://", ""),
        ("http://[::1", ""),
        ("mailto:a@a.example", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(url: str, safe: str) -> None:
    assert safe_link(url) == safe


@given(st.text(max_size=40))
def test_a_link_holds_nothing_that_could_leave_its_attribute(rest: str) -> None:
    link = safe_link(f"https://a.example/{rest}")
    assert re.fullmatch(r"(https://a\.example/[!-~]*)?", link)
    assert not set(link) & set('"<>\\{} ')
    assert safe_link(link) == link
