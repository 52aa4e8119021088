"""Keys to sign with, and what a receiver makes of a signature: dkimpy's word, with our record."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dkim

from digest.deliver.dkim import Signer
from digest.deliver.dkim_keys import SigningKey, make_key, read_key

SENDER = "lettre@digest.example"
KINDS = ("rsa", "ed25519")


@cache
def a_pem(kind: str) -> str:
    """A key as a PEM text; one a kind, for making one takes its time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "key.pem"
        make_key(path, kind)
        return path.read_text()


@cache
def a_key(kind: str = "rsa") -> SigningKey:
    return read_key(a_pem(kind))


def a_signer(kind: str = "rsa", **changes: Any) -> Signer:
    return Signer(a_key(kind), **{"selector": "digest", **changes})


def dkim_settings(kind: str = "rsa") -> dict[str, str]:
    return {"DIGEST_DKIM_KEY": a_pem(kind), "DIGEST_DKIM_SELECTOR": "digest"}


def verifies(mail: bytes, signer: Signer | None = None) -> bool:
    """Whether a receiver who asks the DNS for the record that we print takes the signature."""
    record = (signer or a_signer()).record(SENDER)
    published = {f"{record.name}.": record.text}

    def dns(name: bytes | str, timeout: float = 5) -> str | None:
        return published.get(name if isinstance(name, str) else name.decode())

    try:
        return bool(dkim.DKIM(mail).verify(dnsfunc=dns))
    except dkim.ValidationError:  # what it says of a body that was changed
        return False
