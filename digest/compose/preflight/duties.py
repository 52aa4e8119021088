"""Does an edition hold what the law and mailboxes ask of bulk mail?"""

import re
from collections.abc import Iterator, Mapping

from digest.compose.anatomy import Anatomy
from digest.compose.preflight.finding import Code, Finding, error
from digest.compose.typography import typeset
from digest.model.issue import RenderedEdition
from digest.schedule.values import Site


def duties(html: Anatomy, edition: RenderedEdition, site: Site) -> Iterator[Finding]:
    """Ask for a way out, and for who writes from where, in HTML and in text."""
    first = typeset(site.postal_address.split("\n")[0], edition.language).split()
    for part, text, seen in (
        ("HTML", edition.html, html.text),
        ("text", edition.text, edition.text),
    ):
        where = f"edition {edition.key}, {part}"
        if "%%UNSUBSCRIBE_URL%%" not in text:
            what, cure = "there is no way to unsubscribe", "put %%UNSUBSCRIBE_URL%% in it"
            yield error(Code.UNSUBSCRIBE_ABSENT, where, what, cure)
        if not all(word in seen for word in first):
            what, cure = "the postal address is missing", "put page.postal_address in it"
            yield error(Code.ADDRESS_ABSENT, where, what, cure)


def one_click(headers: Mapping[str, str]) -> Iterator[Finding]:
    """Ask of the headers a reader's mail would have for the one-click way out (RFC 8058)."""
    link = headers.get("List-Unsubscribe", "")
    posts = headers.get("List-Unsubscribe-Post", "")
    if not re.fullmatch(r"<https?://[^<>\s]+>", link) or posts != "List-Unsubscribe=One-Click":
        what = f"List-Unsubscribe is {link!r}, List-Unsubscribe-Post {posts!r}"
        cure = "give site.url or DIGEST_SITE_URL the address of `digest serve`"
        yield error(Code.UNSUBSCRIBE_HEADER, "headers", what, cure)


def own_site(site_url: str, *, mails: bool) -> Iterator[Finding]:
    """Ask whether readers who are mailed reach our own pages."""
    if mails and not site_url.startswith("https://"):
        what = f"{site_url!r} is not https: mailboxes ignore the one-click unsubscribe"
        cure = "set site.url or DIGEST_SITE_URL to an https address"
        yield error(Code.SITE_INSECURE, "site.url", what, cure)
