import time
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from digest.deliver.batches import Patience
from digest.deliver.provider import Call, Receipt
from digest.errors import ConflictError, DeliveryError
from digest.model.delivery import Outcome, Tally
from digest.model.issue import Issue, IssueContent, IssueState
from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import SendReport, resume, send, send_proof, status
from digest.storage import issues, tables
from subscribers import tables as readership
from subscribers.database import Database
from subscribers.errors import UnknownList
from subscribers.model import SuppressionReason
from subscribers.suppressions import suppress
from subscribers.tokens import read_unsubscribe_token
from tests.builders import NOON
from tests.deliver.courier import ACCEPTED, Courier, forbidden, lost, people, refused
from tests.pipeline.scene import (
    LIST,
    QUICK,
    SECRET,
    a_newsroom,
    address_of,
    an_approved_issue,
    enrol,
)


@pytest.fixture
def issue(database: Database) -> Issue:
    enrol(database, 9)
    return an_approved_issue(database)


def sent_by(courier: Courier, database: Database, issue: Issue, **changes: object) -> SendReport:
    return send(a_newsroom(database, lambda: courier), issue.id, patience=QUICK)


def state_of(database: Database, issue: Issue) -> IssueState:
    with database.read() as connection:
        return issues.issue(connection, issue.id).state


def batches_in(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(tables.batches)) or 0


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
    issue = an_approved_issue(database, content=IssueContent(subject=" ", preheader=""))
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


def test_a_refusal_for_good_stops_before_every_batch_is_burnt(
    database: Database, issue: Issue
) -> None:
    courier = Courier(forbidden())
    with pytest.raises(DeliveryError, match="401 bad key") as failure:
        sent_by(courier, database, issue)
    assert "9 were not mailed" in str(failure.value)
    assert len(courier.calls) == 1
    assert state_of(database, issue) is IssueState.SENDING
    [report] = resume(a_newsroom(database, lambda: courier), again=True)
    assert report.tally == Tally(planned=9, sent=9)
    assert courier.mailed == dict.fromkeys(range(1, 10), 1)


def test_without_a_persons_word_what_failed_stays_failed(database: Database, issue: Issue) -> None:
    courier = Courier(forbidden())
    with pytest.raises(DeliveryError):
        sent_by(courier, database, issue)
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=7, failed=2)
    assert (report.state, report.last_error) == ("sent", "401 bad key")
    [again] = resume(a_newsroom(database, lambda: courier), issue.id, again=True)
    assert again.tally == Tally(planned=9, sent=9)


def test_a_refusal_for_now_is_tried_again_until_patience_ends(
    database: Database, issue: Issue
) -> None:
    courier = Courier(refused("busy"), capacity=9)
    assert sent_by(courier, database, issue).tally == Tally(planned=9, sent=9)
    assert len(courier.calls) == 2


def test_a_batch_that_is_always_refused_fails_and_the_others_go(
    database: Database, issue: Issue
) -> None:
    def never_the_first(call: Call) -> Receipt:
        return refused("busy") if call.to[0].id == 1 else ACCEPTED

    courier = Courier(*[never_the_first] * 20)
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=7, failed=2)
    assert report.last_error == "busy"
    assert people(courier.calls).count(1) == QUICK.tries


def test_a_lost_answer_is_a_doubt_that_is_told_and_never_mailed_again(
    database: Database, issue: Issue
) -> None:
    courier = Courier(ACCEPTED, lost("connection reset"))
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=7, in_doubt=2)
    assert (report.state, report.doubts) == ("sent", 1)
    newsroom = a_newsroom(database, lambda: courier)
    resume(newsroom, issue.id, again=True)
    assert people(courier.calls).count(3) == 1
    [found] = doubts(newsroom)
    assert [reader.address for reader in found.recipients] == [address_of(3), address_of(4)]
    assert found.doubt.batch.last_error == "connection reset"


def test_a_person_who_knows_settles_a_doubt_either_way(database: Database, issue: Issue) -> None:
    courier = Courier(lost(), lost())
    sent_by(courier, database, issue)
    newsroom = a_newsroom(database, lambda: courier)
    first, second = (one.doubt.batch.id for one in doubts(newsroom))
    resolve(newsroom, first, sent=True)
    resolve(newsroom, second, sent=False)
    [report] = resume(newsroom)
    assert report.tally == Tally(planned=9, sent=9)
    assert people(courier.calls).count(1) == 1
    assert people(courier.calls).count(3) == 2
    assert resume(newsroom) == []


def test_lost_answers_in_a_row_stop_the_sending_before_everyone_is_in_doubt(
    database: Database, issue: Issue
) -> None:
    courier = Courier(*[lost()] * 20, capacity=1)
    patience = Patience(unknown_in_a_row=3)
    with pytest.raises(DeliveryError, match="3 answers in a row were lost"):
        send(a_newsroom(database, lambda: courier), issue.id, patience=patience)
    [told] = status(a_newsroom(database), issue.id)
    assert told.tally == Tally(planned=9, in_doubt=3, waiting=6)
    assert told.issue.state is IssueState.SENDING


