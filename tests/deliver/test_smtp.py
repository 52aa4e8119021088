import logging
import time
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest

from digest.deliver.provider import Call, Receipt
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call, a_letter, a_personal
from tests.servers import smtp
from tests.servers.sendgrid import closed_port
from tests.servers.smtp import DROP, EXTENSIONS, PIPELINING, RECORD_DROP, LookAlike


@pytest.fixture(params=[EXTENSIONS, PIPELINING], ids=["one by one", "pipelined"])
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LookAlike]:
    with smtp.running(tmp_path / "accepted", extensions=request.param) as running:
        yield running


def deliver(relay: LookAlike, call: Call, url: str = "") -> Receipt:
    provider = open_provider(url or relay.url, secrets={})
    try:
        return provider.deliver(call)
    finally:
        provider.close()


def test_each_reader_gets_a_mail_of_their_own(relay: LookAlike) -> None:
    assert deliver(relay, a_call(3)).outcome is Outcome.ACCEPTED
    for place, (address, content) in enumerate(relay.mails, start=1):
        mail = BytesParser(policy=default).parsebytes(content)
        assert mail["To"].addresses[0].addr_spec == address == f"reader{place}@readers.example"
        assert mail["List-Unsubscribe"] == f"<https://digest.example/u/token{place}>"
    assert relay.connections == 1


def test_a_mail_that_goes_out_twice_is_one_to_its_reader(relay: LookAlike) -> None:
    deliver(relay, a_call(2, attempt_id="a" * 32, batch_id=1))
    deliver(relay, a_call(2, attempt_id="b" * 32, batch_id=2))
    mails = [BytesParser(policy=default).parsebytes(content) for _, content in relay.mails]
    assert [mail["Message-ID"] for mail in mails] == [
        "<issue-1.reader-1@digest.example>",
        "<issue-1.reader-2@digest.example>",
    ] * 2


def test_a_connection_is_kept_and_made_anew_when_the_relay_closed_it(relay: LookAlike) -> None:
    provider = open_provider(relay.url, secrets={})
    assert provider.deliver(a_call(1)).outcome is Outcome.ACCEPTED
    assert provider.deliver(a_call(1)).outcome is Outcome.ACCEPTED
    assert relay.connections == 1
    relay.script = {"NOOP": DROP}
    assert provider.deliver(a_call(1)).outcome is Outcome.ACCEPTED
    assert relay.connections == 2
    provider.close()


def test_a_line_that_is_a_dot_arrives(relay: LookAlike) -> None:
    deliver(relay, a_call(1, letter=a_letter(text=".\n..\n.x\n")))
    mail = BytesParser(policy=default).parsebytes(relay.mails[0][1])
    body = mail.get_body(preferencelist=("plain",))
    assert body is not None
    assert body.get_content().split() == [".", "..", ".x"]


ALL = frozenset({1, 2, 3})


@pytest.mark.parametrize("relay", [EXTENSIONS], ids=["one by one"], indirect=True)
@pytest.mark.parametrize(
    ("script", "mailed", "refused", "unknown", "untried"),
    [
        ({"RCPT 2": "550 5.1.1 no such user"}, {1, 3}, {2}, set(), set()),
        ({"RCPT 2": "450 4.2.0 greylisted"}, {1, 3}, set(), set(), {2}),
        ({"RCPT 2": "450 4.2.0 greylisted", "RSET": "503 5.5.1 no"}, {1}, set(), set(), {2, 3}),
        ({"RCPT 2": "550 5.7.1 blocked"}, {1, 3}, {2}, set(), set()),
        ({"END 2": "554 5.6.0 no"}, {1, 3}, {2}, set(), set()),
        ({"END 2": "451 4.3.0 later"}, {1, 3}, set(), set(), {2}),
        ({"DATA 2": "451 4.3.0 later"}, {1, 3}, set(), set(), {2}),
        ({"MAIL 2": DROP}, {1}, set(), set(), {2, 3}),
        ({"MAIL 2": "421 4.7.0 too many"}, {1}, set(), set(), {2, 3}),
        ({"MAIL 2": "451 4.3.0 later"}, {1}, set(), set(), {2, 3}),
        ({"RCPT 2": DROP}, {1}, set(), set(), {2, 3}),
        ({"RCPT 2": "421 4.3.2 closing"}, {1}, set(), set(), {2, 3}),
        ({"DATA 2": DROP}, {1}, set(), set(), {2, 3}),
        ({"END 2": DROP}, {1}, set(), {2}, {3}),
        ({"END 2": RECORD_DROP}, {1, 2}, set(), {2}, {3}),
    ],
)
def test_what_is_known_of_each_reader(  # noqa: PLR0917 - a table's columns
    relay: LookAlike,
    script: dict[str, str],
    mailed: set[int],
    refused: set[int],
    unknown: set[int],
    untried: set[int],
) -> None:
    relay.script = script
    receipt = deliver(relay, a_call(3))
    assert set(receipt.refused) == refused
    assert receipt.unknown == unknown
    assert receipt.untried == untried
    assert not receipt.permanent
    assert smtp.accepted(relay.record) == [f"reader{n}@readers.example" for n in sorted(mailed)]


