"""Settings come from the environment; the secret key is made once and kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from digest.app import event_keys_of, summariser_of
from digest.config import read_settings
from digest.errors import ConfigError

KEY = {"DIGEST_SECRET_KEY": "0123456789abcdef"}
KEYS = ("SENDGRID_API_KEY", "MAILGUN_API_KEY", "POSTMARK_SERVER_TOKEN", "BREVO_API_KEY")
"""Of email APIs."""


def test_without_variables_everything_is_embedded(tmp_path: Path) -> None:
    settings = read_settings({}, var=tmp_path)
    assert settings.database_url == "sqlite:///var/digest.db"
    assert settings.provider_url == "outbox://var/outbox"
    assert settings.schedule == Path("schedule.yaml")


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = read_settings({}, var=var).secret_key
    assert read_settings({}, var=var).secret_key == first
    assert len(first) == 64
    assert stat.S_IMODE((var / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["secret.key"]


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_settings({}, var=tmp_path).secret_key, range(32)))
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DIGEST_SECRET_KEY": "short"}, "DIGEST_SECRET_KEY is shorter than 16"),
        (KEY | {"DIGEST_SITE_URL": "digest.example.org"}, "DIGEST_SITE_URL is 'digest"),
        (KEY | {"DIGEST_SITE_URL": "ftp://digest.example.org"}, "https://"),
        (KEY | {"DIGEST_SITE_URL": "http://[::1"}, "https://"),
    ],
)
def test_an_unusable_variable_is_named(variables: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_settings(variables)


def test_settings_never_show_their_secrets() -> None:
    variables = KEY | {
        "DIGEST_PROVIDER_URL": "smtp://u:hunter2@mail.example:587",
        **dict.fromkeys(KEYS, "hunter2"),
    }
    shown = repr(read_settings(variables))
    assert "hunter2" not in shown
    assert KEY["DIGEST_SECRET_KEY"] not in shown


def test_a_provider_gets_the_keys_by_the_names_of_their_variables() -> None:
    given = {name: f" key of {name}\n" for name in KEYS}
    secrets = read_settings(KEY | given).provider_secrets
    assert secrets == {name: f"key of {name}" for name in KEYS}


@pytest.mark.parametrize("form", ["", "text", " json "])
def test_log_lines_come_in_a_form_that_there_is(tmp_path: Path, form: str) -> None:
    environ = {"DIGEST_SECRET_KEY": "0123456789abcdef", "DIGEST_LOG": form}
    assert read_settings(environ, var=tmp_path).log == form.strip()
    with pytest.raises(ConfigError, match="DIGEST_LOG is 'loud'"):
        read_settings(environ | {"DIGEST_LOG": "loud"}, var=tmp_path)


def test_a_token_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    environ = {"DIGEST_SECRET_KEY": "0123456789abcdef"}
    assert read_settings(environ, var=tmp_path).metrics_token == ""
    long = environ | {"DIGEST_METRICS_TOKEN": "0123456789abcdef"}
    assert read_settings(long, var=tmp_path).metrics_token == "0123456789abcdef"
    with pytest.raises(ConfigError, match="DIGEST_METRICS_TOKEN is shorter"):
        read_settings(environ | {"DIGEST_METRICS_TOKEN": "short"}, var=tmp_path)


SUMMARIES = KEY | {"DIGEST_SUMMARIES_URL": "http://127.0.0.1:8080/v1"}


def test_a_machine_writes_summaries_where_one_is_named() -> None:
    assert summariser_of(read_settings(KEY)) is None
    named = SUMMARIES | {"DIGEST_SUMMARIES_MODEL": "small", "DIGEST_SUMMARIES_KEY": "secret"}
    settings = read_settings(named)
    assert summariser_of(settings) is not None
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "DIGEST_SUMMARIES_MODEL is not: name the model"),
        ({"DIGEST_SUMMARIES_URL": "here"}, "DIGEST_SUMMARIES_URL is 'here'"),
        (
            {
                "DIGEST_SUMMARIES_URL": "http://machine.example/v1",
                "DIGEST_SUMMARIES_MODEL": "small",
                "DIGEST_SUMMARIES_KEY": "secret",
            },
            "in the clear",
        ),
    ],
)
def test_half_a_machine_is_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        read_settings(SUMMARIES | given)


def test_events_are_heard_of_whose_key_is_set() -> None:
    assert event_keys_of(read_settings(KEY)) == {}
    heard = read_settings(KEY | {"SENDGRID_WEBHOOK_KEY": " MFkw \n"})
    assert event_keys_of(heard) == {"sendgrid": "MFkw"}


DKIM = {"DIGEST_DKIM_KEY": " /etc/digest/dkim.pem\n", "DIGEST_DKIM_SELECTOR": "Digest2026"}


def test_what_signs_mail_goes_to_providers_too() -> None:
    settings = read_settings(KEY | DKIM | {"DIGEST_DKIM_DOMAIN": "digest.example"})
    given = {name: text for name, text in settings.provider_secrets.items() if "DKIM" in name}
    assert given == {
        "DIGEST_DKIM_KEY": "/etc/digest/dkim.pem",
        "DIGEST_DKIM_SELECTOR": "digest2026",
        "DIGEST_DKIM_DOMAIN": "digest.example",
    }
    assert "dkim.pem" not in repr(settings)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DIGEST_DKIM_KEY": "secret"}, "DIGEST_DKIM_KEY is set and DIGEST_DKIM_SELECTOR is not"),
        ({"DIGEST_DKIM_SELECTOR": "x"}, "DIGEST_DKIM_SELECTOR is set and DIGEST_DKIM_KEY is not"),
        ({"DIGEST_DKIM_DOMAIN": "x"}, "DIGEST_DKIM_DOMAIN is set and DIGEST_DKIM_KEY is not"),
    ],
)
def test_mail_is_signed_with_all_that_takes_or_not_at_all(
    variables: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        read_settings(KEY | variables)
    assert "secret" not in str(error.value)


def test_passwords_of_mailboxes_go_by_the_names_of_their_sources(tmp_path: Path) -> None:
    env = {"DIGEST_MAILBOX_AGENCE_X_PASSWORD": "s3cret", "DIGEST_MAILBOX__PASSWORD": ""}
    settings = read_settings(env, var=tmp_path)
    assert settings.mailbox_passwords == {"AGENCE_X": "s3cret"}
    assert "s3cret" not in repr(settings)
