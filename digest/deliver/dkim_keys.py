"""Which key does a domain sign its mail with? Read, made, and written for the DNS; never shown."""

import os
import secrets
import stat
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from digest.errors import ConfigError

GOOD_BITS = 2048
"""What signers should have at least (RFC 8301 §3.2)."""
_FEWEST_BITS, _MOST_BITS = 1024, 4096
"""Verifiers take no shorter key, and need not take a longer one (RFC 8301 §3.2)."""
_MAKE_ONE = "`digest dkim new` makes a key"


@dataclass(frozen=True, kw_only=True, repr=False)
class SigningKey:
    """A private key, as far as signing needs it."""

    algorithm: str
    """`rsa-sha256` or `ed25519-sha256`."""
    bits: int
    published: str
    """The text of the TXT record that publishes its other half."""
    sign: Callable[[bytes], bytes]
    """SHA-256 digest → signature."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A TXT record that must stand in the DNS."""

    name: str
    text: str

    @property
    def zone_line(self) -> str:
        """Write it for a zone file, cut into strings of 255 characters (RFC 1035 §3.3)."""
        pieces = [self.text[at : at + 255] for at in range(0, len(self.text), 255)]
        return f"{self.name}. IN TXT ( " + " ".join(f'"{piece}"' for piece in pieces) + " )"


def read_key(setting: str) -> SigningKey:
    """Read DIGEST_DKIM_KEY: a PEM text, its line breaks perhaps written as \\n, or a file's path.

    Raises:
        ConfigError: it holds no key that mail can be signed with, or others can read the file.
    """
    if setting.lstrip().startswith("-----BEGIN"):
        return _key(setting.replace("\\n", "\n").encode(), "DIGEST_DKIM_KEY")
    return _key(_private_text(Path(setting.strip())), "the file that DIGEST_DKIM_KEY names")


def make_key(path: Path, kind: str) -> SigningKey:
    """Make an `rsa` (2048 bits) or `ed25519` key and a file for it that only its owner reads.

    Raises:
        ConfigError: there is such a file, or it can't be written.
    """
    key = Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(65537, 2048)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        _put(path, text)
    except OSError as failure:
        if path.exists():
            raise ConfigError(
                f"{path} is there already, and mail may be signed with it: name another file"
            ) from failure
        raise ConfigError(f"{path} can't be written: {failure.strerror}") from failure
    return _key(text, str(path))


def _put(path: Path, text: bytes) -> None:
    """Write a file, whole or not at all, that only its owner reads; none is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_bytes(text)
        os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def _private_text(path: Path) -> bytes:
    """Read a file that nobody else can read. Its name is not told: it may be a key, misplaced."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigError(
                    f"{path}, which DIGEST_DKIM_KEY names, is open to others (mode"
                    f" {stat.S_IMODE(mode):04o}), who could sign as you: chmod 600 {path}"
                )
            return file.read()
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or "no such name"
        raise ConfigError(
            f"DIGEST_DKIM_KEY is no PEM text (-----BEGIN …), and as a file it can't be read:"
            f" {reason}; {_MAKE_ONE}"
        ) from None


def _key(text: bytes, where: str) -> SigningKey:
    try:
        key = load_pem_private_key(text, password=None)
    except TypeError:
        raise ConfigError(f"{where} has a passphrase: write the key without one") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(f"{where} holds no private key in PEM: {_MAKE_ONE}") from None
    if isinstance(key, RSAPrivateKey):
        return _rsa(key, where)
    if isinstance(key, Ed25519PrivateKey):
        return _ed25519(key)
    raise ConfigError(f"{where} holds neither an RSA nor an Ed25519 key: {_MAKE_ONE}")


def _rsa(key: RSAPrivateKey, where: str) -> SigningKey:
    if not _FEWEST_BITS <= key.key_size <= _MOST_BITS:
        raise ConfigError(
            f"{where} holds an RSA key of {key.key_size} bits, and receivers take {_FEWEST_BITS} to"
            f" {_MOST_BITS} (RFC 8301): use one of {GOOD_BITS}; {_MAKE_ONE}"
        )
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    padding, digest = PKCS1v15(), Prehashed(SHA256())
    return SigningKey(
        algorithm="rsa-sha256",
        bits=key.key_size,
        published=f"v=DKIM1; k=rsa; p={b64encode(public).decode()}",
        sign=lambda hashed: key.sign(hashed, padding, digest),
    )


def _ed25519(key: Ed25519PrivateKey) -> SigningKey:
    """Sign the digest itself, and publish the key without its frame (RFC 8463 §3, §4.2)."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return SigningKey(
        algorithm="ed25519-sha256",
        bits=256,
        published=f"v=DKIM1; k=ed25519; p={b64encode(public).decode()}",
        sign=key.sign,
    )
