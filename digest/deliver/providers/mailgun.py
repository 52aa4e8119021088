"""Mail through Mailgun's v3 API, up to 1,000 recipients a call.

    mailgun://mg.example.org                  the sending domain, the key in MAILGUN_API_KEY
    mailgun://mg.example.org?region=eu        a domain in the European region
    mailgun://mg.example.org?api=127.0.0.1:8080&tls=no        a look-alike on this machine
    options: capacity, workers, sandbox=yes (Mailgun's test mode: taken, not mailed)

A call is one message with recipient variables; headers that are a reader's own are variables too.

    200 with an id                 accepted
    400 that blames `to`           someone's address, nobody says whose: the call is made again in
                                   halves, until the address stands alone and is refused alone
    400 401 403 404 405 413 415    refused for good: all of it, whoever calls again
    429                            refused for now; Retry-After or X-RateLimit-Reset says how long
    all else, and no answer        digest.deliver.providers.answers

Documented at documentation.mailgun.com/docs/mailgun/quickstart-guide/responses and
…/user-manual/sending-messages/send-http (what a 400 says of an address).
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from digest.clock import Clock, system_clock
from digest.deliver.provider import Call, Receipt
from digest.deliver.providers.answers import Answer, read_status, spoken
from digest.deliver.providers.api import Api, api_key, base_url
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.mailgun_request import (
    MOST_RECIPIENTS,
    Constant,
    Person,
    constant_part,
    form,
    packed,
    request,
)
from digest.deliver.providers.packing import in_turn
from digest.deliver.providers.urls import ProviderUrl
from digest.errors import ConfigError, DeliveryError
from digest.model.delivery import Outcome

_HOSTS = {"us": "api.mailgun.net", "eu": "api.eu.mailgun.net"}
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 415})
_BLAME = re.compile(r"'?\bto'? parameter is not a valid address", re.IGNORECASE)


class Mailgun:
    """The API of one domain; safe to share between threads."""

    name = "mailgun"
    idempotent = False

    def __init__(
        self,
        where: str,
        key: str,
        *,
        domain: str,
        capacity: int = MOST_RECIPIENTS,
        workers: int = 4,
        sandbox: bool = False,
        clock: Clock = system_clock,
    ) -> None:
        self.where = f"{where}/v3/{domain}"
        self.capacity = capacity
        self.workers = workers
        self._path = f"/v3/{domain}/messages"
        self._letters = Compiled(lambda letter: constant_part(letter, sandbox=sandbox))
        headers = {"Authorization": f"Basic {b64encode(f'api:{key}'.encode()).decode()}"}
        self._api = Api(where, headers=headers, workers=workers, clock=clock)

    def __repr__(self) -> str:
        """Show no key."""
        return f"Mailgun({self.where!r})"

    def deliver(self, call: Call) -> Receipt:
        """Mail the recipients that fit in one message; the others stay untried."""
        try:
            constant = self._letters.of(call.letter)
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, permanent=True, detail=str(unfit))
        going = packed(call, constant)
        if not going.people:
            return Receipt(outcome=Outcome.REFUSED, refused=going.refused, untried=going.untried)
        receipt = self._mailed(call, constant, going.people)
        if len(going.people) > 1 and receipt.refused.keys() == going.people.keys():
            # All at once: it is not their addresses.
            receipt = Receipt(outcome=Outcome.REFUSED, permanent=True, detail=receipt.detail)
        return going.receipt(receipt)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _mailed(self, call: Call, constant: Constant, people: Mapping[int, Person]) -> Receipt:
        boundary = f"digest-{call.attempt_id}"  # nobody knew the attempt's id when they wrote
        body = form(request(call, constant, people), boundary)
        kind = f"multipart/form-data; boundary={boundary}"
        answer = self._api.post(self._path, body, call.deadline, kind=kind)
        if isinstance(answer, Receipt):
            return answer
        if len(people) > 1 and blames_an_address(answer):
            return in_turn(halves(people), lambda half: self._mailed(call, constant, half))
        return read_answer(answer, tuple(people))


def blames_an_address(answer: Answer) -> bool:
    """Say whether a request was refused for one of its addresses."""
    return answer.status == 400 and bool(_BLAME.search(spoken(answer)))


def halves(people: Mapping[int, Person]) -> list[dict[int, Person]]:
    """Cut recipients in two."""
    everyone = list(people.items())
    middle = len(everyone) // 2
    return [dict(everyone[:middle]), dict(everyone[middle:])]


def read_answer(answer: Answer, ids: tuple[int, ...]) -> Receipt:
    """Say what an answer means for the recipients `ids`."""
    told, words = answer.json(), spoken(answer)
    if answer.status == 200 and isinstance(told, dict) and told.get("id"):
        return Receipt(outcome=Outcome.ACCEPTED, ref=str(told["id"]), detail=words)
    if len(ids) == 1 and blames_an_address(answer):
        return Receipt(outcome=Outcome.REFUSED, detail=words, refused={ids[0]: words})
    return read_status(answer, _REFUSALS)


def open_mailgun(url: ProviderUrl, secrets: Mapping[str, str]) -> Mailgun:
    """Open from a URL.

    Raises:
        ConfigError: the key or the domain is missing, an option is wrong, or the key would travel
            in the clear.
    """
    url.allow("tls", "region", "api", "sandbox")
    key = api_key(url, secrets, "MAILGUN_API_KEY")
    if url.path.rstrip("/").lower() != url.host or not _DOMAIN.fullmatch(url.host):
        raise ConfigError(
            "DIGEST_PROVIDER_URL: name Mailgun's sending domain, e.g. mailgun://mg.example.org"
        )
    region = _HOSTS[url.choice("region", tuple(_HOSTS))]
    return Mailgun(
        base_url(_elsewhere(url), host=region),
        key,
        domain=url.host,
        capacity=url.number("capacity", MOST_RECIPIENTS, most=MOST_RECIPIENTS),
        workers=url.number("workers", 4, most=32),
        sandbox=url.choice("sandbox", ("no", "yes")) == "yes",
    )


def _elsewhere(url: ProviderUrl) -> ProviderUrl:
    """Read the option that names another API than Mailgun's."""
    try:
        parts = urlsplit(f"//{url.options.get('api', '')}")
        return replace(url, host=parts.hostname or "", port=parts.port)
    except ValueError as wrong:
        raise ConfigError(f"DIGEST_PROVIDER_URL: api of {url!r} can't be read: {wrong}") from wrong
