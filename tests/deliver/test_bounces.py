"""What comes back to the bounces' mailbox, and what it tells of whom: a case a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.deliver.bounces.reading import PROVIDER, Reading, What, read_returned
from digest.deliver.bounces.return_paths import return_paths
from digest.model.event import Cause, EventKind
from subscribers.tokens import unsubscribe_token
from tests.deliver.calls import ATTEMPT

KEY = b"a key for tests only, long enough"
NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
CASES = sorted((Path(__file__).parents[1] / "data" / "bounces").glob("*.eml"))
RETURN_PATH = return_paths(KEY, "bounces@digest.example", ATTEMPT)(7)
MEANINGS = {
    What.HARD: (EventKind.BOUNCED, Cause.HARD),
    What.SOFT: (EventKind.BLOCKED, Cause.SOFT),
    What.REFUSED: (EventKind.BLOCKED, Cause.NONE),
    What.DELAYED: (EventKind.DEFERRED, Cause.NONE),
    What.DELIVERED: (EventKind.DELIVERED, Cause.NONE),
    What.COMPLAINT: (EventKind.COMPLAINED, Cause.COMPLAINT),
    What.LEFT: (EventKind.UNSUBSCRIBED, Cause.LEFT),
    What.FEEDBACK: (EventKind.OTHER, Cause.NONE),
}


def raw_of(case: Path) -> bytes:
    link = unsubscribe_token(KEY, 7, "hebdo").encode()
    return case.read_bytes().replace(b"RETURN-PATH", RETURN_PATH.encode()).replace(b"LINK", link)


def reading_of(name: str) -> Reading:
    [case] = [one for one in CASES if one.stem == name]
    return read_returned(raw_of(case), KEY, NOW)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_mail_is_read_as_its_case_expects(case: Path) -> None:
    raw = raw_of(case)
    what, *more = raw.split(b"\n", 1)[0].decode().removeprefix("X-Expected: ").split("; ")
    for form in (raw, raw.replace(b"\n", b"\r\n"), b"From MAILER-DAEMON Fri Nov 27\n" + raw):
        reading = read_returned(form, KEY, NOW)
        assert reading.what == what
        if more:
            assert more[0] in reading.words
        if what not in MEANINGS:
            assert reading.event is None
            continue
        assert reading.event is not None
        event = reading.event
        assert (event.kind, event.cause) == MEANINGS[What(what)]
        known = "" if more[1:] == ["link"] else ATTEMPT
        assert (event.provider, event.attempt_id, event.subscriber_id) == (PROVIDER, known, 7)
        assert event.at == NOW - timedelta(minutes=1)
        assert "@" not in str(event.raw)
        assert "@" not in reading.words


def test_the_same_said_twice_of_a_mail_is_one_event() -> None:
    names = ("postfix-unknown-user", "exchange-recipient-not-found", "qmail")
    told = [reading_of(name).event for name in names]
    assert len({event.key for event in told if event}) == 1


def test_what_is_said_of_two_mails_that_only_their_links_name_is_two_events() -> None:
    raw = raw_of(next(case for case in CASES if case.stem == "known-by-its-unsubscribe-link-alone"))
    keys = set()
    for issue in (b"issue-1", b"issue-2"):
        event = read_returned(raw.replace(b"issue-1", issue), KEY, NOW).event
        assert event is not None
        keys.add(event.key)
    assert len(keys) == 2


@pytest.mark.parametrize(
    "date", ["Fri, 27 Nov 2099 06:00:00 +0000", "soon", "", "Fri, 99 Nov 2026 06:00:00 +0000"]
)
def test_nothing_is_told_from_the_future_or_at_no_time(date: str) -> None:
    raw = raw_of(next(case for case in CASES if case.stem == "qmail"))
    event = read_returned(raw.replace(b"27 Nov 2026 05:59:00 -0000", date.encode()), KEY, NOW).event
    assert event is not None
    assert event.at == NOW
