"""Does a mailbox show all of an edition? Gmail hides what follows its clip."""

import re
from collections.abc import Iterator
from itertools import pairwise

from digest.compose.preflight.finding import Code, Finding, error, note, warning
from digest.model.issue import RenderedEdition

CLIP = 102_000
"""Bytes of HTML from which Gmail hides the rest, and with it the way to unsubscribe."""
NEAR = 92_000
_LONGEST = {"NAME": 60, "ADDRESS": 64}
"""Characters that stand for a reader's own, whoever it is."""
_TOKEN = 80
"""Characters of the path and token that a reader's link adds to the site's address."""
_CARD = re.compile(rb"<h3[\s>]")


def size(edition: RenderedEdition, site_url: str) -> Iterator[Finding]:
    """Weigh an edition as its readers get it, their own words filled in."""
    weight, where = _filled(edition.html, site_url), f"edition {edition.key}"
    if weight >= CLIP:
        what = (
            f"{weight // 1000} kB of HTML: Gmail hides what follows 102 kB{_fit(edition, weight)}"
        )
        yield error(Code.SIZE_CLIPPED, where, what, "drop stories")
    elif weight >= NEAR:
        what = f"{weight // 1000} kB of HTML are near the 102 kB that Gmail shows"
        yield warning(Code.SIZE_NEAR, where, what, "drop a story")


def room(edition: RenderedEdition, site_url: str) -> Finding:
    """Tell what an edition weighs and how many of its stories fit."""
    weight = _filled(edition.html, site_url)
    what = f"{weight // 1000} kB of HTML{_fit(edition, weight)}"
    return note(Code.SIZE, f"edition {edition.key}", what, "Gmail shows 102 kB")


def _filled(html: str, site_url: str) -> int:
    """Give the bytes of HTML once each placeholder is filled in at its longest."""
    link = "x" * (len(site_url.encode()) + _TOKEN)
    for page in ("UNSUBSCRIBE", "PREFERENCES"):
        html = html.replace(f"%%{page}_URL%%", link)
    for name, length in _LONGEST.items():
        html = html.replace(f"%%{name}_HTML%%", "x" * length)
    return len(html.encode(errors="replace"))


def _fit(edition: RenderedEdition, weight: int) -> str:
    """Say how many stories fit; stories are told apart by their headings."""
    starts = [found.start() for found in _CARD.finditer(edition.html.encode(errors="replace"))]
    weights = [after - start for start, after in pairwise(starts)]
    if not weights:
        return ""
    weights.append(sum(weights) // len(weights))  # where the last one ends, no heading says
    left, fit = CLIP - 1 - (weight - sum(weights)), 0
    for one in weights:
        left -= one
        fit += left >= 0
    return f", {fit} of {len(weights)} stories fit"