def test_a_mixed_receipt_gives_everyone_their_own_fate(database: Database, issue: Issue) -> None:
    mixed = Receipt(
        outcome=Outcome.ACCEPTED,
        refused={1: "550 no such user"},
        unknown=frozenset({2}),
        untried=frozenset({3}),
    )
    courier = Courier(mixed, capacity=9)
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=7, refused=1, in_doubt=1)
    assert people(courier.calls).count(3) == 2
    assert courier.mailed == dict.fromkeys(range(3, 10), 1)


def test_a_429_makes_every_worker_wait(database: Database, issue: Issue) -> None:
    moments: list[float] = []

    def noted(_call: Call) -> Receipt:
        moments.append(time.monotonic())
        return ACCEPTED

    def too_many(_call: Call) -> Receipt:
        moments.append(time.monotonic())
        return refused("429", retry_after=0.4)

    courier = Courier(too_many, *[noted] * 9, capacity=1, workers=3)
    report = sent_by(courier, database, issue)
    assert report.tally.sent == 9
    in_flight = 2
    assert all(moment - moments[0] >= 0.35 for moment in moments[1 + in_flight :])


def test_a_provider_that_asks_for_hours_ends_the_sending_for_now(
    database: Database, issue: Issue
) -> None:
    courier = Courier(refused("429 quota", retry_after=7200))
    with pytest.raises(DeliveryError, match="wait 120 minutes"):
        sent_by(courier, database, issue)
    assert status(a_newsroom(database), issue.id)[0].tally == Tally(planned=9, waiting=9)


def test_a_surprise_leaves_a_doubt_and_is_not_hidden(database: Database, issue: Issue) -> None:
    courier = Courier(ACCEPTED, ZeroDivisionError("oh"))
    with pytest.raises(ZeroDivisionError):
        sent_by(courier, database, issue)
    [told] = status(a_newsroom(database), issue.id)
    assert told.tally == Tally(planned=9, sent=2, in_doubt=2, waiting=5)


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


def test_a_proof_goes_to_its_editors_only_and_leaves_no_trace(
    database: Database, issue: Issue
) -> None:
    courier = Courier(capacity=1)
    newsroom = a_newsroom(database, lambda: courier)
    where = send_proof(newsroom, issue.id, ["a@x.example", "b@x.example", "a@x.example"])
    assert where == "the courier's bag"
    assert [call.to[0].address for call in courier.calls] == ["a@x.example", "b@x.example"]
    assert courier.calls[0].letter.subject == "[Épreuve] Sujet"
    assert "List-Unsubscribe" not in courier.calls[0].to[0].headers
    assert courier.calls[0].issue_id == 0
    assert batches_in(database) == 0
    assert state_of(database, issue) is IssueState.APPROVED


def test_a_proof_to_one_address_is_not_taken_for_letters(database: Database, issue: Issue) -> None:
    courier = Courier()
    send_proof(a_newsroom(database, lambda: courier), issue.id, "editor@x.example")
    assert [to.address for call in courier.calls for to in call.to] == ["editor@x.example"]


@pytest.mark.parametrize(
    "receipt", [refused("busy"), lost(), Receipt(outcome=Outcome.ACCEPTED, refused={1: "550 no"})]
)
def test_a_proof_that_was_not_taken_is_told(
    database: Database, issue: Issue, receipt: Receipt
) -> None:
    with pytest.raises(DeliveryError, match="proof was not taken"):
        send_proof(a_newsroom(database, lambda: Courier(receipt)), issue.id, ["a@x.example"])


def test_a_proof_for_nobody_is_refused(database: Database, issue: Issue) -> None:
    with pytest.raises(DeliveryError, match="nobody"):
        send_proof(a_newsroom(database), issue.id, [])


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


def test_who_was_refused_or_left_stays_out_when_the_others_are_tried_again(
    database: Database, issue: Issue
) -> None:
    def move(reader: int, state: str) -> None:
        column = readership.subscriptions.c.subscriber_id
        with database.write() as connection:
            changed = update(readership.subscriptions).where(column == reader)
            connection.execute(changed.values(state=state))

    def unfit(_call: Call) -> Receipt:
        move(2, "confirmed")
        return Receipt(outcome=Outcome.REFUSED, refused={1: "no valid address"})

    def away(_call: Call) -> Receipt:
        move(2, "unsubscribed")
        return refused()

    courier = Courier(away, refused(), unfit, capacity=9)
    report = sent_by(courier, database, issue)
    assert [len(call.to) for call in courier.calls] == [9, 8, 8, 7]
    assert report.tally == Tally(planned=9, sent=7, skipped=1, refused=1)
    assert courier.mailed == dict.fromkeys(range(3, 10), 1)
