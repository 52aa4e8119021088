import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from digest.deliver.provider import Call, Receipt
from digest.deliver.providers import mailgun_request
from digest.deliver.providers.urls import open_provider
from digest.errors import ConfigError
from digest.model.delivery import Outcome
from tests.deliver.calls import ATTEMPT, a_call, a_letter, a_personal, apart
from tests.servers import http, mailgun
from tests.servers.http import LookAlike, answer

SECRETS = {"MAILGUN_API_KEY": mailgun.KEY}
BAD = answer(400, message="'to' parameter is not a valid address. please check documentation")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[LookAlike]:
    with mailgun.running(tmp_path / "accepted") as running:
        yield running


def deliver(api: LookAlike, call: Call, options: str = "") -> Receipt:
    provider = open_provider(api.url + options, secrets=SECRETS)
    try:
        return provider.deliver(call)
    finally:
        provider.close()


def the_form(api: LookAlike, call: Call, options: str = "") -> dict[str, list[str]]:
    receipt = deliver(api, call, options)
    assert receipt.outcome is Outcome.ACCEPTED, receipt.detail
    form: dict[str, list[str]] = api.requests[-1]
    return form


def test_a_form_carries_one_message_for_all_its_readers(api: LookAlike) -> None:
    form = the_form(api, a_call(2))
    assert form["from"] == ['"La Lettre du Sahel" <lettre@digest.example>']
    assert form["h:Reply-To"] == ["redaction@digest.example"]
    assert form["subject"] == ["Sahel : une semaine décisive"]
    assert form["to"] == [
        "=?utf-8?q?Zo=C3=AB_=26_L=C3=A9a?= <reader1@readers.example>",
        "=?utf-8?q?Zo=C3=AB_=26_L=C3=A9a?= <reader2@readers.example>",
    ]
    assert "%recipient.NAME_HTML%" in form["html"][0]
    assert "%recipient.NAME%" in form["text"][0]
    assert form["h:List-ID"] == ["<hebdo-sahel.digest.example>"]
    assert form["o:tag"] == ["hebdo-sahel"]


def test_every_kind_of_tracking_is_switched_off_in_so_many_words(api: LookAlike) -> None:
    form = the_form(api, a_call(1))
    assert form["o:tracking"] == form["o:tracking-clicks"] == form["o:tracking-opens"] == ["no"]


def test_of_who_agreed_to_it_the_opening_alone_is_noticed(api: LookAlike) -> None:
    form = the_form(api, a_call(1, letter=a_letter(tracked=True)))
    assert (form["o:tracking-clicks"], form["o:tracking-opens"]) == (["no"], ["yes"])
    assert "o:tracking" not in form  # it would mean both


def test_events_will_bring_back_the_attempt_and_the_reader(api: LookAlike) -> None:
    form = the_form(api, a_call(2))
    assert form["v:attempt"] == [ATTEMPT]
    assert (form["v:issue"], form["v:batch"]) == (["1"], ["7"])
    assert form["v:subscriber"] == ["%recipient.SUBSCRIBER%"]
    variables = orjson.loads(form["recipient-variables"][0])
    assert {one["SUBSCRIBER"] for one in variables.values()} == {"1", "2"}


def test_readers_have_the_variables_that_the_letter_uses_and_no_others(api: LookAlike) -> None:
    [variables] = orjson.loads(the_form(api, a_call(1))["recipient-variables"][0]).values()
    assert variables == {
        "NAME": "Zoë & Léa",
        "NAME_HTML": "Zoë &amp; Léa",
        "UNSUBSCRIBE_URL": "https://digest.example/u/token1",
        "HEADER_List_Unsubscribe": "<https://digest.example/u/token1>",
        "HEADER_List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
        "SUBSCRIBER": "1",
    }


def test_what_a_reader_typed_is_not_filled_in_once_more(api: LookAlike) -> None:
    wicked = a_personal(1, name="%recipient.SUBSCRIBER% & %unsubscribe_url%")
    [text] = the_form(api, a_call(to=(wicked,)))["recipient-variables"]
    assert "%recipient" not in text
    assert "%unsubscribe" not in text


def test_test_mode_is_mailguns_own(api: LookAlike) -> None:
    assert "o:testmode" not in the_form(api, a_call(1))
    assert the_form(api, a_call(1), "&sandbox=yes")["o:testmode"] == ["yes"]


