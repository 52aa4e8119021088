"""What stands in a request to SendGrid, within the API's limits?"""

from collections.abc import Iterator, Mapping
from typing import Any

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

from digest.deliver.headers import ascii_domain, checked
from digest.deliver.personalise import TOKEN
from digest.deliver.provider import Call, Letter, Personal, Receipt
from digest.errors import DeliveryError

MOST_RECIPIENTS = 1000
MOST_BYTES = 29_000_000
"""A request is refused from 30 MB on."""
MOST_SUBSTITUTION_BYTES = 10_000
"""Of one recipient's tokens and values together."""
_NOT_SENT = ("Message-ID",)
"""Headers that SendGrid makes itself."""


class Constant:
    """What all recipients of a letter share: the request without personalizations."""

    def __init__(self, request: Mapping[str, Any], letter: Letter) -> None:
        self.request = request
        self.headers = {name: checked(name, value) for name, value in letter.headers.items()}
        self.tokens = sorted(set(TOKEN.findall(letter.subject + letter.html + letter.text)))
        self.size = len(orjson.dumps(request))


class Packed:
    """A request's body, and which recipients are in it: each address once, or all is refused."""

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
        size, address = _size(person), person["to"][0]["email"].lower()
        fits = len(self._people) < MOST_RECIPIENTS and size <= self._room
        if fits and address not in self._addresses:
            self._people[to.id] = person
            self._addresses.add(address)
            self._room -= size


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
    be replaced by a recipient's own rather than joined with them. An argument named `attempt` would
    be lost in deferred events, which have one of their own (github.com/sendgrid/docs/pull/847).

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
            "attempt_id": call.attempt_id,
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
