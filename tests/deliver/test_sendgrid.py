import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.deliver.provider import Call, Receipt
from digest.deliver.providers import sendgrid_request
from digest.deliver.providers.answers import retry_after
from digest.deliver.providers.sendgrid import SendGrid
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import ATTEMPT, a_call, a_letter, a_personal
from tests.servers import sendgrid
from tests.servers.http import LookAlike, Step, answer

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)


def the_provider(url: str, key: str = sendgrid.KEY) -> SendGrid:
    provider = open_provider(url, secrets={"SENDGRID_API_KEY": key})
    assert isinstance(provider, SendGrid)
    return provider


@pytest.fixture
def api(tmp_path: Path) -> Iterator[LookAlike]:
    with sendgrid.running(tmp_path / "accepted") as running:
        yield running


def deliver(api: LookAlike, call: Call, *, key: str = sendgrid.KEY, url: str = "") -> Receipt:
    provider = the_provider(url or api.url, key)
    try:
        return provider.deliver(call)
    finally:
        provider.close()


def the_request(api: LookAlike, call: Call) -> dict[str, Any]:
    receipt = deliver(api, call)
    assert receipt.outcome is Outcome.ACCEPTED, receipt.detail
    request: dict[str, Any] = api.requests[-1]
    return request


def test_a_request_carries_one_letter_and_a_part_for_each_reader(api: LookAlike) -> None:
    request = the_request(api, a_call(2))
    assert request["from"] == {"email": "lettre@digest.example", "name": "La Lettre du Sahel"}
    assert request["reply_to"] == {"email": "redaction@digest.example"}
    assert request["subject"] == "Sahel : une semaine décisive"
    assert [content["type"] for content in request["content"]] == ["text/plain", "text/html"]
    assert request["categories"] == ["hebdo-sahel"]
    [first, second] = request["personalizations"]
    assert first["to"] == [{"email": "reader1@readers.example", "name": "Zoë & Léa"}]
    assert second["to"][0]["email"] == "reader2@readers.example"
    assert first["custom_args"] == {
        "attempt_id": ATTEMPT,
        "issue": "1",
        "batch": "7",
        "subscriber": "1",
    }


def test_every_kind_of_tracking_is_switched_off_in_so_many_words(api: LookAlike) -> None:
    settings = the_request(api, a_call(1))["tracking_settings"]
    assert {kind: setting["enable"] for kind, setting in settings.items()} == {
        "click_tracking": False,
        "open_tracking": False,
        "subscription_tracking": False,
        "ganalytics": False,
    }


def test_of_who_agreed_to_it_the_opening_alone_is_noticed(api: LookAlike) -> None:
    call = a_call(1, letter=a_letter(tracked=True))
    settings = the_request(api, call)["tracking_settings"]
    assert {kind for kind, setting in settings.items() if setting["enable"]} == {"open_tracking"}
    assert settings["click_tracking"]["enable_text"] is False


def test_a_field_is_filled_in_raw_and_escaped(api: LookAlike) -> None:
    [person] = the_request(api, a_call(1))["personalizations"]
    assert person["substitutions"] == {
        "%%NAME%%": "Zoë & Léa",
        "%%NAME_HTML%%": "Zoë &amp; Léa",
        "%%UNSUBSCRIBE_URL%%": "https://digest.example/u/token1",
    }


