"""What did somebody write into the sign-up form, and what is wrong with it?

Whatever is posted is hostile until read: each field is cut, known words are looked up among ours,
and an address is one or is refused (subscribers.addresses: no line break gets through).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from fastapi import Request

from digest.schedule.fields import LANGUAGES
from digest.web.offers import Offer
from subscribers.addresses import read_address
from subscribers.errors import AddressError
from subscribers.texts import one_line

_MOST_FIELDS = 100
_LONGEST = 320
_VERSION = re.compile(r"[0-9a-f]{16}")
BAIT = "website"
"""A field that people don't see; programs that fill in everything do."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form as it was sent, or as it is shown first."""

    address: str = ""
    list_name: str = ""
    themes: tuple[str, ...] = ()
    language: str
    """Of the mails."""
    page_language: str = ""
    """Of the form that was shown; empty: of the mails."""
    version: str = ""
    """Of the sentence that was shown."""
    bait: str = ""
    embedded: bool = False


def read_form(body: bytes, language: str) -> Form:
    """Read a posted form; what can't be read is empty. `language` is the browser's."""
    try:
        text = body.decode("utf-8", "replace")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        fields = {}
    chosen = _one_of(LANGUAGES, _field(fields, "language")) or language
    return Form(
        address=_field(fields, "address"),
        list_name=_field(fields, "list"),
        themes=tuple(one[:_LONGEST] for one in fields.get("theme", ())),
        language=chosen,
        page_language=_one_of(LANGUAGES, _field(fields, "page_language")) or chosen,
        version=_field(fields, "wording"),
        bait=_field(fields, BAIT),
        embedded=_field(fields, "from") == "embed",
    )


def mistakes(form: Form, known: Mapping[str, Offer]) -> tuple[str, ...]:
    """Name what is wrong: `list`, `empty`, `address`, `disposable`."""
    found = []
    if form.list_name not in known and (form.list_name or len(known) > 1):
        found.append("list")
    if not form.address.strip():
        found.append("empty")
    elif (fault := _fault(form.address)) is not None:
        found.append(fault)
    return tuple(found)


def version_of(form: Form) -> str:
    """Give the version that was posted, if it can be one."""
    return form.version if _VERSION.fullmatch(form.version) else ""


def origin_of(request: Request, site_url: str, form: Form) -> str:
    """Say where the form stood: its address without what may name a person (query, fragment)."""
    headers = request.headers
    told = _place(headers.get("referer", "")) or _place(headers.get("origin", ""))
    own = "" if form.embedded else f"{site_url}/subscribe"
    return f"form {told or own}".strip()


def _fault(address: str) -> str | None:
    try:
        domain = read_address(address).text.rpartition("@")[2]
    except AddressError:
        return "address"
    return "disposable" if is_disposable(domain) else None


def is_disposable(domain: str) -> bool:
    """Say whether a domain, or one above it, gives mailboxes away for minutes."""
    from disposable_email_domains import blocklist  # ten thousand: only who asks loads them

    labels = domain.split(".")
    return any(".".join(labels[at:]) in blocklist for at in range(len(labels) - 1))


def _place(url: str) -> str:
    try:
        parts = urlsplit(url[:2_000])
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return one_line(f"{parts.scheme}://{parts.hostname}{port}{parts.path}")[:300]


def _field(fields: Mapping[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[0][:_LONGEST]


def _one_of(known: tuple[str, ...], text: str) -> str:
    return text if text in known else ""
