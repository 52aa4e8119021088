"""Mail through Amazon's SES, API v2: one request a recipient. Needs `pip install 'digest[ses]'`.

    ses://eu-west-1     the region; credentials as AWS's own tools find them: AWS_ACCESS_KEY_ID and
                        AWS_SECRET_ACCESS_KEY, a profile, the machine's role
    options: capacity, workers, configuration_set=NAME,
             endpoint=https://… (a VPC's; over http this machine only)

Each mail is raw MIME, its own text and headers in it. SendBulkEmail would take 50 recipients, but
as a template: what can't be rendered is accepted and never sent, `{{…}}` in a text is filled in,
and one lost answer leaves fifty in doubt instead of one. An account's rate counts recipients either
way. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html,
https://docs.aws.amazon.com/ses/latest/dg/send-personalized-email-api.html, …/dg/quotas.html.
What an answer means: digest.deliver.providers.ses_answers.
"""

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session, get_session

from digest.clock import Clock, system_clock
from digest.deliver.headers import ascii_domain
from digest.deliver.mime import CompiledLetter, compile_letter
from digest.deliver.provider import Call, Personal, Receipt
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.ses_answers import Verdict, read_answer, read_failure, sum_up
from digest.deliver.providers.urls import ProviderUrl, is_local
from digest.errors import ConfigError, DeliveryError, unknown
from digest.model.delivery import Outcome

_DIALLING, _SILENCE = 4.0, 10.0
"""Seconds until a connection must stand, and until an answer must come."""
_TRACKING = {
    opens: {"Tracking": {"OpenTrackingEnabled": word, "ClickTrackingEnabled": "DISABLED"}}
    for opens, word in ((False, "DISABLED"), (True, "ENABLED"))
}
"""Said with each mail: what is left out follows the account, which may add a pixel.
Links are never rewritten: those that are counted are our own."""
_LATE = Verdict(outcome=Outcome.REFUSED, words="not called: its time was up")


class Client(Protocol):
    """What is used of botocore's client; safe to share between threads."""

    meta: Any
    """Its address and the API's model."""

    def send_email(self, **request: object) -> Mapping[str, object]:
        """Send one mail."""

    def close(self) -> None:
        """Close the connections."""


class Ses:
    """An account's sending in one region; safe to share between threads."""

    name = "ses"
    idempotent = False

    def __init__(
        self,
        client: Client,
        *,
        capacity: int = 50,
        workers: int = 4,
        configuration_set: str = "",
        longest: float = _DIALLING + _SILENCE,
        clock: Clock = system_clock,
    ) -> None:
        """`longest` is how many seconds the client may take for a mail."""
        self.where: str = client.meta.endpoint_url
        self.capacity = capacity
        self.workers = workers
        self._client = client
        self._constant: dict[str, object] = {}
        if configuration_set:
            self._constant["ConfigurationSetName"] = configuration_set
        self._longest = longest
        self._clock = clock
        self._letters = Compiled(compile_letter)

    def deliver(self, call: Call) -> Receipt:
        """Mail one recipient after the other until all are done or the API takes no more."""
        try:
            letter = self._letters.of(call.letter)
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, permanent=True, detail=str(unfit))
        mails, unfit_for = self._written(letter, call)
        verdicts: dict[int, Verdict] = {}
        for id_, request in mails.items():
            verdicts[id_] = self._sent(request, call)
            if not verdicts[id_].goes_on:
                break
        return sum_up(verdicts, asked=frozenset(mails), unfit=unfit_for)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _written(
        self, letter: CompiledLetter, call: Call
    ) -> tuple[dict[int, dict[str, object]], dict[int, str]]:
        """Write each recipient's request, or why there can be none."""
        now, requests, unfit_for = self._clock(), {}, {}
        for to in call.to:
            try:
                address = _destination(to)
                mail = letter.message(to, now)
            except DeliveryError as unfit:
                unfit_for[to.id] = str(unfit)
            else:
                requests[to.id] = {
                    **self._constant,
                    "ConfigurationOverrides": _TRACKING[call.letter.tracked],
                    "Destination": {"ToAddresses": [address]},
                    "Content": {"Raw": {"Data": mail}},
                    "EmailTags": _tags(to, call),
                }
        return requests, unfit_for

    def _sent(self, request: Mapping[str, object], call: Call) -> Verdict:
        """Send one mail, if there is time to hear what came of it."""
        if (call.deadline - self._clock()).total_seconds() < self._longest:
            return _LATE
        try:
            return read_answer(self._client.send_email(**request))
        except Exception as failure:  # over a malformed answer botocore's parser raises anything
            return read_failure(failure)


