"""Anybody may write to the bounces' mailbox: nothing breaks the reader or holds it up."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.bounces.parts import LARGEST, read_parts
from digest.deliver.bounces.reading import What, read_returned
from digest.deliver.bounces.return_paths import return_paths
from tests.deliver.test_bounces import CASES, KEY, NOW, RETURN_PATH, raw_of

REPORT = (
    b"Content-Type: message/delivery-status\n\nReporting-MTA: x\n\nAction: failed\nStatus: 5.1.1\n"
)
TO = f"To: {RETURN_PATH}\n".encode()
LONG = 5.0
"""Seconds: a hundred times what any of these takes."""


def nested(depth: int) -> bytes:
    open_ = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(depth)
    )
    return TO + open_ + REPORT


def mail_of(head: bytes, body: bytes = b"") -> bytes:
    return b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n" + TO + head + b"\n" + body


HOSTILE = {
    "nothing": b"",
    "no head": b"\n\n\n",
    "noughts": b"\x00" * 100_000,
    "a thousand deep": nested(1_000),
    "mails in mails": TO + b"Content-Type: message/rfc822\n\n" * 5_000 + REPORT,
    "many parts": mail_of(b'Content-Type: multipart/mixed; boundary="b"\n', b"--b\n\nx\n" * 90_000),
    "boundaries all over": mail_of(b'Content-Type: multipart/x; boundary="-"\n', b"--" * 400_000),
    "endless boundary": mail_of(b'Content-Type: multipart/x; boundary="%s"\n' % (b"b" * 60_000)),
    "a million dashes": mail_of(b"", b"-" * LARGEST),
    "dashes and words": mail_of(b"", (b"---" * 30 + b" original\n") * 9_000),
    "mailbox full of mailboxes": mail_of(b"", b"exceeded user mailbox address " * 30_000),
    "an endless header": mail_of(b"X-Failed-Recipients: " + b"a" * 2_000_000 + b"\n"),
    "many headers": mail_of(b"X: y\n" * 300_000),
    "parameters": mail_of(b"Content-Type: text/plain" + b'; a*0*="' * 5_000 + b"\n", b"550 x"),
    "encoded words": mail_of(b"Subject: " + b"=?utf-8?q?" * 9_000 + b"\n"),
    "a charset that is none": mail_of(b"Content-Type: text/plain; charset=\xff\n", b"550 x"),
    "a charset with a nought": mail_of(b'Content-Type: text/plain; charset="a\x00b"\n', b"550 x"),
    "a codec that is no charset": mail_of(b"Content-Type: text/plain; charset=hex\n", b"550 x"),
    "base64 that is none": mail_of(b"Content-Transfer-Encoding: base64\n", b"\xff=" * 9_000),
    "signs in quotes": mail_of(b"Content-Transfer-Encoding: quoted-printable\n", b"=\n" * 9_000),
    "ten thousand return paths": b"To: " + b"+%s@x," % (b"a" * 48) * 1_200 + b"\n\n" + REPORT,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_in_no_time_and_leaves_no_event_of_others(name: str) -> None:
    began = time.monotonic()
    reading = read_returned(HOSTILE[name], KEY, NOW)
    assert time.monotonic() - began < LONG
    assert reading.event is None or reading.event.subscriber_id == 7


def test_a_report_that_is_too_deep_is_not_found_and_one_in_reach_is() -> None:
    assert read_returned(nested(3), KEY, NOW).what is What.HARD
    assert read_returned(nested(9), KEY, NOW).what is not What.HARD


@pytest.mark.parametrize("case", [one for one in CASES if "arf" in one.stem or "fix" in one.stem])
def test_a_mail_that_is_cut_short_is_read_as_far_as_it_goes(case: Any) -> None:
    raw = raw_of(case)
    whole = read_returned(raw, KEY, NOW)
    seen = {read_returned(raw[:length], KEY, NOW).what for length in range(0, len(raw), 7)}
    assert whole.what in seen
    assert What.COMPLAINT in seen or case.stem != "arf-by-link"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_with_anothers_key_no_case_changes_anything(case: Any) -> None:
    raw = raw_of(case)
    reading = read_returned(raw, b"another key, long enough too", NOW)
    assert reading.event is None


def test_a_mail_far_larger_than_what_is_looked_at_is_still_read() -> None:
    raw = raw_of(next(case for case in CASES if case.stem == "postfix-unknown-user"))
    assert read_returned(raw + b"x" * 5 * LARGEST, KEY, NOW).what is What.HARD


def test_the_reader_of_another_return_path_in_the_text_is_not_harmed() -> None:
    other = return_paths(b"another key, long enough too", "bounces@x.example", "0" * 32)(8)
    raw = raw_of(next(case for case in CASES if case.stem == "qmail"))
    event = read_returned(raw.replace(b"To: ", f"To: {other}, ".encode(), 1), KEY, NOW).event
    assert event is not None
    assert event.subscriber_id == 7


@settings(max_examples=200)
@given(raw=st.binary(max_size=400) | st.text("-b \n:;=?\"'/ContentTypemulipars", max_size=300))
def test_any_bytes_are_a_mail_of_some_kind(raw: bytes | str) -> None:
    body = raw if isinstance(raw, bytes) else raw.encode()
    head = b'Content-Type: multipart/report; boundary="b"\nContent-Transfer-Encoding: base64\n\n'
    for whole in (body, TO + body, head + b"--b\n" + body):
        assert read_returned(whole, KEY, NOW).event is None
        assert list(read_parts(whole).walk())
