"""How does MJML become HTML without the compiler's known faults?

The compiler (mjml-python, MRML) prints attribute values with Rust's debug format: a no-break space
comes out as a literal escape, a backslash doubled. Character references pass through untouched.
It closes and opens Outlook's comments between any two elements: as the reference compiler does, two
that touch are made one. A cell around a button gets an attribute `vertical-align`, which HTML does
not know.
"""

import re
import unicodedata

import mjml

from digest.errors import RenderError

_SUSPECT = re.compile(r"[^\x00-\x5b\x5d-\x7e]")
_SHORTER = (
    ("<![endif]--><!--[if mso | IE]>", ""),
    (' height="auto"', ""),  # no value that HTML allows there; the style beside it says the same
    (' width="100%" style="vertical-align:top;"', ' width="100%"'),  # says nothing of a table
    ("&#160;", "\u00a0"),
    ("&#8239;", "\u202f"),
)
"""What the compiler prints, and what says the same in fewer bytes: Gmail clips a long mail."""
_NO_ATTRIBUTE = re.compile(r'(<td[^<>]*) vertical-align="[a-z]+"')
_BODY = re.compile(r"(<body[^<>]*>)(.*)(</body>)", re.DOTALL)
"""A letter that is a document of its own, as in Apple Mail, needs a landmark to jump to; within a
mailbox's page it must have none. Gmail, Outlook.com and Yahoo drop the element, but Gmail and
Outlook.com would keep `role="main"` (caniemail.com, html-semantics and html-role).
"""
_LINE_BREAK_IN_TAG = re.compile(r"<[a-zA-Z][^<>]*>")


def compile_mjml(source: str) -> str:
    """Compile MJML to HTML.

    Raises:
        RenderError: it is no MJML; names the place in `source`.
    """
    cured = _SUSPECT.sub(_reference, _LINE_BREAK_IN_TAG.sub(_on_one_line, source))
    try:
        html: str = mjml.mjml2html(cured, disable_comments=True, fonts={})
    except ValueError as failure:
        raise RenderError(f"the email template is no usable MJML: {failure}") from failure
    for idle, short in _SHORTER:
        html = html.replace(idle, short)
    return _BODY.sub(r"\1<main>\2</main>\3", _NO_ATTRIBUTE.sub(r"\1", html))


def _on_one_line(tag: re.Match[str]) -> str:
    return re.sub(r"\s*\n\s*", " ", tag[0])


def _reference(found: re.Match[str]) -> str:
    r"""Write what MRML would print as `\u{…}` as a character reference."""
    character = found[0]
    if character == "\\" or not character.isprintable() or _joins(character):
        return f"&#{ord(character)};"
    return character


def _joins(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
