"""Do links and pictures have an address that readers can follow at all? Nobody is asked."""

import re
from collections.abc import Iterator

from digest.compose.anatomy import Anatomy
from digest.compose.preflight.finding import Code, Finding, error
from digest.compose.preflight.reach import inside
from digest.compose.preflight.residue import ADDRESSES

_WEB = re.compile(r"https?://[^\s/]+\.")
_HOUSE = re.compile(r"https?://(?:localhost|\[)")
_NO_PAGE = re.compile(r"(?:mailto|tel):.|#.")


def opens_page(link: str) -> bool:
    """Say whether a link means to open a page: not a letter, a call or a place in the mail."""
    return not _NO_PAGE.match(link)


def links(html: Anatomy, ours: str) -> Iterator[Finding]:
    """Ask of every link where it leads; whether readers reach our own site, `duties` asks."""
    for link in (one for one in html.links if not one.startswith(ours)):
        if link.strip("%") in ADDRESSES or _stays(link, html):
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


def _stays(link: str, html: Anatomy) -> bool:
    """Say whether a link opens no page, and leads somewhere all the same."""
    if link.startswith("#"):
        return link[1:] in html.places
    return not opens_page(link)
