"""What does a provider have to do? One verb, one answer; everything else is the ledger's.

A provider never retries by itself and never raises for what a provider can answer: whether a call
may be made again is decided in digest.deliver.batches from the receipt alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from digest.deliver.headers import unsubscribe_headers
from digest.deliver.personalise import values_of
from digest.model.delivery import Outcome


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What all recipients of a call get; may hold digest.model.issue.PLACEHOLDERS."""

    sender_name: str
    sender_address: str
    reply_to: str = ""
    subject: str
    html: str
    text: str
    language: str
    tracked: bool = False
    """Its recipients agreed to be counted: the provider may notice that they open it. What links
    they follow is no provider's business, see digest.pipeline.links."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The same for every recipient: List-ID, Feedback-ID, Precedence, Auto-Submitted."""


class Personal(NamedTuple):
    """One recipient of a call and what is theirs alone. A tuple: a million are made an issue."""

    id: int
    """Subscriber id: how receipts name recipients."""
    address: str
    name: str
    unsubscribe_url: str
    message_id: str = ""
    """Names the mail, whoever sends it how often; none for a proof, which is nobody's mail."""

    @property
    def values(self) -> dict[str, str]:
        """Give placeholder name → text, fit for the mail (…_HTML already escaped)."""
        return values_of(name=self.name, address=self.address, unsubscribe_url=self.unsubscribe_url)

    @property
    def headers(self) -> dict[str, str]:
        """Give List-Unsubscribe, List-Unsubscribe-Post and Message-ID."""
        if not self.message_id:
            return {}
        return {**unsubscribe_headers(self.unsubscribe_url), "Message-ID": self.message_id}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One attempt's mail: a letter for up to the provider's capacity of recipients."""

    attempt_id: str
    issue_id: int
    """0 for a proof."""
    batch_id: int
    letter: Letter
    to: tuple[Personal, ...]
    deadline: datetime
    """Aware, UTC: the provider gives up, with outcome unknown or refused, before it."""
    label: str = "issue"
    """What people call the issue, in words fit for a file name: `hebdo-sahel-12`."""
    return_paths: Callable[[int], str] | None = None
    """Where a recipient's mail comes back to, by id; none: to the sender's own address."""

    def return_path(self, to: Personal) -> str:
        """Give the envelope's sender of one recipient's mail."""
        if self.return_paths is None:
            return self.letter.sender_address
        return self.return_paths(to.id)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What came of a call.

    A provider that takes recipients one by one (SMTP) may have a mixed result: `outcome` then
    speaks of the recipients named nowhere else, `refused`, `unknown` and `untried` of theirs.
    """

    outcome: Outcome
    """ACCEPTED, REFUSED or UNKNOWN; never OPEN."""
    ref: str = ""
    """The provider's own id of the call."""
    detail: str = ""
    """The provider's own words, for a person to read; no secrets, no addresses."""
    retry_after: float | None = None
    """Seconds to wait, when the provider said so."""
    permanent: bool = False
    """A refusal that trying again can't change: bad key, bad request."""
    refused: Mapping[int, str] = field(default_factory=dict)
    """Recipients refused for good, by subscriber id, with the reason."""
    unknown: frozenset[int] = frozenset()
    """Recipients of whom nobody can say whether they were mailed."""
    untried: frozenset[int] = frozenset()
    """Recipients that were not mailed for sure and may be tried again."""
    provider: str = ""
    """Who took it, where the provider is made of several."""


class Provider(Protocol):
    """Where mail goes: an email API, a relay, a folder."""

    @property
    def name(self) -> str:
        """Scheme of its URL: `sendgrid`."""

    @property
    def where(self) -> str:
        """Say where the mail goes, for a person: `var/outbox/index.html`, `smtp.example.org`."""

    @property
    def capacity(self) -> int:
        """Recipients a call may have."""

    @property
    def workers(self) -> int:
        """Calls that are worth making at once."""

    @property
    def idempotent(self) -> bool:
        """Whether the same call made twice mails once: a folder can promise it, no API does."""

    def deliver(self, call: Call) -> Receipt:
        """Make the call and say what came of it."""

    def close(self) -> None:
        """Give back connections."""
