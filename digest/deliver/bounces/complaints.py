"""Does a mail tell that a reader called ours spam? Abuse Reporting Format, RFC 5965."""

from dataclasses import dataclass

from digest.deliver.bounces.parts import Part, read_head
from digest.model.event import Cause, EventKind

_MEANINGS = {
    "abuse": (EventKind.COMPLAINED, Cause.COMPLAINT),
    "opt-out": (EventKind.UNSUBSCRIBED, Cause.LEFT),
    "opt-out-list": (EventKind.UNSUBSCRIBED, Cause.LEFT),
}
"""Others, fraud, virus, not-spam and reports of authentication among them, are only recorded."""


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What a report says."""

    feedback: str
    """Its Feedback-Type."""
    fields: tuple[str, ...]
    """What in it may name our mail: the envelope's sender and recipient."""

    @property
    def meaning(self) -> tuple[EventKind, Cause]:
        """Say what happened, and what it says of the reader."""
        return _MEANINGS.get(self.feedback, (EventKind.OTHER, Cause.NONE))


def complaint_in(mail: Part) -> Complaint | None:
    """Read the report that a mail is; None when it is none."""
    for part in mail.walk():
        if part.kind == "message/feedback-report":
            fields = read_head(part.body.strip())
            feedback = str(fields.get("Feedback-Type", "")).strip().lower()[:40]
            named = (fields.get("Original-Mail-From", ""), fields.get("Original-Rcpt-To", ""))
            return Complaint(feedback=feedback, fields=tuple(str(one)[:1_000] for one in named))
    return None
