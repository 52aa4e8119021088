from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from digest.deliver.provider import Call, Receipt
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import ATTEMPT, a_call, a_letter, a_personal, apart
from tests.servers import brevo, http
from tests.servers.http import LookAlike, answer

SECRETS = {"BREVO_API_KEY": brevo.KEY}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[LookAlike]:
    with brevo.running(tmp_path / "accepted") as running:
        yield running


def deliver(api: LookAlike, call: Call, options: str = "") -> Receipt:
    provider = open_provider(api.url + options, secrets=SECRETS)
    try:
        return provider.deliver(call)
    finally:
        provider.close()


def the_message(api: LookAlike, call: Call, options: str = "") -> dict[str, Any]:
    receipt = deliver(api, call, options)
    assert receipt.outcome is Outcome.ACCEPTED, receipt.detail
    message: dict[str, Any] = api.requests[-1]
    return message


def test_each_reader_has_a_request_of_their_own(api: LookAlike) -> None:
    message = the_message(api, a_call(2))
    assert api.calls == 2
    assert message["sender"] == {"email": "lettre@digest.example", "name": "La Lettre du Sahel"}
    assert message["replyTo"] == {"email": "redaction@digest.example"}
    assert message["subject"] == "Sahel : une semaine décisive"
    assert message["tags"] == ["hebdo-sahel"]
    assert [to["email"] for to in message["to"]] == ["reader2@readers.example"]
    assert "https://digest.example/u/token2" in message["htmlContent"]
    assert message["headers"]["List-Unsubscribe"] == "<https://digest.example/u/token2>"


def test_no_request_asks_that_a_reader_be_tracked(api: LookAlike) -> None:
    [to] = the_message(api, a_call(1))["to"]
    assert to["contactPixelTrackingConsent"] is False


def test_of_who_agreed_to_it_the_opening_alone_is_noticed(api: LookAlike) -> None:
    [to] = the_message(api, a_call(1, letter=a_letter(tracked=True)))["to"]
    assert to["contactPixelTrackingConsent"] is True


def test_events_will_bring_back_the_attempt_and_the_reader(api: LookAlike) -> None:
    custom = the_message(api, a_call(1))["headers"]["X-Mailin-custom"]
    assert orjson.loads(custom) == {
        "attempt": ATTEMPT,
        "issue": "1",
        "batch": "7",
        "subscriber": "1",
    }


def test_a_sandbox_is_asked_for_by_brevos_own_header(api: LookAlike) -> None:
    assert "X-Sib-Sandbox" not in the_message(api, a_call(1))["headers"]
    assert the_message(api, a_call(1), "&sandbox=yes")["headers"]["X-Sib-Sandbox"] == "drop"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Awa Diop", "Awa Diop"),
        ("Diop, Awa; Dr", "Diop, Awa; Dr"),
        ("Zoë (Léa), Dr.", "Zoë Léa Dr"),
        ("N" * 90, "N" * 70),
    ],
)
def test_a_name_is_written_so_that_brevo_does_not_lose_it(
    api: LookAlike, name: str, written: str
) -> None:
    [to] = the_message(api, a_call(to=(a_personal(name=name),)))["to"]
    assert to["name"] == written


def test_a_reader_without_a_name_has_none(api: LookAlike) -> None:
    [to] = the_message(api, a_call(to=(a_personal(name=""),)))["to"]
    assert "name" not in to


def test_a_header_beyond_ascii_is_refused_before_receivers_choke_on_it(api: LookAlike) -> None:
    wicked = a_personal(2, unsubscribe_url="https://élysée.example/u")
    receipt = deliver(api, a_call(to=(a_personal(1), wicked, a_personal(3))))
    assert receipt.outcome is Outcome.ACCEPTED
    assert "leave ASCII" in receipt.refused[2]


def test_a_bad_address_is_refused_alone(api: LookAlike) -> None:
    people = (a_personal(1), a_personal(2, address="é@readers.example"), a_personal(3))
    receipt = deliver(api, a_call(to=people))
    assert (receipt.outcome, receipt.permanent) == (Outcome.ACCEPTED, False)
    assert receipt.refused == {2: "400 email is not valid in to"}
    assert http.accepted(api.record) == ["reader1@readers.example", "reader3@readers.example"]


def test_after_a_lost_answer_the_rest_of_the_call_waits(api: LookAlike) -> None:
    api.script = [http.ACCEPT, http.ACCEPT_500]
    receipt = deliver(api, a_call(4))
    assert api.calls == 2
    assert receipt.outcome is Outcome.ACCEPTED
    assert apart(receipt) == {2: "unknown", 3: "untried", 4: "untried"}


def test_a_429_ends_the_call_and_tells_the_seconds(api: LookAlike) -> None:
    api.script = [http.ACCEPT, answer(429, {"x-sib-ratelimit-reset": "45"})]
    receipt = deliver(api, a_call(3))
    assert (receipt.outcome, receipt.retry_after) == (Outcome.ACCEPTED, 45)
    assert apart(receipt) == {2: "untried", 3: "untried"}


def test_time_that_runs_out_in_mid_call_leaves_the_rest_untried(api: LookAlike) -> None:
    api.delay = 0.3
    receipt = deliver(api, a_call(3, seconds=0.5))
    assert 3 in receipt.untried
    untried = {f"reader{id_}@readers.example" for id_ in receipt.untried}
    assert not untried & set(http.accepted(api.record))


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 406])
def test_these_statuses_refuse_for_good(api: LookAlike, status: int) -> None:
    api.script = [answer(status)]
    receipt = deliver(api, a_call(2))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert api.calls == 1


@pytest.mark.parametrize("status", [201, 202])
def test_created_counts_whatever_follows(api: LookAlike, status: int) -> None:
    api.script = [answer(status)]
    assert deliver(api, a_call(1)).outcome is Outcome.ACCEPTED


def test_a_letter_may_do_without_text_and_without_reply_address(api: LookAlike) -> None:
    message = the_message(api, a_call(1, letter=a_letter(text="", reply_to="")))
    assert "textContent" not in message
    assert "replyTo" not in message