def test_each_reader_has_their_own_unsubscribe_header_beside_the_common_ones(
    api: LookAlike,
) -> None:
    [person] = the_request(api, a_call(1))["personalizations"]
    assert person["headers"] == {
        "List-ID": "<hebdo-sahel.digest.example>",
        "Precedence": "bulk",
        "List-Unsubscribe": "<https://digest.example/u/token1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_a_comma_or_semicolon_in_a_name_is_taken_out(api: LookAlike) -> None:
    [person] = the_request(api, a_call(to=(a_personal(name="Diop, Awa; Dr"),)))["personalizations"]
    assert person["to"][0]["name"] == "Diop Awa Dr"


def test_a_domain_beyond_ascii_is_written_so_that_it_is_taken(api: LookAlike) -> None:
    [person] = the_request(api, a_call(to=(a_personal(address="awa@élysée.example"),)))[
        "personalizations"
    ]
    assert person["to"][0]["email"] == "awa@xn--lyse-9oad.example"


def test_an_address_stands_in_a_request_once_and_its_other_reader_waits(api: LookAlike) -> None:
    twins = (a_personal(1), a_personal(2, address="Reader1@readers.example"), a_personal(3))
    receipt = deliver(api, a_call(to=twins))
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.untried == {2}
    written = ("awa@élysée.example", "awa@xn--lyse-9oad.example")
    same = tuple(a_personal(id_, address=one) for id_, one in enumerate(written, start=1))
    assert deliver(api, a_call(to=same)).untried == {2}


def test_a_reader_whose_values_are_too_long_is_refused_alone(api: LookAlike) -> None:
    receipt = deliver(api, a_call(to=(a_personal(1), a_personal(2, name="é" * 6000))))
    assert receipt.outcome is Outcome.ACCEPTED
    assert list(receipt.refused) == [2]


def test_a_request_stays_below_the_size_that_is_refused(
    api: LookAlike, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sendgrid_request, "MOST_BYTES", 20_000)
    receipt = deliver(api, a_call(100))
    mailed = len(sendgrid.accepted(api.record))
    assert 10 < mailed < 100
    assert len(receipt.untried) == 100 - mailed


@pytest.mark.parametrize("changes", [{"subject": ""}, {"subject": "  "}, {"html": ""}])
def test_a_letter_without_subject_or_body_is_refused_before_it_is_sent(
    api: LookAlike, changes: dict[str, str]
) -> None:
    receipt = deliver(api, a_call(letter=a_letter(**changes)))
    assert (receipt.outcome, receipt.permanent, api.calls) == (Outcome.REFUSED, True, 0)


def test_a_letter_without_text_goes_as_html_alone(api: LookAlike) -> None:
    request = the_request(api, a_call(letter=a_letter(text="")))
    assert [content["type"] for content in request["content"]] == ["text/html"]


REFUSED, UNKNOWN, ACCEPTED = Outcome.REFUSED, Outcome.UNKNOWN, Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("step", "outcome", "permanent"),
    [
        (answer(400, message="bad request"), REFUSED, True),
        (answer(401, message="authorization required"), REFUSED, True),
        (answer(403, message="access forbidden"), REFUSED, True),
        (answer(404), REFUSED, True),
        (answer(405), REFUSED, True),
        (answer(413), REFUSED, True),
        (answer(415), REFUSED, True),
        (answer(429), REFUSED, False),
        (answer(500), UNKNOWN, False),
        (answer(502), UNKNOWN, False),
        (answer(503), UNKNOWN, False),
        (answer(200), UNKNOWN, False),
        (answer(204), UNKNOWN, False),
        (answer(301, {"Location": "http://127.0.0.1:1/"}), UNKNOWN, False),
        (answer(418), UNKNOWN, False),
        (sendgrid.RESET_EARLY, UNKNOWN, False),
        (sendgrid.RESET, UNKNOWN, False),
        (sendgrid.ACCEPT_RESET, UNKNOWN, False),
        (sendgrid.ACCEPT_500, UNKNOWN, False),
        (sendgrid.ACCEPT_HALF, UNKNOWN, False),
        (sendgrid.GARBAGE, UNKNOWN, False),
    ],
)
def test_what_each_answer_means(
    api: LookAlike, step: Step, outcome: Outcome, permanent: bool
) -> None:
    api.script = [step]
    receipt = deliver(api, a_call())
    assert (receipt.outcome, receipt.permanent) == (outcome, permanent), receipt.detail
    assert api.calls == 1, "a provider never repeats a call by itself"


def test_an_answer_whose_body_never_ends_counts_by_its_status(api: LookAlike) -> None:
    api.script = [sendgrid.ACCEPT_DRIP]
    began = time.monotonic()
    receipt = deliver(api, a_call(seconds=0.4))
    assert receipt.outcome is Outcome.ACCEPTED
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_where_nobody_listens_nothing_was_sent(api: LookAlike, host: str) -> None:
    url = f"sendgrid://{host}:{sendgrid.closed_port()}?tls=no"
    receipt = deliver(api, a_call(), url=url)
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)


def test_a_wrong_key_is_a_refusal_for_good_in_the_apis_words(api: LookAlike) -> None:
    receipt = deliver(api, a_call(), key="SG.wrong")
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert receipt.detail == "401 The provided authorization grant is invalid"


def test_a_bad_address_is_refused_and_the_others_may_go(api: LookAlike) -> None:
    people = (a_personal(1), a_personal(2, address="é@readers.example"), a_personal(3))
    receipt = deliver(api, a_call(to=people))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)
    assert receipt.refused == {2: "Does not contain a valid address."}


def test_when_every_address_is_called_bad_it_is_the_request_that_is(api: LookAlike) -> None:
    errors = [{"message": "no", "field": f"personalizations.{n}.to.0.email"} for n in range(3)]
    api.script = [{"status": 400, "headers": {}, "message": "", "body": {"errors": errors}}]
    receipt = deliver(api, a_call(3))
    assert (receipt.permanent, receipt.refused) == (True, {})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 30)}, 30),
        ({"X-RateLimit-Reset": "1"}, 1),
        ({"X-RateLimit-Reset": "999999999999"}, 7 * 86_400),
        ({"Retry-After": "999999999999"}, 7 * 86_400),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "Fri, 27 Nov 2026 06:01:00 GMT"}, 60),
        ({"Retry-After": "soon"}, 10),
        ({}, 10),
    ],
)
def test_how_long_a_429_asks_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, NOW) == seconds


def test_a_429_tells_how_long(api: LookAlike) -> None:
    api.script = [answer(429, {"x-ratelimit-reset": str(int(time.time()) + 30)})]
    receipt = deliver(api, a_call())
    assert receipt.retry_after is not None
    assert 25 < receipt.retry_after <= 31


def test_in_sandbox_mode_200_is_the_good_answer(api: LookAlike) -> None:
    api.script = [answer(200)]
    receipt = deliver(api, a_call(), url=f"{api.url}&sandbox=yes")
    assert receipt.outcome is Outcome.ACCEPTED
    the_request_of = deliver(api, a_call(), url=f"{api.url}&sandbox=yes")
    assert the_request_of.outcome is Outcome.ACCEPTED
    assert api.requests[-1]["mail_settings"] == {"sandbox_mode": {"enable": True}}
