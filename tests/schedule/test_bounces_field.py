"""What schedule.yaml says of mail that comes back."""

import pytest

from digest.schedule.values import Bounces
from tests.schedule.texts import SMALL, broken, read


def with_bounces(text: str) -> str:
    return SMALL.replace("  sender:", f"  bounces: {text}\n  sender:")


def test_five_mails_within_thirty_days_are_given_to_a_mailbox_that_is_full() -> None:
    assert read(SMALL).site.bounces == Bounces(soft=5, days=30)
    assert read(with_bounces("{soft: 3}")).site.bounces == Bounces(soft=3, days=30)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{soft: 1}", "soft: must be at least 2, not '1'"),
        ("{soft: many}", "soft: must be a whole number, not 'many'"),
        ("{address: nobody}", "address: 'nobody' is not an email address"),
        ("{address: a-name-too-long-@x.org}", "15 letters at most and no +"),
        ("{address: a+b@x.org}", "15 letters at most and no +"),
        ("{days: 0}", "days: must be at least 1, not '0'"),
        ("{weeks: 2}", "unknown key 'weeks'"),
        ("never", "bounces: must be lines of 'key: value', not 'never'"),
    ],
)
def test_what_it_may_not_say_is_told_with_its_line(text: str, complaint: str) -> None:
    [found] = broken("  sender:", f"  bounces: {text}\n  sender:")
    assert complaint in found
