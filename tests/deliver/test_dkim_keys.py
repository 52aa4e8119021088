"""A key is read or refused in words that never hold it, and made for its owner's eyes alone."""

import stat
import traceback
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from digest.deliver.dkim_keys import Record, make_key, read_key
from digest.errors import ConfigError
from tests.deliver.signed import KINDS, a_key, a_pem, a_signer


def pem(key: PrivateKeyTypes, lock: KeySerializationEncryption | None = None) -> str:
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption())
    return text.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_was_made_can_be_read_by_its_owner_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "new" / "key.pem"
    made = make_key(path, kind)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(str(path)).published == made.published


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("mine")
    with pytest.raises(ConfigError, match=r"key.pem is there already"):
        make_key(path, "rsa")
    assert path.read_text() == "mine"


def test_a_key_that_can_not_be_written_is_an_error_of_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="can't be written"):
        make_key(tmp_path / "file" / "key.pem", "rsa")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key.pem"
    path.write_text(a_pem("rsa"))
    path.chmod(mode)
    with pytest.raises(ConfigError, match=f"mode {mode:04o}.*chmod 600"):
        read_key(str(path))
    path.chmod(0o400)
    assert read_key(str(path)).bits == 2048


def test_a_text_may_write_its_line_breaks_as_backslash_n() -> None:
    assert read_key(a_pem("rsa").replace("\n", "\\n")).published == a_key().published


def test_the_record_holds_the_public_half_alone() -> None:
    assert a_key().published.startswith("v=DKIM1; k=rsa; p=MIIBIjAN")
    text = a_key("ed25519").published
    assert text.startswith("v=DKIM1; k=ed25519; p=")
    assert len(b64decode(text.partition("p=")[2])) == 32


def test_a_zone_file_has_strings_that_the_dns_can_hold() -> None:
    record = Record(name="digest._domainkey.digest.example", text=a_key().published)
    before, *pieces = record.zone_line.split('"')
    strings = pieces[::2]
    assert before == "digest._domainkey.digest.example. IN TXT ( "
    assert "".join(strings) == record.text
    assert max(map(len, strings)) == 255


def of_primes(p: int, q: int) -> RSAPrivateKey:
    """An RSA key of a length that nothing makes any more."""
    e = 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(e, p * q),
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (of_primes(2**127 - 1, 2**607 - 1), "an RSA key of 734 bits, and receivers take 1024 to"),
        (of_primes(2**2203 - 1, 2**2281 - 1), "an RSA key of 4484 bits"),
        (ec.generate_private_key(ec.SECP256R1()), "neither an RSA nor an Ed25519 key"),
    ],
    ids=["short", "long", "EC"],
)
def test_a_key_that_receivers_do_not_take_is_refused(key: PrivateKeyTypes, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_key(pem(key))


def test_a_key_of_1024_bits_still_signs() -> None:
    assert read_key(pem(of_primes(2**521 - 1, 2**607 - 1))).bits == 1128


def test_a_key_behind_a_passphrase_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ConfigError, match="DIGEST_DKIM_KEY has a passphrase"):
        read_key(pem(key, BestAvailableEncryption(b"x")))


@pytest.mark.parametrize(
    "setting",
    [
        "MC4CAQAwBQYDK2VwBCIEIsecret/secret+secret",  # a key without its first and last line
        "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----",
        "secret" * 1000,
        "secret\0",
    ],
)
def test_what_is_no_key_is_never_repeated(setting: str) -> None:
    with pytest.raises(ConfigError, match=r"`digest dkim new` makes a key") as error:
        read_key(setting)
    assert "secret" not in "".join(traceback.format_exception(error.value))
    assert "DIGEST_DKIM_KEY" in str(error.value)


def test_a_file_that_holds_no_key_is_said_without_its_text(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("secret")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="the file that DIGEST_DKIM_KEY names holds no private"):
        read_key(str(path))


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_shows_itself(kind: str) -> None:
    signer = a_signer(kind)
    middle = a_pem(kind).splitlines()[1]
    assert middle not in repr((signer, vars(signer), signer.key))
