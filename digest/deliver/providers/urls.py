"""Which provider does a URL name? `scheme://user:password@host:port/path?option=value`, or several:
`failover(first:// second://)`.

Options of all: `capacity` (recipients a call), `workers` (calls at once) and `rate` (recipients a
second, over all workers and machines). A scheme's module is imported when a URL names it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from digest.deliver.provider import Provider
from digest.deliver.providers.groups import members_of
from digest.deliver.providers.rated import Rated
from digest.errors import ConfigError, unknown

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")


@dataclass(frozen=True, kw_only=True, repr=False)
class ProviderUrl:
    """The parts of a provider's URL; shows no secrets."""

    scheme: str
    user: str
    password: str
    host: str
    port: int | None
    path: str
    """host and path of a folder: `var/outbox`."""
    options: Mapping[str, str]
    members: tuple[str, ...] = ()
    """The URLs between the parentheses of a group."""

    def __repr__(self) -> str:
        """Show where it leads."""
        if self.members:
            return f"{self.scheme}({len(self.members)} providers)"
        return f"{self.scheme}://{self.host or self.path}"

    def number(self, option: str, default: int, *, most: int) -> int:
        """Read an option that is a count from 1 to `most`.

        Raises:
            ConfigError: it is none.
        """
        text = self.options.get(option, str(default))
        if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
            raise ConfigError(
                f"DIGEST_PROVIDER_URL: {option}={text} of {self!r} is not from 1 to {most}"
            )
        return int(text)

    def choice(self, option: str, known: tuple[str, ...]) -> str:
        """Read an option that is one of some words; the first is the default.

        Raises:
            ConfigError: it is another.
        """
        text = self.options.get(option, known[0])
        if text not in known:
            raise ConfigError(f"DIGEST_PROVIDER_URL: {unknown(option, text, known)}")
        return text

    def rate(self) -> float | None:
        """Read how many recipients a second it may be given; None: as many as it takes.

        Raises:
            ConfigError: it is no such number.
        """
        text = self.options.get("rate", "")
        if "rate" in self.options and not (_NUMBER.fullmatch(text) and float(text) > 0):
            raise ConfigError(
                f"DIGEST_PROVIDER_URL: rate={text} of {self!r} is no number of recipients a second"
                " such as 500 or 0.5"
            )
        return float(text) if text else None

    def allow(self, *options: str) -> None:
        """Refuse options that the scheme does not know.

        Raises:
            ConfigError: there is one.
        """
        known = ("capacity", "workers", "rate", *options)
        for option in self.options:
            if option not in known:
                raise ConfigError(f"DIGEST_PROVIDER_URL: {unknown('option', option, known)}")


def open_provider(url: str, *, secrets: Mapping[str, str]) -> Provider:
    """Open the provider that a URL names.

    Raises:
        ConfigError: no such scheme, a wrong option, or a secret is missing.
    """
    parts = read_url(url)
    opener = OPENERS.get(parts.scheme)
    if opener is None:
        wrong = unknown("scheme", parts.scheme, OPENERS)
        raise ConfigError(f"DIGEST_PROVIDER_URL: {wrong}; known are {', '.join(OPENERS)}")
    rate = parts.rate()
    provider = opener(parts, secrets)
    return provider if rate is None else Rated(provider=provider, rate=rate)


def read_url(url: str) -> ProviderUrl:
    """Take a provider's URL apart.

    Raises:
        ConfigError: it has no scheme or a wrong port, or a group's parentheses don't match.
    """
    if group := members_of(url):
        return _group(*group)
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as wrong:
        raise ConfigError(f"DIGEST_PROVIDER_URL can't be read: {wrong}") from wrong
    if not parts.scheme:
        raise ConfigError("DIGEST_PROVIDER_URL names no provider: write e.g. outbox://var/outbox")
    return ProviderUrl(
        scheme=parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=parts.hostname or "",
        port=port,
        path=_folder(parts),
        options=dict(parse_qsl(parts.query, keep_blank_values=True)),
    )


def _group(scheme: str, members: tuple[str, ...]) -> ProviderUrl:
    return ProviderUrl(
        scheme=scheme,
        user="",
        password="",
        host="",
        port=None,
        path="",
        options={},
        members=members,
    )


def is_local(host: str) -> bool:
    """Say whether a host is this machine, where nobody listens in."""
    return host in {"localhost", "127.0.0.1", "::1"}


def _folder(parts: SplitResult) -> str:
    return unquote(parts.netloc + parts.path)


def _outbox(url: ProviderUrl, secrets: Mapping[str, str]) -> Provider:
    from digest.deliver.providers.outbox import open_outbox

    return open_outbox(url, secrets)


def _null(url: ProviderUrl, _secrets: Mapping[str, str]) -> Provider:
    from digest.deliver.providers.null import open_null

    return open_null(url)


def _sendgrid(url: ProviderUrl, secrets: Mapping[str, str]) -> Provider:
    from digest.deliver.providers.sendgrid import open_sendgrid

    return open_sendgrid(url, secrets)


def _mailgun(url: ProviderUrl, secrets: Mapping[str, str]) -> Provider:
    from digest.deliver.providers.mailgun import open_mailgun

    return open_mailgun(url, secrets)


def _postmark(url: ProviderUrl, secrets: Mapping[str, str]) -> Provider:
    from digest.deliver.providers.postmark import open_postmark

    return open_postmark(url, secrets)


def _brevo(url: ProviderUrl, secrets: Mapping[str, str]) -> Provider:
    from digest.deliver.providers.brevo import open_brevo

    return open_brevo(url, secrets)


def _smtp(url: ProviderUrl, secrets: Mapping[str, str]) -> Provider:
    from digest.deliver.providers.smtp import open_smtp

    return open_smtp(url, secrets)


def _ses(url: ProviderUrl, _secrets: Mapping[str, str]) -> Provider:
    try:
        from digest.deliver.providers.ses import open_ses
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "botocore":
            raise
        raise ConfigError("ses:// needs botocore: pip install 'digest[ses]'") from missing
    return open_ses(url)


def _failover(url: ProviderUrl, secrets: Mapping[str, str]) -> Provider:
    from digest.deliver.providers.failover import open_failover

    return open_failover(url, secrets)


OPENERS: Mapping[str, Callable[[ProviderUrl, Mapping[str, str]], Provider]] = {
    "outbox": _outbox,
    "sendgrid": _sendgrid,
    "smtp": _smtp,
    "smtps": _smtp,
    "mailgun": _mailgun,
    "postmark": _postmark,
    "brevo": _brevo,
    "null": _null,
    "ses": _ses,
    "failover": _failover,
}
"""Every scheme there is."""
