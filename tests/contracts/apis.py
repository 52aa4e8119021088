"""The email APIs that are held to one table of answers, each with its look-alike."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from digest.deliver.provider import Provider
from digest.deliver.providers.urls import open_provider
from tests.servers import brevo, mailgun, postmark, sendgrid
from tests.servers.http import LookAlike, Step


class Running(Protocol):
    def __call__(
        self, record: Path, *, script: Sequence[Step] = (), delay: float = 0.0
    ) -> AbstractContextManager[LookAlike]: ...


@dataclass(frozen=True, kw_only=True)
class EmailApi:
    running: Running
    secret: tuple[str, str]
    """The variable that holds its key, and the look-alike's key."""
    at: Callable[[int], str]
    """Gives its URL on a port of this machine."""
    refuses: int = 400
    """The status by which it refuses a request that it does not like."""


APIS: Mapping[str, EmailApi] = {
    "sendgrid": EmailApi(
        running=sendgrid.running,
        secret=("SENDGRID_API_KEY", sendgrid.KEY),
        at=sendgrid.rules().url,
    ),
    "mailgun": EmailApi(
        running=mailgun.running,
        secret=("MAILGUN_API_KEY", mailgun.KEY),
        at=mailgun.RULES.url,
    ),
    "postmark": EmailApi(
        running=postmark.running,
        secret=("POSTMARK_SERVER_TOKEN", postmark.TOKEN),
        at=postmark.RULES.url,
        refuses=422,
    ),
    "brevo": EmailApi(
        running=brevo.running, secret=("BREVO_API_KEY", brevo.KEY), at=brevo.RULES.url
    ),
}
SECRETS = dict(api.secret for api in APIS.values())


def provider_at(url: str) -> Provider:
    return open_provider(url, secrets=SECRETS)
