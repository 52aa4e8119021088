"""Do links and pictures have an address that readers can follow at all? Nobody is asked."""

import re
from collections.abc import Iterator

from digest.compose.anatomy import Anatomy
from digest.compose.preflight.finding import Code, Finding, error
from digest.compose.preflight.reach import inside
from digest.compose.preflight.residue import ADDRESSES

_WEB = re.compile(r"https?://[^\s/]+\.")
_HOUSE = re.compile(r"https?://(?:localhost|\[)")


def links(html: Anatomy, ours: str) -> Iterator[Finding]:
    """Ask of every link where it leads; whether readers reach our own site, `duties` asks."""
    for link in (one for one in html.links if not one.startswith(ours)):
        if link.strip("%") in ADDRESSES:
            continue
        if not _WEB.match(link) and not _HOUSE.match(link):
            what, cure = f"{link!r} leads nowhere", "give an http or https address"
            yield error(Code.LINK_BROKEN, "links", what, cure)
        elif inside(link):
            what, cure = f"{link!r} leads inside a house's own network", "give a public address"
            yield error(Code.LINK_INSIDE, "links", what, cure)
    for source in html.images:
        if not source.startswith(("https://", ours)):
            what, cure = f"{source!r} is not https", "mailboxes don't show it"
            yield error(Code.IMAGE_INSECURE, "images", what, cure)
