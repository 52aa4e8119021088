from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.deliver.provider import Call, Receipt
from digest.deliver.providers import postmark as provider_module
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import ATTEMPT, a_call, a_letter, a_personal, apart
from tests.servers import http, postmark
from tests.servers.http import LookAlike, Step, answer
from tests.servers.postmark import INACTIVE

SECRETS = {"POSTMARK_SERVER_TOKEN": postmark.TOKEN}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[LookAlike]:
    with postmark.running(tmp_path / "accepted") as running:
        yield running


def deliver(api: LookAlike, call: Call, options: str = "") -> Receipt:
    provider = open_provider(api.url + options, secrets=SECRETS)
    try:
        return provider.deliver(call)
    finally:
        provider.close()


def the_messages(api: LookAlike, call: Call, options: str = "") -> list[dict[str, Any]]:
    receipt = deliver(api, call, options)
    assert receipt.outcome is Outcome.ACCEPTED, receipt.detail
    messages: list[dict[str, Any]] = api.requests[-1]
    return messages


def results(*codes: int | None, status: int = 200) -> Step:
    """An answer that gives each message a result."""
    body = [
        {"Message": "a word"} if code is None else {"ErrorCode": code, "Message": "a word"}
        for code in codes
    ]
    return {"status": status, "headers": {}, "message": "", "body": body}


def test_each_reader_has_a_whole_message_of_their_own(api: LookAlike) -> None:
    first, second = the_messages(api, a_call(2))
    assert first["From"] == '"La Lettre du Sahel" <lettre@digest.example>'
    assert first["ReplyTo"] == "redaction@digest.example"
    assert first["To"] == "=?utf-8?q?Zo=C3=AB_=26_L=C3=A9a?= <reader1@readers.example>"
    assert second["To"].endswith("<reader2@readers.example>")
    assert (first["MessageStream"], first["Tag"]) == ("broadcast", "hebdo-sahel")
    assert "https://digest.example/u/token2" in second["HtmlBody"]
    assert "https://digest.example/u/token2" in second["TextBody"]


def test_every_kind_of_tracking_is_switched_off_in_so_many_words(api: LookAlike) -> None:
    [message] = the_messages(api, a_call(1))
    assert (message["TrackOpens"], message["TrackLinks"]) == (False, "None")


def test_of_who_agreed_to_it_the_opening_alone_is_noticed(api: LookAlike) -> None:
    [message] = the_messages(api, a_call(1, letter=a_letter(tracked=True)))
    assert (message["TrackOpens"], message["TrackLinks"]) == (True, "None")


def test_events_will_bring_back_the_attempt_and_the_reader(api: LookAlike) -> None:
    [message] = the_messages(api, a_call(1))
    assert message["Metadata"] == {
        "attempt": ATTEMPT,
        "issue": "1",
        "batch": "7",
        "subscriber": "1",
    }


def test_another_stream_may_be_named(api: LookAlike) -> None:
    [message] = the_messages(api, a_call(1), "&stream=newsletters")
    assert message["MessageStream"] == "newsletters"


def test_a_stream_that_does_not_exist_stops_the_sending(api: LookAlike) -> None:
    receipt = deliver(api, a_call(3), "&stream=brodcast")
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert "does not exist" in receipt.detail
    assert receipt.refused == {}


def test_an_inactive_and_a_bad_address_are_refused_alone(api: LookAlike) -> None:
    people = (
        a_personal(1),
        a_personal(2, address=INACTIVE),
        a_personal(3, address="é@readers.example"),
        a_personal(4),
    )
    receipt = deliver(api, a_call(to=people))
    assert (receipt.outcome, receipt.permanent) == (Outcome.ACCEPTED, False)
    assert receipt.refused == {
        2: "406 Found inactive addresses: <address>",
        3: "300 Invalid 'To' address: '<address>'.",
    }
    assert http.accepted(api.record) == ["reader1@readers.example", "reader4@readers.example"]


def test_when_all_are_inactive_the_sending_goes_on(api: LookAlike) -> None:
    receipt = deliver(api, a_call(to=(a_personal(1, address=INACTIVE),)))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)
    assert set(receipt.refused) == {1}


REFUSED, UNTRIED, UNKNOWN = "refused", "untried", "unknown"


@pytest.mark.parametrize(
    ("codes", "told", "permanent"),
    [
        ((0, 300, 0), {2: REFUSED}, False),
        ((300, 300, 300), {1: UNTRIED, 2: UNTRIED, 3: UNTRIED}, True),
        ((0, 405, 405), {2: UNTRIED, 3: UNTRIED}, False),
        ((405, 405, 406), {3: REFUSED, 1: UNTRIED, 2: UNTRIED}, True),
        ((0, 429, 100), {2: UNTRIED, 3: UNTRIED}, False),
        ((429, 429, 429), {1: UNTRIED, 2: UNTRIED, 3: UNTRIED}, False),
        ((0, None, 0), {2: UNKNOWN}, False),
    ],
)
def test_what_the_messages_own_results_mean(
    api: LookAlike, codes: tuple[int | None, ...], told: dict[int, str], permanent: bool
) -> None:
    api.script = [results(*codes)]
    receipt = deliver(api, a_call(3))
    assert apart(receipt) == told
    assert receipt.permanent is permanent
    assert (receipt.outcome is Outcome.ACCEPTED) is (0 in codes)


@pytest.mark.parametrize("step", [results(0, 0), results(0, 0, 0, 0), answer(200), results()])
def test_an_answer_that_does_not_match_the_request_is_a_doubt(api: LookAlike, step: Step) -> None:
    api.script = [step]
    receipt = deliver(api, a_call(3))
    assert receipt.outcome is Outcome.UNKNOWN
    assert apart(receipt) == {}


def test_a_message_that_is_late_but_has_an_id_was_taken(api: LookAlike) -> None:
    late = {"MessageID": "m", "Message": "Message accepted, but delivery may be delayed."}
    api.script = [{"status": 200, "headers": {}, "message": "", "body": [late]}]
    receipt = deliver(api, a_call(1))
    assert (receipt.outcome, receipt.ref) == (Outcome.ACCEPTED, "m")


@pytest.mark.parametrize("status", [401, 404, 413, 415, 422])
def test_these_statuses_refuse_for_good(api: LookAlike, status: int) -> None:
    api.script = [answer(status)]
    receipt = deliver(api, a_call(2))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)


@pytest.mark.parametrize("code", [100, 429])
def test_maintenance_and_pace_are_no_refusal_for_good(api: LookAlike, code: int) -> None:
    body = {"ErrorCode": code, "Message": "later"}
    api.script = [{"status": 422, "headers": {}, "message": "", "body": body}]
    receipt = deliver(api, a_call(2))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)


def test_a_request_stays_below_the_size_that_is_refused(
    api: LookAlike, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "MOST_BYTES", 20_000)
    receipt = deliver(api, a_call(100))
    mailed = len(http.accepted(api.record))
    assert 10 < mailed < 100
    assert len(receipt.untried) == 100 - mailed


def test_the_results_of_a_full_call_are_read_to_the_end(api: LookAlike) -> None:
    receipt = deliver(api, a_call(500))
    assert (receipt.outcome, receipt.untried) == (Outcome.ACCEPTED, frozenset())


def test_a_letter_may_do_without_a_reply_address(api: LookAlike) -> None:
    [message] = the_messages(api, a_call(1, letter=a_letter(reply_to="")))
    assert "ReplyTo" not in message