@pytest.mark.parametrize(
    "script",
    [
        {"MAIL": "550 5.7.1 sender refused"},
        {"RCPT": "554 5.7.1 relay access denied"},
        {"END": "554 5.7.1 spam"},
        {"DATA": "554 5.5.1 no valid recipients"},
    ],
)
def test_a_refusal_that_would_meet_everyone_ends_the_call_for_good(
    relay: LookAlike, script: dict[str, str]
) -> None:
    relay.script = script
    receipt = deliver(relay, a_call(3))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert receipt.untried == ALL
    assert not receipt.refused


@pytest.mark.parametrize(
    ("script", "permanent"),
    [
        ({"CONNECT": "554 5.7.1 not you"}, False),
        ({"CONNECT": "421 busy"}, False),
        ({"EHLO": DROP}, False),
        ({"BODY": DROP}, False),
    ],
)
def test_nobody_is_mailed_and_all_may_be_later(
    relay: LookAlike, script: dict[str, str], permanent: bool
) -> None:
    relay.script = script
    # More than the buffers of both sides can hold: the relay is gone before the last line is sent.
    big = a_letter(html="<p>" + "x" * 12_000_000)
    receipt = deliver(relay, a_call(3, letter=big))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, permanent)
    assert not receipt.unknown


def test_words_that_came_before_a_mail_ended_are_no_answer_to_it(relay: LookAlike) -> None:
    relay.script = {"DATA": "354 go on\r\n250 2.0.0 taken", "END": "554 5.6.0 no"}
    receipt = deliver(relay, a_call(2))
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.untried == {1, 2}
    assert "not asked" in receipt.detail
    assert not relay.ends


def test_where_nobody_listens_nothing_was_sent(relay: LookAlike) -> None:
    receipt = deliver(relay, a_call(), f"smtp://127.0.0.1:{closed_port()}?tls=no")
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)
    assert "can't connect" in receipt.detail


def test_a_relay_without_starttls_is_refused_unless_the_url_says_so(relay: LookAlike) -> None:
    receipt = deliver(relay, a_call(), relay.url.replace("?tls=no", ""))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert "STARTTLS" in receipt.detail


def test_a_wrong_password_is_a_refusal_for_good_that_does_not_show_it(
    relay: LookAlike, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    relay.extensions = ("AUTH PLAIN LOGIN", "8BITMIME")
    relay.script = {"AUTH": "535 5.7.8 bad credentials"}
    receipt = deliver(relay, a_call(), relay.url.replace("//", "//awa:hush-hush@"))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert receipt.detail == "can't log in: 535 5.7.8 bad credentials"
    assert "hush-hush" not in caplog.text


def test_silence_ends_with_the_call_and_leaves_a_doubt(relay: LookAlike) -> None:
    relay.delay = 3.0
    began = time.monotonic()
    receipt = deliver(relay, a_call(2, seconds=0.5))
    assert time.monotonic() - began < 2
    assert receipt.unknown == {1}
    assert receipt.untried == {2}


def test_a_deadline_leaves_the_rest_untried(relay: LookAlike) -> None:
    relay.delay = 0.1
    receipt = deliver(relay, a_call(50, seconds=0.55))
    assert receipt.outcome is Outcome.ACCEPTED
    assert len(receipt.untried) >= 40


def test_an_address_beyond_ascii_goes_where_the_relay_takes_it(relay: LookAlike) -> None:
    call = a_call(to=(a_personal(1, address="zoë@readers.example"), a_personal(2)))
    assert deliver(relay, call).outcome is Outcome.ACCEPTED
    assert "zoë@readers.example".encode() in relay.mails[0][1]
    assert len(relay.mails) == 2


def test_an_address_beyond_ascii_is_refused_where_the_relay_does_not(tmp_path: Path) -> None:
    with smtp.running(tmp_path / "plain", extensions=("8BITMIME",)) as relay:
        call = a_call(to=(a_personal(1, address="zoë@readers.example"), a_personal(2)))
        receipt = deliver(relay, call)
        assert receipt.outcome is Outcome.ACCEPTED
        assert list(receipt.refused) == [1]
