"""A relay that pipelines: what goes out in one write, and what is known when it goes wrong."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from digest.deliver.provider import Receipt
from digest.deliver.providers.smtp_answers import Halt, Mail, Tried
from digest.deliver.providers.smtp_pipeline import mail_all
from digest.deliver.providers.smtp_wire import Wire
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call, a_personal
from tests.servers import smtp
from tests.servers.smtp import DROP, HALF, PIPELINING, RECORD_DROP, LookAlike

SURPRISE = "250 2.0.0 out of nothing"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[LookAlike]:
    with smtp.running(tmp_path / "accepted", extensions=PIPELINING) as running:
        yield running


def deliver(relay: LookAlike, readers: int = 3) -> Receipt:
    provider = open_provider(relay.url, secrets={})
    try:
        return provider.deliver(a_call(readers))
    finally:
        provider.close()


def mailed(relay: LookAlike) -> list[int]:
    """Who had a mail, in order, as often as they had one."""
    return [int(address.partition("@")[0][6:]) for address, _ in relay.mails]


def a_mail(reader: int, text: str = "") -> Mail:
    message = f"Subject: {reader}\r\n\r\n{text}\r\n".encode()
    return Mail(to=a_personal(reader), sender="lettre@x.example", message=message, options=())


def until(relay: socket.socket, end: bytes) -> bytes:
    heard = b""
    while not heard.endswith(end):
        received = relay.recv(65_536)
        assert received, f"closed after {heard!r}"
        heard += received
    return heard


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection's two ends: ours and the relay's."""
    with ExitStack() as stack:
        ours, relays = (stack.enter_context(end) for end in socket.socketpair())
        relays.settimeout(5)
        yield ours, relays


