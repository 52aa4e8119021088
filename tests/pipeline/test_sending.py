"""An approved issue on its way: what may be sent, whom it reaches, and that it is once."""

import time
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from digest.deliver.provider import Call, Receipt
from digest.errors import ConflictError, DeliveryError
from digest.model.delivery import Tally
from digest.model.issue import Issue, IssueState
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import SendReport, resume, send, status
from digest.storage import issues, tables
from subscribers import tables as readership
from subscribers.database import Database
from subscribers.errors import UnknownList
from subscribers.model import SuppressionReason
from subscribers.suppressions import suppress
from subscribers.tokens import read_unsubscribe_token
from tests.builders import NOON, an_issue
from tests.deliver.courier import ACCEPTED, Courier, forbidden, people
from tests.pipeline.scene import (
    LIST,
    SECRET,
    a_newsroom,
    address_of,
    an_approved_issue,
    batches_in,
    enrol,
    sent_by,
    state_of,
)


def test_an_approved_issue_is_sent_to_everyone_once(database: Database, issue: Issue) -> None:
    courier = Courier()
    report = sent_by(courier, database, issue)
    assert courier.mailed == dict.fromkeys(range(1, 10), 1)
    assert report.tally == Tally(planned=9, sent=9)
    assert (report.state, report.name, report.where) == (
        "sent",
        "hebdo-sahel/1",
        "the courier's bag",
    )
    assert [len(call.to) for call in courier.calls] == [2, 2, 2, 2, 1]
    assert courier.closed == 1


def test_sending_again_mails_nobody(database: Database, issue: Issue) -> None:
    courier = Courier()
    first = sent_by(courier, database, issue)
    again = sent_by(courier, database, issue)
    assert again.tally == first.tally
    assert resume(a_newsroom(database, lambda: courier)) == []
    assert resume(a_newsroom(database, lambda: courier), issue.id)[0].tally == first.tally
    assert len(courier.calls) == 5


@pytest.mark.parametrize("state", [IssueState.DRAFT, IssueState.CANCELLED])
def test_what_is_not_approved_is_not_sent(
    database: Database, issue: Issue, state: IssueState
) -> None:
    with database.write() as connection:
        connection.execute(update(tables.issues).values(state=state))
    with pytest.raises(ConflictError, match="can't be sent"):
        sent_by(Courier(), database, issue)
    with pytest.raises(ConflictError, match="nothing to resume"):
        resume(a_newsroom(database), issue.id)


def test_a_list_without_readers_stops_before_anything_is_changed(database: Database) -> None:
    enrol(database, 0)
    issue = an_approved_issue(database)
    with pytest.raises(DeliveryError, match="no confirmed reader"):
        sent_by(Courier(), database, issue)
    assert state_of(database, issue) is IssueState.APPROVED
    assert batches_in(database) == 0


def test_a_list_that_is_not_there_stops_before_anything_is_changed(database: Database) -> None:
    issue = an_approved_issue(database)
    with pytest.raises(UnknownList):
        sent_by(Courier(), database, issue)
    assert state_of(database, issue) is IssueState.APPROVED


def test_a_real_provider_needs_an_https_address_for_one_click(
    database: Database, issue: Issue
) -> None:
    newsroom = a_newsroom(database, Courier, site_url="http://digest.example")
    with pytest.raises(DeliveryError, match="https"):
        send(newsroom, issue.id)
    assert state_of(database, issue) is IssueState.APPROVED
    send(a_newsroom(database, "null://", site_url="http://127.0.0.1:8000"), issue.id)


def test_an_issue_without_a_subject_is_not_sent(database: Database) -> None:
    enrol(database, 1)
    issue = an_approved_issue(database, content=replace(an_issue().content, subject=" "))
    with pytest.raises(DeliveryError, match="empty"):
        sent_by(Courier(), database, issue)


def test_every_mail_carries_what_bulk_mail_must(database: Database, issue: Issue) -> None:
    courier = Courier()
    sent_by(courier, database, issue)
    [letter] = {id(call.letter): call.letter for call in courier.calls}.values()
    assert set(letter.headers) >= {"List-ID", "Feedback-ID", "Precedence", "Auto-Submitted"}
    assert letter.sender_address == "lettre@digest.example"
    assert "%%UNSUBSCRIBE_URL%%" in letter.html
    assert "%%UNSUBSCRIBE_URL%%" in letter.text
    to = courier.calls[0].to[0]
    url = to.values["UNSUBSCRIBE_URL"]
    assert to.headers["List-Unsubscribe"] == f"<{url}>"
    token = url.removeprefix("https://digest.example/u/")
    asked = read_unsubscribe_token(SECRET, token)
    assert (asked.subscriber_id, asked.list_name) == (to.id, LIST)


