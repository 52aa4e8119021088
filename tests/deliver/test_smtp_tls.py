"""Who listens in, and who may speak: STARTTLS, TLS from the first byte, AUTH."""

import base64
import ipaddress
import quopri
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digest.deliver.provider import Receipt
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call, a_letter
from tests.servers import smtp
from tests.servers.smtp import EXTENSIONS, PIPELINING, LookAlike


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "look-alike")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=10_000))
        .not_valid_after(now + timedelta(days=10_000))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    own = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "look-alike.pem"
    path.write_bytes(own + made.public_bytes(pem))
    return path


@pytest.fixture(params=[EXTENSIONS, PIPELINING], ids=["one by one", "pipelined"])
def relay(request: pytest.FixtureRequest, tmp_path: Path, certificate: Path) -> Iterator[LookAlike]:
    extensions = (*request.param, "STARTTLS", "AUTH PLAIN LOGIN")
    with smtp.running(tmp_path / "accepted", extensions=extensions) as running:
        running.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        running.tls.load_cert_chain(certificate)
        yield running


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def deliver(relay: LookAlike, url: str, readers: int = 3, *, size: int = 0) -> Receipt:
    provider = open_provider(url.format(relay.server_address[1]), secrets={})
    try:
        return provider.deliver(a_call(readers, letter=a_letter(html="<p>" + "à" * size)))
    finally:
        provider.close()


@pytest.mark.usefixtures("trusted")
def test_mails_go_through_tls_once_the_relay_agreed_to_it(relay: LookAlike) -> None:
    receipt = deliver(relay, "smtp://127.0.0.1:{}", size=90_000)
    assert (receipt.outcome, receipt.untried) == (Outcome.ACCEPTED, frozenset())
    assert [quopri.decodestring(mail).count("à".encode()) for _, mail in relay.mails] == [
        90_000
    ] * 3
    assert relay.heard.index("STARTTLS") < relay.heard.index("MAIL")


@pytest.mark.usefixtures("trusted")
def test_a_kept_connection_goes_on_under_tls(relay: LookAlike) -> None:
    provider = open_provider(f"smtp://127.0.0.1:{relay.server_address[1]}", secrets={})
    outcomes = [provider.deliver(a_call(2)).outcome for _ in range(3)]
    provider.close()
    assert outcomes == [Outcome.ACCEPTED] * 3
    assert relay.connections == 1


@pytest.mark.usefixtures("trusted")
def test_mails_go_through_tls_from_the_first_byte(relay: LookAlike) -> None:
    relay.tls_first = True
    receipt = deliver(relay, "smtps://127.0.0.1:{}")
    assert receipt.outcome is Outcome.ACCEPTED
    assert len(relay.mails) == 3


def test_a_relay_whom_nobody_vouches_for_gets_no_mail(relay: LookAlike) -> None:
    receipt = deliver(relay, "smtp://127.0.0.1:{}")
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert "certificate" in receipt.detail
    assert "MAIL" not in relay.heard


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("injected", ["250 2.0.0 welcome", "", "235 2.7.0 welcome\r\n250"])
def test_who_speaks_between_starttls_and_the_handshake_ends_it(
    relay: LookAlike, injected: str
) -> None:
    relay.script = {"STARTTLS": f"220 go\r\n{injected}"}
    receipt = deliver(relay, "smtp://awa:hush-hush@127.0.0.1:{}")
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert "before TLS begins" in receipt.detail
    assert not {"AUTH", "MAIL"} & set(relay.heard)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("how", ["PLAIN", "LOGIN"])
def test_we_log_in_under_tls_only(relay: LookAlike, how: str) -> None:
    relay.extensions = (*relay.extensions[:-1], f"AUTH {how}")
    name = base64.b64encode(b"\0awa\0hush-hush" if how == "PLAIN" else b"awa").decode()
    receipt = deliver(relay, "smtp://awa:hush-hush@127.0.0.1:{}")
    assert receipt.outcome is Outcome.ACCEPTED
    assert relay.logins == [f"AUTH {how} {name}"]
    assert relay.heard.index("STARTTLS") < relay.heard.index("AUTH")
