"""Do mailboxes find what they demand of a bulk sender's domain? SPF, DKIM, DMARC by DNS.

SPF: RFC 7208; DKIM: RFC 6376 3.6; DMARC: RFC 7489 6.3, looked for at each parent as in DMARCbis.
"""

import re
from collections.abc import Iterator
from typing import Protocol

from digest.compose.preflight.finding import Code, Finding, note, warning

MOST_LOOKUPS = 10
"""RFC 7208 4.6.4: a policy that needs more is an error for who reads it."""
_LOOKS_UP = re.compile(r"[+?~-]?(?:include:|exists:|(?:a|mx|ptr)(?:[:/]|$))|redirect=", re.I)
_LEADS_ON = re.compile(r"[+?~-]?(?:include:|redirect=)([^\s%]+)$", re.I)


class Records(Protocol):
    """Asks DNS: a resolver, or a fake."""

    def txt(self, name: str) -> tuple[str, ...] | None:
        """Give a name's TXT records, none where there are none; None: nobody answered."""


class Unanswered(Exception):  # noqa: N818 - reads as what happened
    """DNS gave no answer: nothing is known."""


def sender(domain: str, records: Records, selector: str = "") -> list[Finding]:
    """Look a sender's domain up; without a selector DKIM is the provider's to say."""
    try:
        return [*_spf(domain, records), *_dkim(domain, records, selector), *_dmarc(domain, records)]
    except Unanswered as silent:
        what = f"DNS gave no answer about {silent}"
        return [note(Code.DNS_OFFLINE, domain, what, "look again with a network")]


def _asked(records: Records, name: str) -> tuple[str, ...]:
    found = records.txt(name)
    if found is None:
        raise Unanswered(name)
    return found


def _policies(records: Records, domain: str) -> list[str]:
    return [
        text
        for text in _asked(records, domain)
        if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")
    ]


def _spf(domain: str, records: Records) -> Iterator[Finding]:
    found = _policies(records, domain)
    if not found:
        cure = 'publish TXT "v=spf1 include:… ~all" with your provider\'s name'
        yield warning(Code.SPF, domain, "no SPF record says who may send for it", cure)
        return
    if len(found) > 1:
        what = f"it has {len(found)} SPF records, and mailboxes then heed none"
        yield warning(Code.SPF, domain, what, "join them into one record")
        return
    if open_to_all := re.search(r"(?:^|\s)\+?all\b", found[0], re.I):
        cure = "end it in ~all or -all"
        yield warning(Code.SPF, domain, "its SPF record lets anyone send for it (+all)", cure)
    if (count := _lookups(domain, records, frozenset())) > MOST_LOOKUPS:
        what = (
            f"its SPF record needs {count} look-ups of DNS: more than {MOST_LOOKUPS} are an error"
        )
        yield warning(Code.SPF, domain, what, "take out the providers that you left")
    elif not open_to_all:
        yield note(Code.SPF, domain, f"SPF: {found[0]}", f"{count} look-ups of {MOST_LOOKUPS}")


def _lookups(domain: str, records: Records, above: frozenset[str]) -> int:
    """Count the look-ups that a policy needs, those of what it includes among them."""
    policies = [] if domain in above else _policies(records, domain)
    count = 0
    for term in policies[0].split()[1:] if policies else ():
        count += bool(_LOOKS_UP.match(term))
        if (on := _LEADS_ON.match(term)) and count <= MOST_LOOKUPS:
            count += _lookups(on[1].lower(), records, above | {domain})
    return count


def _dkim(domain: str, records: Records, selector: str) -> Iterator[Finding]:
    if not selector:
        what = "DKIM: not known here, for no selector is set"
        yield note(Code.DKIM, domain, what, "your provider's page of the domain tells")
        return
    name = f"{selector}._domainkey.{domain}"
    keys = [tags for text in _asked(records, name) if "p" in (tags := _tags(text))]
    if not keys:
        cure = "publish the key that your provider, or `openssl`, gave you"
        yield warning(Code.DKIM, domain, f"there is no DKIM key at {name}", cure)
    elif not any(tags["p"] for tags in keys):
        cure = "publish a new key"
        yield warning(Code.DKIM, domain, f"the DKIM key at {name} was withdrawn (p=)", cure)
    else:
        yield note(Code.DKIM, domain, f"DKIM: a key at {name}", "mail signed with it is known")


def _dmarc(domain: str, records: Records) -> Iterator[Finding]:
    found = _dmarc_records(domain, records)
    policy = _tags(found[0]).get("p", "").lower() if found else ""
    if not found:
        cure = f'publish TXT "v=DMARC1; p=none; rua=mailto:…" at _dmarc.{domain}'
        yield warning(Code.DMARC, domain, "no DMARC record: Gmail and Yahoo demand one", cure)
    elif len(found) > 1:
        what = f"it has {len(found)} DMARC records, and mailboxes then heed none"
        yield warning(Code.DMARC, domain, what, "keep one")
    elif policy not in {"none", "quarantine", "reject"}:
        what = f"its DMARC record has no policy that there is: {found[0]}"
        yield warning(Code.DMARC, domain, what, "give it p=none, p=quarantine or p=reject")
    elif policy == "none":
        cure = "once its reports show your own mail alone, p=quarantine"
        yield note(Code.DMARC, domain, "DMARC: p=none asks nothing of forged mail", cure)
    else:
        yield note(Code.DMARC, domain, f"DMARC: p={policy}", "forged mail is held back")


def _dmarc_records(domain: str, records: Records) -> list[str]:
    """Look at the domain, then at each parent, but not at a top-level domain."""
    labels = domain.split(".")
    for at in range(max(1, len(labels) - 1)):
        asked = _asked(records, f"_dmarc.{'.'.join(labels[at:])}")
        if found := [text for text in asked if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text, re.I)]:
            return found
    return []


def _tags(text: str) -> dict[str, str]:
    """Read `v=DMARC1; p=none` as its tags."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
