"""What SendGrid's events say of readers."""

from typing import Any

import pytest

from digest.model.event import Cause
from tests.deliver.test_sendgrid_events import ours, the_event


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"event": "processed"}, Cause.NONE),
        ({"event": "delivered"}, Cause.NONE),
        ({"event": "deferred"}, Cause.NONE),
        ({"event": "bounce", "type": "bounce", "status": "5.1.1"}, Cause.HARD),
        ({"event": "bounce", "type": "blocked"}, Cause.SOFT),
        (
            {"event": "bounce", "type": "blocked", "bounce_classification": "Mailbox Unavailable"},
            Cause.SOFT,
        ),
        (
            {"event": "bounce", "type": "blocked", "bounce_classification": "Reputation"},
            Cause.NONE,
        ),
        ({"event": "bounce", "type": "blocked", "bounce_classification": "Content"}, Cause.NONE),
        ({"event": "spamreport"}, Cause.COMPLAINT),
        ({"event": "unsubscribe"}, Cause.LEFT),
        ({"event": "group_unsubscribe"}, Cause.LEFT),
        ({"event": "dropped", "reason": "Bounced Address"}, Cause.HARD),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, Cause.LEFT),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, Cause.COMPLAINT),
        ({"event": "dropped", "reason": "Recipient List over Package Quota"}, Cause.NONE),
        ({"event": "dropped", "reason": ["Bounced Address"]}, Cause.NONE),
        ({"event": "dropped"}, Cause.NONE),
    ],
)
def test_what_an_event_says_of_its_reader(fields: dict[str, Any], cause: Cause) -> None:
    assert the_event(ours() | fields).cause is cause
