"""What do the requests to all email APIs hold?"""

from digest.deliver.headers import checked, mailbox
from digest.deliver.provider import Call, Letter, Personal
from digest.errors import DeliveryError

_NOT_SENT = ("Message-ID",)
"""Headers that email APIs make themselves."""


def written(letter: Letter, provider: str) -> Letter:
    """Give a letter back if it can be mailed by an API.

    Raises:
        DeliveryError: no subject or body, or a line break in what becomes a header.
    """
    if not (letter.subject.strip() and letter.html.strip()):
        raise DeliveryError(f"the edition has no subject or no body: {provider} refuses such mail")
    checked("Subject", letter.subject)
    for name, value in letter.headers.items():
        checked(name, value)
    return letter


def own_headers(to: Personal) -> dict[str, str]:
    """Give a recipient's own headers: List-Unsubscribe and its pair.

    Raises:
        DeliveryError: one holds a line break.
    """
    return {
        name: checked(name, value) for name, value in to.headers.items() if name not in _NOT_SENT
    }


def newsletter(letter: Letter) -> str:
    """Name the newsletter by its List-ID: `hebdo-sahel`."""
    return letter.headers.get("List-ID", "").strip("<>").partition(".")[0] or "digest"


def marks(call: Call, to: Personal) -> dict[str, str]:
    """Give what events bring back of a mail: no personal data."""
    return {**call_marks(call), "subscriber": str(to.id)}


def call_marks(call: Call) -> dict[str, str]:
    """Give what events bring back of every mail of a call."""
    return {
        "attempt": call.attempt_id,
        "issue": str(call.issue_id),
        "batch": str(call.batch_id),
    }


def one_line(name: str, address: str) -> str:
    """Write a name and one address as a header would hold them, unfolded.

    Raises:
        DeliveryError: a line break, or an address that would read as something else.
    """
    return mailbox(name, address).replace("\r\n", "")
