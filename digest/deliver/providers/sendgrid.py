"""Mail through SendGrid's v3 API, up to 1,000 recipients a call.

    sendgrid://                               https://api.sendgrid.com, the key in SENDGRID_API_KEY
    sendgrid://api.eu.sendgrid.com            the European region
    sendgrid://127.0.0.1:8080?tls=no          a look-alike on this machine
    options: capacity, workers, sandbox=yes (checked, not mailed)

The library's own transport has no time-out and dials anew for each call: its types build the
request (digest.deliver.providers.sendgrid_request), digest.deliver.providers.api carries it. What
an answer means: digest.deliver.providers.sendgrid_answers.
"""

from collections.abc import Mapping

from digest.clock import Clock, system_clock
from digest.deliver.provider import Call, Letter, Receipt
from digest.deliver.providers.api import Api, api_key, base_url
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.sendgrid_answers import read_answer
from digest.deliver.providers.sendgrid_request import (
    MOST_RECIPIENTS,
    Constant,
    Packed,
    constant_part,
)
from digest.deliver.providers.urls import ProviderUrl
from digest.errors import DeliveryError
from digest.model.delivery import Outcome


class SendGrid:
    """The API; safe to share between threads."""

    name = "sendgrid"
    idempotent = False

    def __init__(
        self,
        where: str,
        key: str,
        *,
        capacity: int = MOST_RECIPIENTS,
        workers: int = 4,
        sandbox: bool = False,
        clock: Clock = system_clock,
    ) -> None:
        self.where = where
        self.capacity = capacity
        self.workers = workers
        self._sandbox = sandbox
        self._letters = Compiled(self._constant_part)
        headers = {"Authorization": f"Bearer {key}"}
        self._api = Api(where, headers=headers, workers=workers, clock=clock)

    def __repr__(self) -> str:
        """Show no key."""
        return f"SendGrid({self.where!r})"

    def deliver(self, call: Call) -> Receipt:
        """Make one request for the recipients that fit in one; the others stay untried."""
        try:
            packed = Packed(call, self._letters.of(call.letter))
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, permanent=True, detail=str(unfit))
        if not packed.ids:
            return Receipt(outcome=Outcome.REFUSED, refused=packed.refused, untried=packed.untried)
        answer = self._api.post("/v3/mail/send", packed.body, call.deadline)
        if isinstance(answer, Receipt):
            return packed.receipt(answer)
        return packed.receipt(read_answer(answer, ids=packed.ids, sandbox=self._sandbox))

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _constant_part(self, letter: Letter) -> Constant:
        return constant_part(letter, sandbox=self._sandbox)


def open_sendgrid(url: ProviderUrl, secrets: Mapping[str, str]) -> SendGrid:
    """Open from a URL.

    Raises:
        ConfigError: the key is missing, an option is wrong, or the key would travel in the clear.
    """
    url.allow("tls", "sandbox")
    return SendGrid(
        base_url(url, host="api.sendgrid.com"),
        api_key(url, secrets, "SENDGRID_API_KEY"),
        capacity=url.number("capacity", MOST_RECIPIENTS, most=MOST_RECIPIENTS),
        workers=url.number("workers", 4, most=32),
        sandbox=url.choice("sandbox", ("no", "yes")) == "yes",
    )
