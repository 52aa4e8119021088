"""Mails are read from a server, well or badly behaved, and nothing in it is changed."""

import ssl
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from digest.collect.answers import LOOPBACK
from digest.collect.imap import MailLimits
from digest.collect.mailbox import Taken, look
from tests.conftest import NOW
from tests.deliver.test_smtp_tls import certificate as certificate
from tests.servers.http import closed_port
from tests.servers.imap import PASSWORD, MailServer, serving_mail

QUICK = MailLimits(mail=100_000, altogether=1_000_000, pause=0.5, total=1.5)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving_mail() as server:
        yield server


def read(server: MailServer, cursor: str = "", password: str = PASSWORD, **how: object) -> Taken:
    given = {"limits": QUICK, **how}
    return look(server.url, password, cursor=cursor, now=NOW, **given)  # type: ignore[arg-type]


def test_new_mails_are_read_once(server: MailServer) -> None:
    server.gets("Un")
    server.gets("Deux")
    first = read(server)
    assert (len(first.mails), first.cursor, first.error) == (2, "7:2", "")
    assert b"Subject: Un" in first.mails[0]
    assert read(server, first.cursor) == Taken(cursor="7:2")
    server.gets("Trois")
    assert b"Subject: Trois" in read(server, first.cursor).mails[0]


def test_nothing_is_marked_or_changed(server: MailServer) -> None:
    server.gets("Un")
    read(server)
    told = " ".join(server.told)
    assert 'EXAMINE "INBOX"' in told
    assert "BODY.PEEK[]" in told
    for word in ("SELECT", "STORE", "EXPUNGE", "BODY[]", "CLOSE"):
        assert word not in told
    assert "SINCE 26-Oct-2026" in told


def test_numbers_of_another_validity_are_new(server: MailServer) -> None:
    server.gets("Un")
    assert len(read(server, "6:500").mails) == 1
    assert len(read(server, "nonsense").mails) == 1


def test_mails_of_others_and_too_large_ones_are_counted(server: MailServer) -> None:
    server.gets("Un")
    server.gets("Achetez", sender="Spam <depeches@spam.example>")
    server.gets("Gros", body="x" * 200_000)
    taken = read(server, senders=("Depeches@agence.example",))
    assert (len(taken.mails), taken.unwanted, taken.too_large) == (1, 1, 1)
    assert taken.cursor == "7:3"
    assert "UID FETCH 2 (UID BODY.PEEK[])" not in server.told


def test_a_full_mailbox_is_read_in_parts(server: MailServer) -> None:
    for number in range(5):
        server.gets(f"Mail {number}")
    few = MailLimits(mails=2)
    taken = read(server, limits=few)
    assert (len(taken.mails), taken.left, taken.cursor) == (2, 3, "7:2")
    assert len(read(server, taken.cursor, limits=few).mails) == 2


def test_what_was_read_before_the_end_is_kept(server: MailServer) -> None:
    for number in range(3):
        server.gets(f"Mail {number}")
    server.fault, server.at_mail = "bye", 3
    taken = read(server)
    assert (len(taken.mails), taken.cursor) == (2, "7:2")
    assert taken.error == "no connection to 127.0.0.1, or it was broken off"
    server.fault = ""
    assert len(read(server, taken.cursor).mails) == 1


@pytest.mark.parametrize("at_mail", [0, 1])
@pytest.mark.parametrize("fault", ["bye", "silent", "endless", "drip"])
def test_a_hostile_server_holds_nothing_up(server: MailServer, fault: str, at_mail: int) -> None:
    server.gets("Un")
    server.fault, server.at_mail = fault, at_mail
    began = time.monotonic()
    taken = read(server)
    assert time.monotonic() - began < 6
    assert taken.error
    assert not taken.mails
    assert taken.cursor in {"", "7:0"}


def test_a_refused_password_is_not_repeated(server: MailServer) -> None:
    taken = read(server, password="mot de passe")
    assert taken.error == "the server refused to log 'revue' in: is the password right?"


def test_a_folder_that_is_not_there_is_said(server: MailServer) -> None:
    url = server.url.replace("INBOX", "Lettres")
    taken = look(url, PASSWORD, cursor="", now=NOW, limits=QUICK)
    assert taken.error == "the server does not open the folder 'Lettres': is there one?"


def test_a_server_without_tls_is_not_told_the_password(server: MailServer) -> None:
    url = server.url.replace("imap:", "imaps:").replace("127.0.0.1", "localhost")
    taken = look(url, PASSWORD, cursor="", now=NOW, limits=QUICK)
    assert "refused to dial" in taken.error  # only an address of the web, unless permitted
    taken = look(url, PASSWORD, cursor="", now=NOW, limits=QUICK, permitted=LOOPBACK)
    assert "TLS is not in order" in taken.error
    assert not any("AUTHENTICATE" in said for said in server.told)


def test_a_server_with_tls_is_read(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving_mail(context) as server:
        server.gets("Un")
        url = server.url.replace("imap:", "imaps:")
        trusting = partial(ssl.create_default_context, cafile=str(certificate))
        asked = partial(look, url, PASSWORD, cursor="", now=NOW, limits=QUICK, permitted=LOOPBACK)
        assert len(asked(tls=trusting).mails) == 1
        assert "certificate or TLS is not in order" in asked().error


def test_where_nobody_listens_is_said() -> None:
    url = f"imap://revue@127.0.0.1:{closed_port()}/INBOX"
    taken = look(url, PASSWORD, cursor="7:1", now=NOW, limits=QUICK)
    assert taken.error == "no connection to 127.0.0.1, or it was broken off"
    assert taken.cursor == "7:1"