def _destination(to: Personal) -> str:
    """Give the address as the API takes it: without SMTPUTF8.

    Raises:
        DeliveryError: it has letters beyond ASCII before the @.
    """
    address = ascii_domain(to.address)
    if not address.isascii():
        raise DeliveryError("SES takes no address with letters beyond ASCII before the @")
    return address


def _tags(to: Personal, call: Call) -> list[dict[str, str]]:
    """Name the attempt and whom it is for: events of the mail carry it."""
    tags = {
        "attempt": call.attempt_id,
        "issue": str(call.issue_id),
        "batch": str(call.batch_id),
        "subscriber": str(to.id),
    }
    return [{"Name": name, "Value": value} for name, value in tags.items()]


def open_ses(url: ProviderUrl) -> Ses:
    """Open from a URL; looks for credentials, which may ask the machine's metadata service.

    Raises:
        ConfigError: no such region, no credentials, a wrong option, or mail in the clear.
    """
    url.allow("configuration_set", "endpoint")
    if url.user or url.password:
        raise ConfigError(
            "DIGEST_PROVIDER_URL: ses:// takes no key; set AWS_ACCESS_KEY_ID and"
            " AWS_SECRET_ACCESS_KEY instead"
        )
    workers = url.number("workers", 4, most=64)
    return Ses(
        _client(url, workers),
        capacity=url.number("capacity", 50, most=200),
        workers=workers,
        configuration_set=url.options.get("configuration_set", ""),
    )


def _client(url: ProviderUrl, workers: int) -> Client:
    try:
        session, endpoint = get_session(), _endpoint(url)
        region = _region(url, session)
        if session.get_credentials() is None:
            raise ConfigError(
                "ses:// finds no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,"
                " or give this machine a role that may ses:SendEmail"
            )
        client: Client = session.create_client(
            "sesv2",
            region_name=region,
            endpoint_url=endpoint or None,
            config=_config(workers, local=endpoint.startswith("http:")),
        )
    except (BotoCoreError, ValueError) as wrong:
        raise ConfigError(f"DIGEST_PROVIDER_URL: {url!r} can't be opened: {wrong}") from wrong
    return _checked(client)


def _config(workers: int, *, local: bool) -> Config:
    """Say how to call: each request once, for one made again may mail twice."""
    return Config(
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=_DIALLING,
        read_timeout=_SILENCE,
        max_pool_connections=workers,
        proxies={} if local else None,  # None: as the environment says
    )


def _checked(client: Client) -> Client:
    operation = client.meta.service_model.operation_model("SendEmail")
    if "ConfigurationOverrides" not in operation.input_shape.members:
        raise ConfigError(
            "ses://: this botocore is too old to switch tracking off: pip install -U botocore"
        )
    return client


def _region(url: ProviderUrl, session: Session) -> str:
    """Read the region, which botocore has to know: a slip would only be seen as no such host."""
    if not url.host:
        raise ConfigError("DIGEST_PROVIDER_URL: name the region, e.g. ses://eu-west-1")
    known = [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("sesv2", partition)
    ]
    if url.host not in known:
        raise ConfigError(f"DIGEST_PROVIDER_URL: {unknown('region', url.host, known)}")
    return url.host


def _endpoint(url: ProviderUrl) -> str:
    """Read where to call instead of the region's public address; empty: there."""
    endpoint = url.options.get("endpoint", "")
    parts = urlsplit(endpoint)
    local = parts.scheme == "http" and is_local(parts.hostname or "")
    if endpoint and not (local or (parts.scheme == "https" and parts.hostname)):
        raise ConfigError(
            "DIGEST_PROVIDER_URL: endpoint of ses:// must be https://…; over http only this machine"
        )
    return endpoint
