"""How does one text become each reader's own? Split at its tokens once, joined per recipient."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from digest.model.issue import PLACEHOLDERS

TOKEN = re.compile("%%(" + "|".join(PLACEHOLDERS) + ")%%")
"""What is filled in per recipient; any other `%%…%%` is the text's own."""
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What has no place in one line of a mail. Joiners and direction marks have: names use them."""


_SPECIAL = re.compile("[&<>\"']")
"""What html.escape replaces."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A text cut at its tokens: literal, name, literal, name, … literal."""

    literals: tuple[str, ...]
    names: tuple[str, ...]
    """One fewer than literals."""

    def fill(self, values: Mapping[str, str]) -> str:
        """Join the text with one recipient's values; a value's own `%%…%%` stays as it is."""
        parts = [self.literals[0]]
        for name, literal in zip(self.names, self.literals[1:], strict=True):
            parts += (values[name], literal)
        return "".join(parts)


def cut(text: str) -> Pattern:
    """Cut a text at its tokens."""
    parts = TOKEN.split(text)
    return Pattern(literals=tuple(parts[0::2]), names=tuple(parts[1::2]))


def values_of(*, name: str, address: str, unsubscribe_url: str) -> dict[str, str]:
    """Give one recipient's values of all PLACEHOLDERS, fit for the places they stand in."""
    name, address = plain(name), plain(address)
    special = _SPECIAL.search(name + address)
    return {
        "UNSUBSCRIBE_URL": unsubscribe_url,
        "PREFERENCES_URL": unsubscribe_url.replace("/u/", "/p/", 1),
        "NAME": name,
        "NAME_HTML": escape(name) if special else name,
        "ADDRESS": address,
        "ADDRESS_HTML": escape(address) if special else address,
    }


def all_plain(texts: Sequence[str]) -> list[str]:
    """Make many texts plain; they are looked at together, since nearly all are so already."""
    if _is_plain("".join(texts)):
        return [text.strip() for text in texts]
    return [plain(text) for text in texts]


def plain(text: str) -> str:
    """Make what a reader typed fit for one line of a mail.

    Line breaks and control characters go, so does `%%`: a provider that fills tokens in one after
    the other would take a reader's own `%%…%%` for one of ours.
    """
    if _is_plain(text):
        return text.strip()
    return re.sub("%%+", "%", CONTROL.sub(" ", text)).strip()


def _is_plain(text: str) -> bool:
    return text.isprintable() and "%%" not in text
