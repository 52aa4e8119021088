"""Does the text part say what the HTML says?"""

import re
from collections import Counter
from collections.abc import Iterator

from digest.compose.anatomy import Anatomy
from digest.compose.preflight.finding import Code, Finding, error, warning
from digest.compose.preflight.links import opens_page
from digest.model.issue import RenderedEdition

ENOUGH = 0.9
"""Of the HTML's words: what its pictures and layout say has no words anyway."""
_WORD = re.compile(r"\w{2,}")


def parity(html: Anatomy, edition: RenderedEdition) -> Iterator[Finding]:
    """Ask of the text part every heading and link of the HTML, and nearly every word."""
    text = " ".join(edition.text.split()).casefold()
    for link in sorted(filter(opens_page, set(html.links))):
        if link not in edition.text:
            yield _lack(f"the link {link} is missing")
    for heading in html.headings:
        if " ".join(heading.split()).casefold() not in text:
            yield _lack(f"{heading!r} is missing")
    if (share := _share(html.text, edition.text)) < ENOUGH:
        what = f"it has {share:.0%} of the HTML's words"
        yield warning(Code.TEXT_LACKS, "text part", what, "correct issue.txt")


def _share(html: str, text: str) -> float:
    """Give the share of the HTML's words that stand in the text, each as often."""
    asked, there = (Counter(_WORD.findall(one.casefold())) for one in (html, text))
    return (asked & there).total() / asked.total() if asked else 1.0


def _lack(what: str) -> Finding:
    return error(Code.TEXT_LACKS, "text part", what, "correct issue.txt")