def test_what_names_a_mail_comes_behind_the_text_of_the_one_before(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, relay = ends
    tried = Tried()
    mails = iter([a_mail(1, "one"), a_mail(2, "two")])
    sender = threading.Thread(target=mail_all, args=(Wire(ours, lambda: 5.0), mails, tried))
    sender.start()
    named = b"MAIL FROM:<lettre@x.example>\r\nRCPT TO:<reader%d@readers.example>\r\nDATA\r\n"
    assert until(relay, b"DATA\r\n") == named % 1
    relay.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    assert until(relay, b"DATA\r\n") == b"Subject: 1\r\n\r\none\r\n.\r\n" + named % 2
    relay.sendall(b"250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n")
    assert until(relay, b"\r\n.\r\n") == b"Subject: 2\r\n\r\ntwo\r\n.\r\n"
    relay.sendall(b"250 ok\r\n")
    sender.join(5)
    assert tried.accepted == {1, 2}


def test_a_mail_that_goes_out_in_pieces_goes_no_further_when_the_time_is_up(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, relay = ends
    left = iter([9.0, 9.0, 9.0])

    def time_left() -> float:
        seconds = next(left, 0.0)
        if not seconds:
            raise Halt("its time was up")
        return seconds

    tried = Tried()
    relay.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    mails = iter([a_mail(1, "x" * 3_000_000)])
    with pytest.raises(Halt, match="its time was up"):
        mail_all(Wire(ours, time_left), mails, tried)
    ours.close()
    assert b"\r\n.\r\n" not in b"".join(iter(lambda: relay.recv(1_000_000), b""))
    assert not tried.unknown


@pytest.mark.parametrize(
    ("script", "had", "refused", "unknown", "untried"),
    [
        ({"RCPT 2": "550 5.1.1 no such user"}, [1, 3], {2}, set(), set()),
        ({"RCPT 2": "550 5.7.1 blocked"}, [1, 3], {2}, set(), set()),
        ({"RCPT 2": "450 4.2.0 greylisted"}, [1, 3], set(), set(), {2}),
        ({"RCPT 3": "550 5.1.1 no such user"}, [1, 2], {3}, set(), set()),
        ({"DATA 2": "451 4.3.0 later"}, [1, 3], set(), set(), {2}),
        ({"END 2": "554 5.6.0 no"}, [1, 3], {2}, set(), set()),
        ({"END 2": "451 4.3.0 later"}, [1, 3], set(), set(), {2}),
        ({"END 2": "250-2.0.0 taken\r\n250 as 7"}, [1, 2, 3], set(), set(), set()),
        ({"MAIL 2": "451 4.3.0 later"}, [1], set(), set(), {2, 3}),
        ({"END 2": DROP}, [1], set(), {2}, {3}),
        ({"END 2": HALF}, [1], set(), {2}, {3}),
        ({"END 2": "what?"}, [1], set(), {2}, {3}),
        ({"END 2": "354 go on"}, [1], set(), {2}, {3}),
        ({"END 2": RECORD_DROP}, [1, 2], set(), {2}, {3}),
        ({"BODY 2": DROP}, [1], set(), {2}, {3}),
    ],
)
def test_what_is_known_of_each_reader(  # noqa: PLR0917 - a table's columns
    relay: LookAlike,
    script: dict[str, str],
    had: list[int],
    refused: set[int],
    unknown: set[int],
    untried: set[int],
) -> None:
    relay.script = script
    receipt = deliver(relay)
    assert set(receipt.refused) == refused
    assert receipt.unknown == unknown
    assert receipt.untried == untried
    assert not receipt.permanent
    assert mailed(relay) == had
    assert relay.connections == 1


@pytest.mark.parametrize(
    "script",
    [
        {"MAIL 2": DROP},
        {"RCPT 2": DROP},
        {"DATA 2": DROP},
        {"DATA 2": HALF},
        {"MAIL 2": "421 4.7.0 too many"},
        {"RCPT 2": "421 4.3.2 closing"},
        {"DATA 2": "421 4.3.2 closing"},
        {"END 2": "421 4.3.2 closing"},
        {"RCPT 2": "what?"},
        {"RCPT 2": f"250 ok\r\n{SURPRISE}"},
        {"DATA 2": f"354 go on\r\n{SURPRISE}"},
        {"END 2": f"250 ok\r\n{SURPRISE}"},
        {"END 3": f"250 ok\r\n{SURPRISE}"},
        {"RCPT 2": "25O ok"},
        {"RCPT 2": "\r\n".join(["250-on and on"] * 200 + ["250 ok"])},
        {"RCPT 2": "250 " + "x" * 100_000},
    ],
)
def test_a_connection_that_ends_between_mails_is_made_anew_and_all_are_mailed_once(
    relay: LookAlike, script: dict[str, str]
) -> None:
    relay.script = script
    receipt = deliver(relay)
    assert receipt.outcome is Outcome.ACCEPTED
    assert not {*receipt.refused, *receipt.unknown, *receipt.untried}
    assert mailed(relay) == [1, 2, 3]
    assert relay.connections == (2 if "END 3" not in script else 1)


def test_a_relay_that_takes_two_mails_a_connection_gets_as_many_connections(
    relay: LookAlike,
) -> None:
    relay.most = 2
    receipt = deliver(relay, 5)
    assert not receipt.untried | receipt.unknown
    assert mailed(relay) == [1, 2, 3, 4, 5]
    assert relay.connections == 3


def test_a_relay_that_closes_without_a_mail_is_not_dialled_again_in_the_same_call(
    relay: LookAlike,
) -> None:
    relay.script = {"MAIL": "421 4.7.0 not today"}
    receipt = deliver(relay)
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)
    assert receipt.untried == {1, 2, 3}
    assert receipt.detail == "421 4.7.0 not today"
    assert relay.connections == 1


def test_where_no_new_connection_is_to_be_had_the_rest_is_for_later(relay: LookAlike) -> None:
    relay.script = {"MAIL 2": "421 4.7.0 too many", "CONNECT 2": "421 4.7.0 too many"}
    receipt = deliver(relay)
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.untried == {2, 3}


def test_who_was_refused_gets_no_empty_mail_from_a_relay_that_awaits_one(relay: LookAlike) -> None:
    relay.script = {"RCPT 2": "550 5.1.1 no such user", "DATA 2": "354 go on"}
    receipt = deliver(relay)
    assert set(receipt.refused) == {2}
    assert mailed(relay) == [1, 3]
    assert list(relay.ends) == ["reader1@readers.example", "reader3@readers.example"]


def test_a_relay_that_awaits_a_mail_for_nobody_is_spoken_to_step_by_step_from_then_on(
    relay: LookAlike,
) -> None:
    relay.script = {"RCPT": "450 4.2.0 greylisted", "DATA": "354 go on"}
    receipt = deliver(relay, 5)
    assert receipt.untried == {1, 2, 3, 4, 5}
    assert relay.heard.count("DATA") == 1
    assert relay.connections == 2


def test_after_a_refused_reader_the_relay_is_told_to_begin_anew(relay: LookAlike) -> None:
    relay.script = {"RCPT 2": "450 4.2.0 greylisted"}
    deliver(relay)
    assert relay.heard.count("RSET") == 1


def test_a_connection_with_words_left_unread_is_not_kept(relay: LookAlike) -> None:
    relay.script = {"END 1": f"250 ok\r\n{SURPRISE}"}
    provider = open_provider(relay.url, secrets={})
    assert provider.deliver(a_call(1)).outcome is Outcome.ACCEPTED
    assert provider.deliver(a_call(1)).outcome is Outcome.ACCEPTED
    provider.close()
    assert relay.heard.count("NOOP") == 0
    assert relay.connections == 2


def test_answers_may_come_in_dribs(relay: LookAlike) -> None:
    relay.dribs = 0.002
    relay.script = {"END": "250-2.0.0 taken\r\n250-as\r\n250 7"}
    assert deliver(relay).outcome is Outcome.ACCEPTED
    assert mailed(relay) == [1, 2, 3]
