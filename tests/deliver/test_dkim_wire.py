"""What arrives is what was signed, byte for byte, whichever way it goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.deliver.providers.urls import open_provider
from digest.errors import ConfigError
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call, a_letter, a_personal
from tests.deliver.signed import KINDS, a_signer, dkim_settings, verifies
from tests.servers import smtp
from tests.servers.smtp import EXTENSIONS, PIPELINING, LookAlike

DOTS = ".\n..\n.%%NAME%%\n\n...\n.\n"


@pytest.fixture(params=[EXTENSIONS, PIPELINING], ids=["one by one", "pipelined"])
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LookAlike]:
    with smtp.running(tmp_path / "accepted", extensions=request.param) as running:
        yield running


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_relay_gets_verifies(relay: LookAlike, kind: str) -> None:
    letter = a_letter(text=DOTS, html=DOTS, subject="الساحل: été 🗞️ " * 12)
    to = (a_personal(1, name="."), a_personal(2, address="zoë@readers.example"), a_personal(3))
    provider = open_provider(relay.url, secrets=dkim_settings(kind))
    assert provider.deliver(a_call(letter=letter, to=to)).outcome is Outcome.ACCEPTED
    provider.close()
    assert len(relay.mails) == 3
    assert all(verifies(mail, a_signer(kind)) for _, mail in relay.mails)


def test_an_outbox_shows_signed_mails_where_a_key_is_set(tmp_path: Path) -> None:
    provider = open_provider(f"outbox://{tmp_path}", secrets=dkim_settings())
    provider.deliver(a_call(2))
    mails = [path.read_bytes() for path in tmp_path.glob("*.eml")]
    assert len(mails) == 2
    assert all(map(verifies, mails))


def test_every_relay_of_a_group_gets_signed_mails(relay: LookAlike, tmp_path: Path) -> None:
    group = f"failover({relay.url} outbox://{tmp_path / 'outbox'})"
    provider = open_provider(group, secrets=dkim_settings())
    provider.deliver(a_call(1))
    provider.close()
    [(_, mail)] = relay.mails
    assert verifies(mail)


def test_a_letter_of_another_domain_is_refused_whole(relay: LookAlike) -> None:
    settings = dkim_settings() | {"DIGEST_DKIM_DOMAIN": "bank.example"}
    provider = open_provider(relay.url, secrets=settings)
    receipt = provider.deliver(a_call(2))
    provider.close()
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert "mail comes from digest.example" in receipt.detail
    assert relay.mails == []


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1?tls=no", "outbox://var/outbox"])
def test_a_key_that_can_not_sign_opens_no_provider(url: str) -> None:
    with pytest.raises(ConfigError, match="DIGEST_DKIM_KEY"):
        open_provider(url, secrets=dkim_settings() | {"DIGEST_DKIM_KEY": "no key"})