def test_an_address_goes_once_and_its_other_reader_waits(api: LookAlike) -> None:
    written = ("awa@élysée.example", "Awa@xn--lyse-9oad.example", "b@readers.example")
    people = tuple(a_personal(id_, address=one) for id_, one in enumerate(written, start=1))
    receipt = deliver(api, a_call(to=people))
    assert receipt.outcome is Outcome.ACCEPTED
    assert apart(receipt) == {2: "untried"}


def test_readers_without_unsubscribe_headers_wait_for_a_message_of_their_own(
    api: LookAlike,
) -> None:
    receipt = deliver(api, a_call(to=(a_personal(1), a_personal(2, message_id=""), a_personal(3))))
    assert receipt.outcome is Outcome.ACCEPTED
    assert apart(receipt) == {2: "untried"}


def test_a_message_stays_below_the_size_that_is_refused(
    api: LookAlike, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailgun_request, "MOST_BYTES", 20_000)
    receipt = deliver(api, a_call(100))
    mailed = len(http.accepted(api.record))
    assert 10 < mailed < 100
    assert len(receipt.untried) == 100 - mailed


def test_a_bad_address_among_many_is_found_and_refused_alone(api: LookAlike) -> None:
    people = [a_personal(id_) for id_ in range(1, 101)]
    people[36] = a_personal(37, address="é@readers.example")
    receipt = deliver(api, a_call(to=tuple(people)))
    assert receipt.outcome is Outcome.ACCEPTED
    assert apart(receipt) == {37: "refused"}
    assert len(http.accepted(api.record)) == len(set(http.accepted(api.record))) == 99
    assert api.calls < 20


def test_when_every_address_is_called_bad_it_is_the_request_that_is(api: LookAlike) -> None:
    api.script = [BAD] * 20
    receipt = deliver(api, a_call(3))
    assert (receipt.outcome, receipt.permanent, receipt.refused) == (Outcome.REFUSED, True, {})


def test_a_search_for_a_bad_address_stops_at_a_lost_answer(api: LookAlike) -> None:
    api.script = [BAD, http.ACCEPT_RESET]
    receipt = deliver(api, a_call(4))
    assert api.calls == 2
    assert receipt.outcome is Outcome.UNKNOWN
    assert apart(receipt) == {1: "unknown", 2: "unknown", 3: "untried", 4: "untried"}


@pytest.mark.parametrize("body", ["Mailgun Magnificent API", {"message": "hello"}, None])
def test_an_answer_without_an_id_is_no_acceptance(api: LookAlike, body: object) -> None:
    api.script = [{"status": 200, "headers": {}, "message": "", "body": body}]
    assert deliver(api, a_call(2)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415])
def test_these_statuses_refuse_for_good(api: LookAlike, status: int) -> None:
    api.script = [answer(status)]
    receipt = deliver(api, a_call(2))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)


def test_a_429_may_tell_how_long_by_a_time(api: LookAlike) -> None:
    api.script = [answer(429, {"X-RateLimit-Reset": str(int(time.time()) + 30)})]
    wait = deliver(api, a_call(2)).retry_after
    assert wait is not None
    assert 25 < wait <= 31


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("mailgun://mg.example.org", "https://api.mailgun.net/v3/mg.example.org"),
        ("mailgun://mg.example.org/", "https://api.mailgun.net/v3/mg.example.org"),
        ("mailgun://MG.Example.org?region=eu", "https://api.eu.mailgun.net/v3/mg.example.org"),
        (
            "mailgun://mg.example.org?api=127.0.0.1:8080&tls=no",
            "http://127.0.0.1:8080/v3/mg.example.org",
        ),
    ],
)
def test_a_url_names_the_domain_and_the_region(url: str, where: str) -> None:
    provider = open_provider(url, secrets=SECRETS)
    assert (provider.name, provider.where, provider.capacity) == ("mailgun", where, 1000)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mailgun://", "sending domain"),
        ("mailgun://localhost", "sending domain"),
        ("mailgun://mg.example.org:99", "sending domain"),
        ("mailgun://mg.example.org/v3/x", "sending domain"),
        ("mailgun://mg.example.org?region=fr", "unknown region 'fr'"),
        ("mailgun://mg.example.org?tls=no", "would show the key"),
        ("mailgun://mg.example.org?tls=no&api=api.mailgun.net", "would show the key"),
        ("mailgun://mg.example.org?api=127.0.0.1:port", "can't be read"),
    ],
)
def test_a_wrong_url_is_refused_with_the_cure(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        open_provider(url, secrets=SECRETS)


def test_a_letter_may_do_without_text_and_without_reply_address(api: LookAlike) -> None:
    form = the_form(api, a_call(1, letter=a_letter(text="", reply_to="")))
    assert "text" not in form
    assert "h:Reply-To" not in form
