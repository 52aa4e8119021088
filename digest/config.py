"""Which settings does this installation run with? Read once, from the environment."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from digest.errors import ConfigError

VAR = Path("var")
"""Everything a run leaves behind: database, outbox, secret key. Ignored by git."""
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts between which and us nobody listens in."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The installation's settings; every field is an environment variable."""

    database_url: str = "sqlite:///var/digest.db"
    """DIGEST_DATABASE_URL."""
    provider_url: str = "outbox://var/outbox"
    """DIGEST_PROVIDER_URL: where mail goes."""
    site_url: str = ""
    """DIGEST_SITE_URL: where readers reach `digest serve`; empty takes schedule.yaml's site.url."""
    secret_key: bytes
    """DIGEST_SECRET_KEY, ≥ 16 characters: signs links, hashes addresses. Links die with it."""
    schedule: Path = Path("schedule.yaml")
    """DIGEST_SCHEDULE."""
    sendgrid_api_key: str = ""
    """SENDGRID_API_KEY."""
    sendgrid_webhook_key: str = ""
    """SENDGRID_WEBHOOK_KEY: proves that events are SendGrid's; base64, as its pages show it."""
    mailgun_api_key: str = ""
    """MAILGUN_API_KEY."""
    postmark_server_token: str = ""
    """POSTMARK_SERVER_TOKEN."""
    brevo_api_key: str = ""
    """BREVO_API_KEY."""
    dkim_key: str = ""
    """DIGEST_DKIM_KEY: signs mail through a relay; a PEM text or a file's path; empty: no."""
    dkim_selector: str = ""
    """DIGEST_DKIM_SELECTOR: the name that the key is published under."""
    dkim_domain: str = ""
    """DIGEST_DKIM_DOMAIN: whose key it is; empty: the sender's domain."""
    summaries_url: str = ""
    """DIGEST_SUMMARIES_URL: an OpenAI-compatible server's base; empty: no machine writes."""
    summaries_model: str = ""
    """DIGEST_SUMMARIES_MODEL: the model's name there."""
    summaries_key: str = ""
    """DIGEST_SUMMARIES_KEY: what the server asks for; may be empty."""
    log: str = ""
    """DIGEST_LOG: `text` or `json` writes log lines to stderr; empty: only `digest serve` does."""
    semantic: bool = False
    """DIGEST_SEMANTIC: `yes` compares meanings too, across languages; needs `digest[semantic]`."""
    mailbox_passwords: Mapping[str, str] = field(default_factory=dict)
    """DIGEST_MAILBOX_NAME_PASSWORD, NAME a source's in capitals with _ for -: by such names."""
    metrics_token: str = ""
    """DIGEST_METRICS_TOKEN, ≥ 16 characters: what /metrics asks for; empty: no such page."""

    def __repr__(self) -> str:
        """Show no secrets: provider and database URLs may hold passwords."""
        return f"Settings(schedule={str(self.schedule)!r}, site_url={self.site_url!r})"

    @property
    def provider_secrets(self) -> Mapping[str, str]:
        """Give the keys of email APIs by the names of their variables: providers get no others.

        Where mail is signed, what signs it goes along.
        """
        signing = {
            "DIGEST_DKIM_KEY": self.dkim_key,
            "DIGEST_DKIM_SELECTOR": self.dkim_selector,
            "DIGEST_DKIM_DOMAIN": self.dkim_domain,
        }
        return (signing if self.dkim_key else {}) | {
            "SENDGRID_API_KEY": self.sendgrid_api_key,
            "MAILGUN_API_KEY": self.mailgun_api_key,
            "POSTMARK_SERVER_TOKEN": self.postmark_server_token,
            "BREVO_API_KEY": self.brevo_api_key,
        }


def read_settings(environ: Mapping[str, str] | None = None, *, var: Path = VAR) -> Settings:
    """Read the settings; make a secret key under `var` on the first run.

    Raises:
        ConfigError: a variable holds something unusable.
    """
    env = os.environ if environ is None else environ
    summaries_url, summaries_model, summaries_key = _summaries(env)
    dkim_key, dkim_selector, dkim_domain = _dkim(env)
    return Settings(
        database_url=env.get("DIGEST_DATABASE_URL") or Settings.database_url,
        provider_url=env.get("DIGEST_PROVIDER_URL") or Settings.provider_url,
        site_url=_site_url(env.get("DIGEST_SITE_URL", "")),
        secret_key=_secret_key(env.get("DIGEST_SECRET_KEY", ""), var / "secret.key"),
        schedule=Path(env.get("DIGEST_SCHEDULE") or Settings.schedule),
        sendgrid_api_key=env.get("SENDGRID_API_KEY", "").strip(),
        sendgrid_webhook_key=env.get("SENDGRID_WEBHOOK_KEY", "").strip(),
        mailgun_api_key=env.get("MAILGUN_API_KEY", "").strip(),
        postmark_server_token=env.get("POSTMARK_SERVER_TOKEN", "").strip(),
        brevo_api_key=env.get("BREVO_API_KEY", "").strip(),
        dkim_key=dkim_key,
        dkim_selector=dkim_selector,
        dkim_domain=dkim_domain,
        summaries_url=summaries_url,
        summaries_model=summaries_model,
        summaries_key=summaries_key,
        log=read_log(env),
        semantic=_yes(env.get("DIGEST_SEMANTIC", "").strip(), "DIGEST_SEMANTIC"),
        mailbox_passwords=_mailbox_passwords(env),
        metrics_token=_metrics_token(env.get("DIGEST_METRICS_TOKEN", "").strip()),
    )


