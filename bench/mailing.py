"""How many mails can one core make, and sign? In the process's own time, for cores are shared.

The edition has 75 kB of HTML and 12 kB of text, 109 kB on the wire; each reader has a subject, a
link, headers and a name of their own.
"""

import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bench.sending import a_page
from digest.clock import system_clock
from digest.deliver.dkim import Signer
from digest.deliver.dkim_keys import SigningKey, make_key
from digest.deliver.headers import bulk_headers, message_ids
from digest.deliver.mime import compile_letter
from digest.deliver.provider import Letter, Personal

_SITE = "https://digest.example"
_READERS = 500


def messages_per_s() -> float:
    """`mime.messages_per_s`: whole mails, unsigned."""
    return _per_s(10_000, None)


def signed_per_s() -> float:
    """`dkim.messages_per_s`: whole mails, signed with RSA of 2048 bits."""
    return _per_s(1_500, Signer(_key("rsa"), selector="digest"))


def signed_ed25519_per_s() -> float:
    """`dkim.ed25519.messages_per_s`: whole mails, signed with Ed25519."""
    return _per_s(5_000, Signer(_key("ed25519"), selector="digest"))


def rsa_per_s() -> float:
    """`dkim.rsa.signatures_per_s`: what OpenSSL alone takes of it."""
    key, digest = _key("rsa"), bytes(32)
    return _rate(1_500, lambda _: key.sign(digest))


def _per_s(mails: int, signer: Signer | None) -> float:
    letter = compile_letter(_letter(), signer)
    readers = [_reader(number) for number in range(_READERS)]
    return _rate(mails, lambda n: letter.message(readers[n % _READERS], system_clock()))


def _rate(times: int, step: Callable[[int], bytes]) -> float:
    began = time.process_time()
    for number in range(times):
        step(number)
    return times / (time.process_time() - began)


def _letter() -> Letter:
    page = a_page(75_000)
    return Letter(
        sender_name="La Lettre du Sahel",
        sender_address="lettre@digest.example",
        reply_to="redaction@digest.example",
        subject="%%NAME%%, Sahel : une semaine décisive",
        html=page,
        text=page[:12_000] + "%%UNSUBSCRIBE_URL%%",
        language="fr",
        headers=bulk_headers(newsletter="hebdo", issue_id=1, site_url=_SITE, language="fr"),
    )


def _reader(number: int) -> Personal:
    return Personal(
        id=number,
        address=f"reader{number}@readers.example",
        name=f"Aïssata Diop {number}",
        unsubscribe_url=f"{_SITE}/u/{number:064}",
        message_id=message_ids(1, _SITE, [number])[0],
    )


@cache
def _key(kind: str) -> SigningKey:
    with tempfile.TemporaryDirectory() as folder:
        return make_key(Path(folder) / "key.pem", kind)