def test_who_leaves_after_the_plan_is_not_mailed_and_the_tally_says_so(
    database: Database, issue: Issue
) -> None:
    def meanwhile(_call: Call) -> Receipt:
        with database.write() as connection:
            column = readership.subscriptions.c.subscriber_id
            leaving = update(readership.subscriptions).where(column == 3)
            connection.execute(leaving.values(state="unsubscribed"))
            for reader in (4, 6):
                suppress(
                    connection,
                    secret_key=SECRET,
                    address=address_of(reader),
                    reason=SuppressionReason.COMPLAINT,
                    origin="test",
                    now=NOON,
                )
        return ACCEPTED

    courier = Courier(meanwhile)
    report = sent_by(courier, database, issue)
    assert people(courier.calls) == [1, 2, 5, 7, 8, 9]
    assert report.tally == Tally(planned=9, sent=6, skipped=3)
    with database.read() as connection:
        question = select(tables.skips.c.subscriber_id, tables.skips.c.reason)
        found = {row.subscriber_id: row.reason for row in connection.execute(question)}
    assert found == {3: "unsubscribed", 4: "suppressed", 6: "suppressed"}


def test_ctrl_c_settles_the_calls_in_hand_first(database: Database, issue: Issue) -> None:
    def slowly(_call: Call) -> Receipt:
        time.sleep(0.6)
        return ACCEPTED

    def interrupt(_tally: Tally) -> None:
        raise KeyboardInterrupt

    courier = Courier(*[slowly] * 9, capacity=1, workers=2)
    newsroom = a_newsroom(database, lambda: courier)
    with pytest.raises(KeyboardInterrupt):
        send(newsroom, issue.id, progress=interrupt)
    [told] = status(newsroom, issue.id)
    assert told.tally.sent == len(courier.calls) in {2, 3, 4}
    assert told.tally.waiting == 9 - told.tally.sent
    courier.then()
    assert send(newsroom, issue.id).tally == Tally(planned=9, sent=9)
    assert courier.mailed == dict.fromkeys(range(1, 10), 1)


def test_an_issue_that_is_cancelled_meanwhile_goes_no_further(
    database: Database, issue: Issue
) -> None:
    def cancel(_call: Call) -> Receipt:
        with database.write() as connection:
            now = issues.issue(connection, issue.id)
            issues.change(connection, now, state=IssueState.CANCELLED, now=NOON)
        return ACCEPTED

    report = sent_by(Courier(cancel), database, issue)
    assert report.tally == Tally(planned=9, sent=2, cancelled=7)
    assert report.state == "cancelled"


def test_two_that_send_at_once_plan_once_and_share_the_work(
    database: Database, issue: Issue
) -> None:
    courier, start = Courier(capacity=1), Barrier(2)
    reports: list[SendReport] = []

    def go() -> None:
        start.wait()
        reports.append(sent_by(courier, database, issue))

    threads = [Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert courier.mailed == dict.fromkeys(range(1, 10), 1)
    assert [report.tally for report in reports] == [Tally(planned=9, sent=9)] * 2


def test_a_resumed_sending_mails_the_same_words(database: Database, issue: Issue) -> None:
    courier = Courier(forbidden())
    with pytest.raises(DeliveryError):
        sent_by(courier, database, issue)
    other = a_newsroom(database, lambda: courier, site_url="https://moved.example")
    resume(other, again=True)
    assert len({call.letter.html for call in courier.calls}) == 1


def test_progress_is_told_while_it_is_sent(database: Database, issue: Issue) -> None:
    told: list[Tally] = []
    send(a_newsroom(database, Courier), issue.id, progress=told.append)
    assert told
    assert told[-1] == Tally(planned=9, sent=9)


def test_status_lists_what_was_approved_or_sent(database: Database, issue: Issue) -> None:
    newsroom: Newsroom = a_newsroom(database)
    assert [(one.issue.id, one.tally) for one in status(newsroom)] == [(issue.id, Tally())]
    send(newsroom, issue.id)
    assert [one.tally.sent for one in status(newsroom)] == [9]


def test_an_outbox_holds_one_mail_for_each_reader(
    database: Database, issue: Issue, tmp_path: Path
) -> None:
    newsroom = a_newsroom(database, f"outbox://{tmp_path}/outbox")
    report = send(newsroom, issue.id)
    names = sorted(path.name for path in (tmp_path / "outbox").glob("*.eml"))
    assert names == [f"hebdo-sahel-1-{reader:06}.eml" for reader in range(1, 10)]
    assert Path(report.where).read_text().count("<li>") == 9
