import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.providers.verbatim import unread_html, unread_text, wording
from tests.deliver.calls import a_letter

BRACES = re.compile(r"\{(?=[{%#])")
JOINER = "\u2060"


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("{{ x }}", f"{{{JOINER}{{ x }}}}"),
        ("{{{ x }}}", f"{{{JOINER}{{{JOINER}{{ x }}}}}}"),
        ("{% if %} {# x #}", f"{{{JOINER}% if %}} {{{JOINER}# x #}}"),
        ("a { b } 100 %", "a { b } 100 %"),
    ],
)
def test_the_sign_of_a_template_is_taken_apart_in_text(text: str, unread: str) -> None:
    assert unread_text(text, BRACES) == unread


def test_in_html_the_sign_is_a_character_reference_and_reads_the_same() -> None:
    source = '<a title="{{ x }}" href="https://x.example/{{y}}">{% z %}</a>'
    unread = unread_html(source, BRACES)
    assert not BRACES.search(unread)
    assert html.unescape(unread) == source


def test_in_a_style_sheet_the_sign_is_followed_by_a_space() -> None:
    source = "<style>@media print{#a{color:red}}</style><p>{#</p>"
    assert unread_html(source, BRACES) == (
        "<style>@media print{ #a{color:red}}</style><p>&#123;#</p>"
    )


@given(st.text(alphabet="{}%# ab<>&", max_size=40))
def test_no_text_is_a_template_afterwards_and_every_text_reads_as_before(text: str) -> None:
    assert not BRACES.search(unread_text(text, BRACES))
    assert unread_text(text, BRACES).replace(JOINER, "") == text
    assert not BRACES.search(unread_html(text, BRACES))
    assert html.unescape(unread_html(text, BRACES)) == html.unescape(text)


def test_a_template_that_comes_about_at_a_placeholder_is_none_either() -> None:
    letter = a_letter(subject="{%%NAME%%", html="<p>{%%NAME_HTML%%</p>", text="{%%NAME%%")
    texts = wording(letter, BRACES).fill({"NAME": "{x}}", "NAME_HTML": "{x}}"})
    assert not any(BRACES.search(text) for text in (texts.subject, texts.html, texts.text))
