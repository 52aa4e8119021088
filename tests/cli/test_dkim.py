"""`digest dkim new` makes the key, `digest check` says what it is good for, and both the record."""

import json
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from digest.app import provider_of
from digest.cli import dkim, running, schedule
from digest.config import read_settings
from digest.errors import ConfigError
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline
from tests.deliver.signed import a_pem
from tests.deliver.test_dkim_keys import of_primes, pem

RELAY = "smtp://127.0.0.1:1?tls=no"
SENDER = "lettre@digest.example"


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    monkeypatch.setenv("DIGEST_SITE_URL", "https://digest.example")
    given = commandline(
        tmp_path, database, monkeypatch, dkim.register, running.register, schedule.register
    )
    monkeypatch.setenv("DIGEST_PROVIDER_URL", RELAY)
    return given


def told(digest: Digest) -> list[tuple[str, str]]:
    """What `digest check` says of DKIM: level and words."""
    found = json.loads(digest("check", "--json")[1])
    return [(one["level"], one["words"]) for one in found if one["about"] == "dkim"]


def sign(monkeypatch: pytest.MonkeyPatch, key: str, selector: str = "digest") -> None:
    monkeypatch.setenv("DIGEST_DKIM_KEY", key)
    monkeypatch.setenv("DIGEST_DKIM_SELECTOR", selector)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_new_key_is_set_as_the_command_says(
    digest: Digest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    code, output = digest("dkim", "new", "--kind", kind)
    assert code == 0, output
    lines = [line.strip() for line in output.splitlines()]
    for line in lines:
        if line.startswith("DIGEST_"):
            monkeypatch.setenv(*line.split("=", 1))
    path = tmp_path / "var" / "dkim-digest.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().splitlines()[1] not in output
    [record] = [line for line in lines if line.startswith("v=DKIM1")]
    (signed, words), (listed, dns) = told(digest)
    assert (signed, listed) == ("ok", "ok")
    assert f"{kind}-sha256" in words
    assert "digest._domainkey." in dns
    assert f'TXT "{record}"' in dns


def test_a_key_is_not_replaced_and_a_new_selector_makes_another(digest: Digest) -> None:
    assert digest("dkim", "new")[0] == 0
    code, output = digest("dkim", "new")
    assert code == 3
    assert "dkim-digest.pem is there already" in output
    value = json.loads(digest("dkim", "new", "--selector", "next", "--json")[1])
    assert value["file"].endswith("dkim-next.pem")
    assert value["record"]["name"].startswith("next._domainkey.")


@pytest.mark.parametrize(
    "wrong", [("--selector", "../x"), ("--selector", ""), ("--domain", "bank.example")]
)
def test_no_key_is_made_for_a_name_that_could_not_be_used(
    digest: Digest, tmp_path: Path, wrong: tuple[str, ...]
) -> None:
    code, output = digest("dkim", "new", *wrong)
    assert code == 3
    assert "DIGEST_DKIM_" in output
    assert list(tmp_path.rglob("*.pem")) == []


def test_a_check_says_that_the_relay_has_to_sign(digest: Digest) -> None:
    [(level, words)] = told(digest)
    assert level == "ok"
    assert "the relay must" in words


def test_a_check_says_nothing_where_nobody_is_mailed(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_PROVIDER_URL", "outbox://var/outbox")
    assert told(digest) == []


def test_a_check_says_that_an_email_api_signs_by_itself(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_PROVIDER_URL", "sendgrid://")
    sign(monkeypatch, a_pem("rsa"))
    [(level, words)] = told(digest)
    assert level == "ok"
    assert "signs by itself" in words


def test_a_check_warns_of_a_short_key(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(monkeypatch, pem(of_primes(2**521 - 1, 2**607 - 1)))
    (level, words), _ = told(digest)
    assert level == "warn"
    assert "1128 bits: receivers ask for 2048" in words


@pytest.mark.parametrize(
    ("key", "name", "wanted"),
    [
        ("no key", "digest@", "DIGEST_DKIM_KEY is no PEM text"),
        (a_pem("ed25519"), "a b@", "DIGEST_DKIM_SELECTOR is 'a b'"),
        (a_pem("ed25519"), "digest@bank.example", "DIGEST_DKIM_DOMAIN is bank.example"),
    ],
)
def test_what_can_not_sign_is_an_error_before_anything_is_sent(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, key: str, name: str, wanted: str
) -> None:
    selector, _, domain = name.partition("@")
    sign(monkeypatch, key, selector)
    monkeypatch.setenv("DIGEST_DKIM_DOMAIN", domain)
    [(level, words)] = told(digest)
    assert level == "error"
    assert wanted in words
    with pytest.raises(ConfigError, match=wanted):
        provider_of(read_settings(), SENDER)()


def test_a_provider_opens_with_a_key_of_the_sender_s(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(
        read_settings({"DIGEST_SECRET_KEY": "0123456789abcdef"}),
        provider_url=RELAY,
        dkim_key=a_pem("ed25519"),
        dkim_selector="digest",
    )
    with closing(provider_of(settings, SENDER)()) as provider:
        assert provider.name == "smtp"