def read_log(environ: Mapping[str, str]) -> str:
    """Read which log lines are wished for, before anything else is.

    Raises:
        ConfigError: in a form that there is not.
    """
    form = environ.get("DIGEST_LOG", "").strip()
    if form not in {"", "text", "json"}:
        raise ConfigError(f"DIGEST_LOG is {form!r}: say text or json, or nothing")
    return form


def _mailbox_passwords(env: Mapping[str, str]) -> dict[str, str]:
    found = ((re.fullmatch("DIGEST_(MAILBOX)_([A-Z0-9_]+)_PASSWORD", key), key) for key in env)
    return {match[2]: env[key] for match, key in found if match and env[key]}


def _yes(text: str, name: str) -> bool:
    if text not in {"", "yes", "no"}:
        raise ConfigError(f"{name} is {text!r}: say yes or no")
    return text == "yes"


def _summaries(env: Mapping[str, str]) -> tuple[str, str, str]:
    url = env.get("DIGEST_SUMMARIES_URL", "").strip()
    model = env.get("DIGEST_SUMMARIES_MODEL", "").strip()
    key = env.get("DIGEST_SUMMARIES_KEY", "").strip()
    if url and not _is_web_address(url):
        raise ConfigError(
            f"DIGEST_SUMMARIES_URL is {url!r}: give an address such as http://127.0.0.1:8080/v1"
        )
    if url and not model:
        raise ConfigError(
            "DIGEST_SUMMARIES_URL is set and DIGEST_SUMMARIES_MODEL is not: name the model that is"
            " to write summaries, or unset both"
        )
    if key and url.startswith("http:") and urlsplit(url).hostname not in _HERE:
        raise ConfigError(
            f"DIGEST_SUMMARIES_KEY would be sent to {url} in the clear: let DIGEST_SUMMARIES_URL be"
            " https://…"
        )
    return url, model, key


def _dkim(env: Mapping[str, str]) -> tuple[str, str, str]:
    """Read what signs mail: the key and its selector, or neither."""
    key = env.get("DIGEST_DKIM_KEY", "").strip()
    selector = env.get("DIGEST_DKIM_SELECTOR", "").strip().lower()
    domain = env.get("DIGEST_DKIM_DOMAIN", "").strip()
    if key and not selector:
        raise ConfigError(
            "DIGEST_DKIM_KEY is set and DIGEST_DKIM_SELECTOR is not: receivers would not find the"
            " key in the DNS; set the name it is published under, or unset both"
        )
    if (selector or domain) and not key:
        name = "DIGEST_DKIM_SELECTOR" if selector else "DIGEST_DKIM_DOMAIN"
        raise ConfigError(
            f"{name} is set and DIGEST_DKIM_KEY is not: mail would go out unsigned; set the key"
            " (`digest dkim new` makes one), or unset both"
        )
    return key, selector, domain


def _metrics_token(token: str) -> str:
    if token and len(token) < 16:
        raise ConfigError(
            "DIGEST_METRICS_TOKEN is shorter than 16 characters: use e.g. 32 random hex digits"
        )
    return token


def _site_url(text: str) -> str:
    if text.strip() and not _is_web_address(text.strip()):
        raise ConfigError(
            f"DIGEST_SITE_URL is {text!r}: give an address such as https://digest.example.org"
        )
    return text.strip().rstrip("/")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # a damaged [::1]
        return False


def _secret_key(text: str, path: Path) -> bytes:
    key = text or _kept_key(path)
    if len(key) < 16:
        where = "DIGEST_SECRET_KEY" if text else str(path)
        raise ConfigError(f"{where} is shorter than 16 characters: use e.g. 32 random hex digits")
    return key.encode()


def _kept_key(path: Path) -> str:
    """Read the key made on the first run; make it, whole or not at all, when there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            os.link(fresh, path)  # fails, rather than replaces, when another process was faster
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
