"""Mail through SendGrid's v3 API, up to 1,000 recipients a call.

    sendgrid://                               https://api.sendgrid.com, the key in SENDGRID_API_KEY
    sendgrid://api.eu.sendgrid.com            the European region
    sendgrid://127.0.0.1:8080?tls=no          a look-alike on this machine
    options: capacity, workers, sandbox=yes (checked, not mailed)

The library's own transport has no time-out and dials anew for each call: its types build the
request, httpx carries it. What an answer means: digest.deliver.providers.answers.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import httpx
import orjson
from sendgrid.helpers.mail import (
    Category,
    ClickTracking,
    Content,
    Email,
    From,
    Ganalytics,
    Mail,
    MailSettings,
    OpenTracking,
    SandBoxMode,
    SubscriptionTracking,
    TrackingSettings,
)

from digest.clock import Clock, system_clock
from digest.deliver.headers import ascii_domain, checked
from digest.deliver.personalise import TOKEN
from digest.deliver.provider import Call, Letter, Personal, Receipt
from digest.deliver.providers.answers import Answer, read_answer, read_failure
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.urls import ProviderUrl, is_local
from digest.errors import ConfigError, DeliveryError
from digest.model.delivery import Outcome

MOST_RECIPIENTS = 1000
MOST_BYTES = 29_000_000
"""A request is refused from 30 MB on."""
MOST_SUBSTITUTION_BYTES = 10_000
"""Of one recipient's tokens and values together."""
_ANSWER_BYTES = 64_000
_DIALLING = 10.0
"""Seconds until a connection must stand."""
_NOT_SENT = ("Message-ID",)
"""Headers that SendGrid makes itself."""
_IDLE = 5.0
"""Seconds a connection is kept: one that the other side closed meanwhile would leave a doubt."""


class SendGrid:
    """A connection to the API; safe to share between threads."""

    name = "sendgrid"
    idempotent = False

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        capacity: int = MOST_RECIPIENTS,
        workers: int = 4,
        sandbox: bool = False,
        clock: Clock = system_clock,
    ) -> None:
        self.where = base_url
        self.capacity = capacity
        self.workers = workers
        self._sandbox = sandbox
        self._clock = clock
        self._letters = Compiled(self._constant_part)
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"},
            limits=httpx.Limits(max_connections=workers, keepalive_expiry=_IDLE),
            follow_redirects=False,
            trust_env=not is_local(httpx.URL(base_url).host),  # proxies and certificates
        )

    def __repr__(self) -> str:
        """Show no key."""
        return f"SendGrid({self.where!r})"

    def deliver(self, call: Call) -> Receipt:
        """Make one request for the recipients that fit in one; the others stay untried."""
        try:
            packed = pack(call, self._letters.of(call.letter))
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, permanent=True, detail=str(unfit))
        if not packed.ids:
            return Receipt(outcome=Outcome.REFUSED, refused=packed.refused, untried=packed.untried)
        return packed.receipt(self._post(packed.body, call.deadline, packed.ids))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _post(self, body: bytes, deadline: datetime, ids: tuple[int, ...]) -> Receipt:
        left = (deadline - self._clock()).total_seconds()
        if left <= 0:
            return Receipt(outcome=Outcome.REFUSED, detail="not called: its time was up")
        try:
            answer = self._answer(body, deadline, left)
        except httpx.HTTPError as failure:
            return read_failure(failure)
        return read_answer(answer, ids=ids, now=self._clock(), sandbox=self._sandbox)

    def _answer(self, body: bytes, deadline: datetime, left: float) -> Answer:
        """Make the request; what follows the status can change nothing, so it may break off."""
        content, timeout = b"", httpx.Timeout(left, connect=min(left, _DIALLING))
        with self._client.stream("POST", "/v3/mail/send", content=body, timeout=timeout) as answer:
            with suppress(httpx.HTTPError):
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > _ANSWER_BYTES or self._clock() > deadline:
                        break
            return Answer(status=answer.status_code, headers=answer.headers, content=content)

    def _constant_part(self, letter: Letter) -> "Constant":
        return constant_part(letter, sandbox=self._sandbox)


class Constant:
    """What all recipients of a letter share: the request without personalizations."""

    def __init__(self, request: Mapping[str, Any], letter: Letter) -> None:
        self.request = request
        self.headers = {name: checked(name, value) for name, value in letter.headers.items()}
        self.tokens = sorted(set(TOKEN.findall(letter.subject + letter.html + letter.text)))
        self.size = len(orjson.dumps(request))


class Packed:
    """A request's body, and which recipients are in it."""

    def __init__(self, call: Call, constant: Constant) -> None:
        self.refused: dict[int, str] = {}
        self._people: dict[int, dict[str, Any]] = {}
        self._addresses: set[str] = set()
        self._room = MOST_BYTES - constant.size
        for to in call.to:
            self._take(to, call, constant)
        self.ids = tuple(self._people)
        self.untried = frozenset(to.id for to in call.to) - self.refused.keys() - set(self.ids)
        people = list(self._people.values())
        self.body = orjson.dumps({**constant.request, "personalizations": people})

    def receipt(self, answer: Receipt) -> Receipt:
        """Complete the API's answer with those that were not in the request."""
        return Receipt(
            outcome=answer.outcome,
            ref=answer.ref,
            detail=answer.detail,
            retry_after=answer.retry_after,
            permanent=answer.permanent,
            refused={**self.refused, **answer.refused},
            untried=self.untried,
        )

    def _take(self, to: Personal, call: Call, constant: Constant) -> None:
        try:
            person = personalization(to, call, constant)
        except DeliveryError as unfit:
            self.refused[to.id] = str(unfit)
            return
        size, address = _size(person), to.address.lower()
        fits = len(self._people) < MOST_RECIPIENTS and size <= self._room
        if fits and address not in self._addresses:
            self._people[to.id] = person
            self._addresses.add(address)
            self._room -= size


