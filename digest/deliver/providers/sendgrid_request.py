"""What stands in a request to SendGrid, within the API's limits?"""

import re
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

from digest.deliver.headers import ascii_domain, checked, unsubscribe_headers
from digest.deliver.personalise import TOKEN
from digest.deliver.provider import Call, Letter, Personal, Receipt
from digest.errors import DeliveryError

MOST_RECIPIENTS = 1000
MOST_BYTES = 29_000_000
"""A request is refused from 30 MB on."""
MOST_SUBSTITUTION_BYTES = 10_000
"""Of one recipient's tokens and values together."""
_ESCAPED = re.compile('["\\\\\x00-\x1f\ud800-\udfff]')
"""What JSON writes otherwise."""
_MARKED = re.compile("\ue000(\\w+)\ue001")
_SHORT = 400
"""Characters of which the values can't have so many bytes, escaped and twice."""


class Constant:
    """What all recipients of a letter share: the request without personalizations."""

    def __init__(self, request: Mapping[str, Any], letter: Letter) -> None:
        self.opening = orjson.dumps(request)[:-1] + b',"personalizations":['
        self.headers = {name: checked(name, value) for name, value in letter.headers.items()}
        self.tokens = tuple(sorted(set(TOKEN.findall(letter.subject + letter.html + letter.text))))


class Packed:
    """A request's body, and which recipients are in it: each address once, or all is refused."""

    def __init__(self, call: Call, constant: Constant) -> None:
        self.refused: dict[int, str] = {}
        self._people: dict[int, str] = {}
        self._addresses: set[str] = set()
        forms = Forms(call, constant)
        for to in call.to:
            self._take(to, forms)
        self.body = self._body(constant)
        self.ids = tuple(self._people)
        self.untried = frozenset(to.id for to in call.to) - self.refused.keys() - set(self.ids)

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

    def _take(self, to: Personal, forms: "Forms") -> None:
        address = ascii_domain(to.address).lower()
        if address in self._addresses or len(self._people) >= MOST_RECIPIENTS:
            return
        try:
            self._people[to.id] = forms.fill(to)
        except DeliveryError as unfit:
            self.refused[to.id] = str(unfit)
        else:
            self._addresses.add(address)

    def _body(self, constant: Constant) -> bytes:
        """Write the request; whoever makes it too large is left for another."""
        while True:
            body = constant.opening + ",".join(self._people.values()).encode() + b"]}"
            if len(body) <= MOST_BYTES or not self._people:
                return body
            for id_ in list(self._people)[len(self._people) // 2 :]:
                del self._people[id_]


class Forms:
    """A recipient's part of a call's request, written once as JSON and filled in for each.

    Headers and arguments are whole in it: those of the message may be replaced by a recipient's
    own rather than joined with them. An argument named `attempt` would be lost in deferred events,
    which have one of their own (github.com/sendgrid/docs/pull/847).
    """

    def __init__(self, call: Call, constant: Constant) -> None:
        self._arguments = {
            "attempt_id": call.attempt_id,
            "issue": str(call.issue_id),
            "batch": str(call.batch_id),
        }
        self._constant = constant
        self._made: dict[tuple[bool, bool], str] = {}

    def fill(self, to: Personal) -> str:
        """Give one recipient's part.

        Raises:
            DeliveryError: a header would hold a line break, or the values are too long.
        """
        values = fields_of(to)
        if len(to.address) + len(to.name) + len(to.unsubscribe_url) > _SHORT:
            self._measure(values)
        return self._form(named=bool(values["to_name"]), bulk=bool(to.message_id)) % values

    def _measure(self, values: Mapping[str, str]) -> None:
        tokens = self._constant.tokens
        size = sum(len(f"%%{token}%%{values[token]}".encode()) for token in tokens)
        if size > MOST_SUBSTITUTION_BYTES:
            raise DeliveryError("its name or address is too long to be filled in")

    def _form(self, *, named: bool, bulk: bool) -> str:
        if (named, bulk) not in self._made:
            self._made[named, bulk] = self._write(named=named, bulk=bulk)
        return self._made[named, bulk]

    def _write(self, *, named: bool, bulk: bool) -> str:
        name = {"name": _mark("to_name")} if named else {}
        own = unsubscribe_headers(_mark("UNSUBSCRIBE_URL")) if bulk else {}
        form = {
            "to": [{"email": _mark("to"), **name}],
            "headers": {**self._constant.headers, **own},
            "substitutions": {f"%%{token}%%": _mark(token) for token in self._constant.tokens},
            "custom_args": {**self._arguments, "subscriber": _mark("id")},
        }
        text = orjson.dumps(form).decode().replace("%", "%%")
        return _MARKED.sub(r"%(\1)s", text)


def fields_of(to: Personal) -> dict[str, str]:
    """Give one recipient's values as they stand within JSON's quotation marks.

    Raises:
        DeliveryError: one of them holds a line break.
    """
    address = ascii_domain(checked("To", to.address))
    link = checked("List-Unsubscribe", to.unsubscribe_url)
    name = checked("To", to.name)
    values = {"id": str(to.id), "to": address, "to_name": _spoken(name), **to.values}
    if _ESCAPED.search(address + link + name):
        return {key: orjson.dumps(value)[1:-1].decode() for key, value in values.items()}
    return values


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
    mail.tracking_settings = _tracking(opens=letter.tracked)
    if letter.reply_to:
        mail.reply_to = Email(letter.reply_to)
    if sandbox:
        mail.mail_settings = MailSettings(sandbox_mode=SandBoxMode(enable=True))
    return Constant(mail.get(), letter)


def _contents(letter: Letter) -> Iterator[Content]:
    """Give the parts in the order that the API demands."""
    if letter.text.strip():
        yield Content("text/plain", letter.text)
    yield Content("text/html", letter.html)


def _tracking(*, opens: bool) -> TrackingSettings:
    """Say yes or no to each kind: what is left out follows the account, which may add a pixel.

    Links are never rewritten: those that are counted are our own.
    """
    return TrackingSettings(
        click_tracking=ClickTracking(enable=False, enable_text=False),
        open_tracking=OpenTracking(enable=opens),
        subscription_tracking=SubscriptionTracking(enable=False),
        ganalytics=Ganalytics(enable=False),
    )


def _newsletter(letter: Letter) -> str:
    """Name the newsletter by its List-ID: `hebdo-sahel`."""
    return letter.headers.get("List-ID", "").strip("<>").partition(".")[0] or "digest"


def _spoken(name: str) -> str:
    """Take out what SendGrid takes for the end of a name."""
    if ";" in name or "," in name:
        name = name.replace(";", " ").replace(",", " ")
    return name if name.isalpha() else " ".join(name.split())


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"
