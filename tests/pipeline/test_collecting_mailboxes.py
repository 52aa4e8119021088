"""From a mailbox to stored articles."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from digest.collect.answers import LOOPBACK
from digest.pipeline.collecting import SourceReport, collect
from digest.pipeline.sources import standing
from digest.schedule.values import Source
from tests.pipeline.rooms import Room, counts
from tests.pipeline.test_busy_moments import no_time_for_entries
from tests.servers.imap import PASSWORD, MailServer, serving_mail

LETTER = (
    "<html><body><p><a href='https://lettre.example/12?a=1&amp;b=2'>Voir cette lettre dans votre "
    "<b>navigateur</b></a></p><p>Le blocus &lt;de la ville&gt; se poursuit.</p>"
    "<img src='https://pixel.example/o.gif' width=1 height=1><p>La crue menace.</p></body></html>"
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving_mail() as server:
        yield server


def take(
    room: Room, server: MailServer, password: str = PASSWORD, senders: Sequence[str] = ()
) -> SourceReport:
    source = Source.model_validate({"name": "agence-x", "mailbox": server.url, "from": senders})
    room.sources[:] = [source]
    newsroom = replace(room.newsroom(), mailbox_passwords={"AGENCE_X": password})
    [report] = collect(newsroom, only="agence-x", permitted=LOOPBACK, chance=lambda: 0.5)
    return report


def test_a_mailbox_is_collected_once(room: Room, server: MailServer) -> None:
    server.gets("Un")
    server.gets("Deux")
    assert counts(take(room, server)) == (2, 2, 0, 0)
    assert counts(take(room, server)) == (0, 0, 0, 0)
    server.gets("Trois")
    assert counts(take(room, server)) == (1, 1, 0, 0)
    assert [one.title for one in room.articles()] == ["Un", "Deux", "Trois"]


def test_a_mailbox_that_was_numbered_anew_gives_nothing_twice(
    room: Room, server: MailServer
) -> None:
    server.gets("Un")
    take(room, server)
    server.validity = 8
    assert counts(take(room, server)) == (1, 0, 0, 1)


def test_a_newsletter_is_its_text_with_its_sender_and_address(
    room: Room, server: MailServer
) -> None:
    server.gets("La lettre", kind="html", body=LETTER)
    take(room, server)
    [article] = room.articles()
    assert article.url == "https://lettre.example/12?a=1&b=2"
    assert article.publisher == "Agence"
    assert "Le blocus <de la ville> se poursuit.\n\nLa crue menace." in article.body
    assert "pixel" not in article.body
    assert article.published.at.isoformat() == "2026-11-25T10:01:00+00:00"


def test_what_can_not_be_taken_is_counted_and_said(room: Room, server: MailServer) -> None:
    server.gets("Achetez", sender="spam@spam.example")
    server.gets("Un")
    server.mails[3] = b"From: depeches@agence.example\r\n\r\n"
    report = take(room, server, senders=["depeches@agence.example"])
    assert counts(report) == (1, 1, 0, 0)
    assert report.notes == (
        "1 of other senders passed over",
        "1 unreadable: a mail without a subject or a text",
    )


def test_what_came_before_the_server_broke_off_is_stored(room: Room, server: MailServer) -> None:
    server.gets("Un")
    server.gets("Deux")
    server.fault, server.at_mail = "bye", 2
    report = take(room, server)
    assert counts(report) == (1, 1, 0, 0)
    assert "broken off" in report.error
    server.fault = ""
    assert counts(take(room, server)) == (1, 1, 0, 0)


def test_without_a_password_the_setting_is_named(room: Room, server: MailServer) -> None:
    report = take(room, server, password="")
    assert report.error == "no password for its mailbox: set DIGEST_MAILBOX_AGENCE_X_PASSWORD"
    refused = take(room, server, password="mot de passe")
    assert "mot de passe" not in refused.error
    [stand] = standing(room.newsroom())
    assert (stand.kind, stand.error) == ("mailbox", refused.error)
    assert stand.next_time


def test_mails_that_no_worker_had_time_for_are_read_again_three_times(
    room: Room, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.gets("Un")
    with monkeypatch.context() as patch:
        no_time_for_entries(patch)
        reports = [take(room, server) for _ in range(2)]
    assert {one.error for one in reports} == {"mails not read in time, tried again: 1"}
    assert counts(take(room, server)) == (1, 1, 0, 0)
    server.gets("Deux")
    with monkeypatch.context() as patch:
        no_time_for_entries(patch)
        reports = [take(room, server) for _ in range(5)]
    assert [bool(one.error) for one in reports] == [True, True, True, False, False]
    assert [one.title for one in room.articles()] == ["Un"]


def test_a_run_killed_before_it_stores_loses_nothing(
    room: Room, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.gets("Un")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("digest.pipeline.mailboxes.store", killed)
        with pytest.raises(KeyboardInterrupt):
            take(room, server)
    assert room.articles() == []
    assert counts(take(room, server)) == (1, 1, 0, 0)