def pack(call: Call, constant: Constant) -> Packed:
    """Put a call into one request; an address stands in it once, or SendGrid refuses it all."""
    return Packed(call, constant)


def constant_part(letter: Letter, *, sandbox: bool = False) -> Constant:
    """Build what all recipients share.

    Raises:
        DeliveryError: no subject or body, or a header holds a line break.
    """
    if not (letter.subject.strip() and letter.html.strip()):
        raise DeliveryError("the edition has no subject or no body: SendGrid refuses such mail")
    mail = Mail(
        from_email=From(letter.sender_address, _spoken(letter.sender_name) or None),
        subject=checked("Subject", letter.subject),
    )
    mail.content = list(_contents(letter))
    mail.category = Category(_newsletter(letter))
    mail.tracking_settings = _no_tracking()
    if letter.reply_to:
        mail.reply_to = Email(letter.reply_to)
    if sandbox:
        mail.mail_settings = MailSettings(sandbox_mode=SandBoxMode(enable=True))
    return Constant(mail.get(), letter)


def personalization(to: Personal, call: Call, constant: Constant) -> dict[str, Any]:
    """Build one recipient's part. Headers and arguments are whole here: those of the message may
    be replaced by a recipient's own rather than joined with them.

    Raises:
        DeliveryError: a header would hold a line break, or the values are too long.
    """
    address: dict[str, str] = {"email": ascii_domain(checked("To", to.address))}
    if name := _spoken(to.name):
        address["name"] = checked("To", name)
    own = {key: checked(key, value) for key, value in to.headers.items() if key not in _NOT_SENT}
    return {
        "to": [address],
        "headers": constant.headers | own,
        "substitutions": _substitutions(to, constant),
        "custom_args": {
            "attempt": call.attempt_id,
            "issue": str(call.issue_id),
            "batch": str(call.batch_id),
            "subscriber": str(to.id),
        },
    }


def _substitutions(to: Personal, constant: Constant) -> dict[str, str]:
    values = {f"%%{token}%%": to.values[token] for token in constant.tokens}
    if (
        sum(len(key) + len(value.encode()) for key, value in values.items())
        > MOST_SUBSTITUTION_BYTES
    ):
        raise DeliveryError("its name or address is too long to be filled in")
    return values


def _contents(letter: Letter) -> Iterator[Content]:
    """Give the parts in the order that the API demands."""
    if letter.text.strip():
        yield Content("text/plain", letter.text)
    yield Content("text/html", letter.html)


def _no_tracking() -> TrackingSettings:
    """Say no to each kind: what is left out follows the account, which may add a pixel."""
    return TrackingSettings(
        click_tracking=ClickTracking(enable=False, enable_text=False),
        open_tracking=OpenTracking(enable=False),
        subscription_tracking=SubscriptionTracking(enable=False),
        ganalytics=Ganalytics(enable=False),
    )


def _newsletter(letter: Letter) -> str:
    """Name the newsletter by its List-ID: `hebdo-sahel`."""
    return letter.headers.get("List-ID", "").strip("<>").partition(".")[0] or "digest"


def _spoken(name: str) -> str:
    """Take out what SendGrid takes for the end of a name."""
    return " ".join(name.replace(";", " ").replace(",", " ").split())


def _size(person: Mapping[str, Any]) -> int:
    return len(orjson.dumps(person)) + 1


def open_sendgrid(url: ProviderUrl, secrets: Mapping[str, str]) -> SendGrid:
    """Open from a URL.

    Raises:
        ConfigError: the key is missing, an option is wrong, or the key would travel in the clear.
    """
    url.allow("tls", "sandbox")
    key = secrets.get("SENDGRID_API_KEY", "")
    if not (key.isascii() and key.isprintable() and key):
        raise ConfigError("SENDGRID_API_KEY is not set, or is no key: sendgrid:// can't mail")
    if url.choice("tls", ("yes", "no")) == "no" and not is_local(url.host):
        raise ConfigError("DIGEST_PROVIDER_URL: tls=no would show the key; only this machine may")
    return SendGrid(
        _base_url(url),
        key,
        capacity=url.number("capacity", MOST_RECIPIENTS, most=MOST_RECIPIENTS),
        workers=url.number("workers", 4, most=32),
        sandbox=url.choice("sandbox", ("no", "yes")) == "yes",
    )


def _base_url(url: ProviderUrl) -> str:
    scheme = "http" if url.choice("tls", ("yes", "no")) == "no" else "https"
    host = url.host or "api.sendgrid.com"
    port = f":{url.port}" if url.port else ""
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{port}"
