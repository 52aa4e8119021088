"""How does a letter's text stay as it is where a provider fills in templates?

What looks like the provider's own syntax is taken apart so that readers see no difference: in HTML
the sign that begins it is written as a character reference; in plain text, and in the style sheets
of HTML, where references mean nothing, something without width or meaning follows the sign.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from digest.deliver.personalise import Pattern, cut
from digest.deliver.provider import Letter

_STYLE = re.compile(r"(<style\b.*?</style\s*>)", re.IGNORECASE | re.DOTALL)
_JOINER = "\u2060"


def unread_text(text: str, sign: re.Pattern[str]) -> str:
    """Keep plain text from being read as a template; `sign` matches the character that begins it.

    A reader sees the same: a word joiner (U+2060, no width) follows it.
    """
    return sign.sub(lambda found: found[0] + _JOINER, text)


def unread_html(html: str, sign: re.Pattern[str]) -> str:
    """Keep HTML from being read as a template; `sign` matches the character that begins it."""
    if not sign.search(html):
        return html
    parts = _STYLE.split(html)
    parts[0::2] = [sign.sub(lambda found: f"&#{ord(found[0])};", part) for part in parts[0::2]]
    parts[1::2] = [sign.sub(lambda found: found[0] + " ", part) for part in parts[1::2]]
    return "".join(parts)


@dataclass(frozen=True, kw_only=True)
class Texts:
    """One reader's subject and bodies."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A letter's texts, for an API that is given each reader's own."""

    subject: Pattern
    html: Pattern
    text: Pattern
    sign: re.Pattern[str]
    """Matches the character that begins the API's own syntax."""

    def fill(self, values: Mapping[str, str]) -> Texts:
        """Give one reader's texts, of which the API reads nothing as its own."""
        return Texts(
            subject=unread_text(self.subject.fill(values), self.sign),
            html=unread_html(self.html.fill(values), self.sign),
            text=unread_text(self.text.fill(values), self.sign),
        )


def wording(letter: Letter, sign: re.Pattern[str]) -> Wording:
    """Cut a letter's texts at their placeholders."""
    return Wording(
        subject=cut(letter.subject), html=cut(letter.html), text=cut(letter.text), sign=sign
    )
