import logging
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.clock import Clock, system_clock
from digest.deliver.provider import Call, Receipt
from digest.deliver.providers import ses as module
from digest.deliver.providers.ses import Ses
from digest.deliver.providers.urls import open_provider
from digest.errors import ConfigError
from digest.model.delivery import Outcome
from tests.deliver.calls import ATTEMPT, a_call, a_letter, a_personal
from tests.servers import ses
from tests.servers.ses import LookAlike, Step, error

REFUSED, UNKNOWN, ACCEPTED = Outcome.REFUSED, Outcome.UNKNOWN, Outcome.ACCEPTED
RATE = error(429, "TooManyRequestsException", "Maximum sending rate exceeded.")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ses.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[LookAlike]:
    with ses.running(tmp_path / "accepted") as running:
        yield running


def the_provider(url: str, clock: Clock = system_clock) -> Ses:
    provider = open_provider(url, secrets={})
    assert isinstance(provider, Ses)
    provider._clock = clock
    return provider


def deliver(api: LookAlike, call: Call, *, url: str = "", clock: Clock = system_clock) -> Receipt:
    """Make a call; what it takes to load a client, seconds perhaps, is not the call's time."""
    asked = system_clock()
    with closing(the_provider(url or api.url, clock)) as provider:
        return provider.deliver(replace(call, deadline=call.deadline + (system_clock() - asked)))


def sums(receipt: Receipt) -> tuple[Outcome, set[int], set[int], set[int]]:
    return receipt.outcome, set(receipt.refused), set(receipt.unknown), set(receipt.untried)


def test_each_reader_has_a_mail_of_their_own_with_their_own_way_out(api: LookAlike) -> None:
    receipt = deliver(api, a_call(2))
    assert (receipt.outcome, receipt.ref) == (ACCEPTED, "m-1")
    [first, second] = api.mails
    assert first["To"].addresses[0].addr_spec == "reader1@readers.example"
    assert first["From"].addresses[0].addr_spec == "lettre@digest.example"
    assert second["List-Unsubscribe"] == "<https://digest.example/u/token2>"
    assert second["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert second["List-ID"] == "<hebdo-sahel.digest.example>"
    text = second.get_body(("plain",))
    assert text is not None
    assert "https://digest.example/u/token2" in text.get_content()


def test_events_can_be_traced_to_the_attempt_and_the_reader(api: LookAlike) -> None:
    deliver(api, a_call(1))
    assert {tag["Name"]: tag["Value"] for tag in api.requests[0]["EmailTags"]} == {
        "attempt": ATTEMPT,
        "issue": "1",
        "batch": "7",
        "subscriber": "1",
    }


def test_tracking_is_switched_off_in_so_many_words(api: LookAlike) -> None:
    deliver(api, a_call(1))
    assert api.requests[0]["ConfigurationOverrides"] == {
        "Tracking": {"OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "DISABLED"}
    }


def test_of_who_agreed_to_it_the_opening_alone_is_noticed(api: LookAlike) -> None:
    deliver(api, a_call(1, letter=a_letter(tracked=True)))
    assert api.requests[0]["ConfigurationOverrides"] == {
        "Tracking": {"OpenTrackingEnabled": "ENABLED", "ClickTrackingEnabled": "DISABLED"}
    }


def test_a_text_that_looks_like_a_template_stays_as_it_is(api: LookAlike) -> None:
    deliver(api, a_call(1, letter=a_letter(text="{{NAME}} {{#each x}} %%NAME%%")))
    body = api.mails[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "{{NAME}} {{#each x}} Zoë & Léa"


def test_a_configuration_set_is_named_when_it_is_set(api: LookAlike) -> None:
    deliver(api, a_call(1))
    deliver(api, a_call(1), url=f"{api.url}&configuration_set=news")
    named = [request.get("ConfigurationSetName") for request in api.requests]
    assert named == [None, "news"]


def test_a_domain_beyond_ascii_is_taken_and_a_name_beyond_it_is_refused_alone(
    api: LookAlike,
) -> None:
    people = (a_personal(1, address="awa@élysée.example"), a_personal(2, address="é@a.example"))
    assert sums(deliver(api, a_call(to=people))) == (ACCEPTED, {2}, set(), set())
    assert ses.accepted(api.record) == ["awa@xn--lyse-9oad.example"]


@pytest.mark.parametrize(
    ("step", "outcome", "permanent", "wait"),
    [
        (RATE, REFUSED, False, 1),
        (
            error(429, "TooManyRequestsException", "Daily message quota exceeded"),
            REFUSED,
            False,
            600,
        ),
        (error(400, "Throttling", "Maximum sending rate exceeded"), REFUSED, False, 1),
        (error(400, "LimitExceededException"), REFUSED, False, 600),
        (error(400, "AccountSuspendedException"), REFUSED, True, None),
        (error(400, "SendingPausedException"), REFUSED, True, None),
        (error(400, "MailFromDomainNotVerifiedException"), REFUSED, True, None),
        (error(404, "NotFoundException"), REFUSED, True, None),
        (error(403, "AccessDeniedException"), REFUSED, True, None),
        (error(403, "InvalidSignatureException"), REFUSED, True, None),
        (error(500, "InternalServiceError"), UNKNOWN, False, None),
        (error(503, "ServiceUnavailable"), UNKNOWN, False, None),
        (error(302, "Moved"), UNKNOWN, False, None),
        (ses.RESET, UNKNOWN, False, None),
        (ses.ACCEPT_RESET, UNKNOWN, False, None),
        (ses.ACCEPT_500, UNKNOWN, False, None),
        (ses.ACCEPT_HALF, UNKNOWN, False, None),
        (ses.ACCEPT_EMPTY, UNKNOWN, False, None),
        (ses.GARBAGE, UNKNOWN, False, None),
        (ses.NO_JSON, UNKNOWN, False, None),
        (ses.NO_OBJECT, UNKNOWN, False, None),
    ],
)
def test_what_each_answer_means_when_it_is_the_first(
    api: LookAlike, step: Step, outcome: Outcome, permanent: bool, wait: float | None
) -> None:
    api.script = [step]
    receipt = deliver(api, a_call(3))
    said = (receipt.outcome, receipt.permanent, receipt.retry_after)
    assert said == (outcome, permanent, wait), receipt.detail
    assert sums(receipt)[1:] == (
        (set(), {1}, {2, 3}) if outcome is UNKNOWN else (set(), set(), {1, 2, 3})
    )
    assert api.calls == 1, "a provider never repeats a call by itself"


@pytest.mark.parametrize("step", [RATE, error(403, "AccessDeniedException")])
def test_who_was_mailed_before_a_refusal_stays_mailed_and_the_others_wait(
    api: LookAlike, step: Step
) -> None:
    api.script = [ses.ACCEPT, step]
    receipt = deliver(api, a_call(3))
    assert sums(receipt) == (ACCEPTED, set(), set(), {2, 3})
    assert not receipt.permanent, "the next call will hear it, for whom it then concerns"


def test_a_lost_answer_puts_one_reader_in_doubt(api: LookAlike) -> None:
    api.script = [ses.ACCEPT, ses.ACCEPT_RESET]
    assert sums(deliver(api, a_call(4))) == (ACCEPTED, set(), {2}, {3, 4})


@pytest.mark.parametrize("code", ["BadRequestException", "MessageRejected"])
def test_a_bad_address_is_refused_alone_and_the_others_go(api: LookAlike, code: str) -> None:
    api.script = [ses.ACCEPT, error(400, code, "Illegal address reader2@readers.example")]
    receipt = deliver(api, a_call(3))
    assert sums(receipt) == (ACCEPTED, {2}, set(), set())
    assert "reader2" not in receipt.refused[2], "no address goes to the log"


def test_what_meets_everyone_is_not_their_addresses(api: LookAlike) -> None:
    api.script = [error(400, "MessageRejected", "Email address is not verified.")] * 3
    receipt = deliver(api, a_call(3))
    assert (receipt.permanent, sums(receipt)) == (True, (REFUSED, set(), set(), set()))
    assert receipt.detail == "400 MessageRejected: Email address is not verified."


def test_a_call_in_which_nobody_can_be_mailed_calls_nobody(api: LookAlike) -> None:
    people = tuple(a_personal(reader, address=f"é{reader}@a.example") for reader in (1, 2))
    receipt = deliver(api, a_call(to=people))
    assert (sums(receipt), receipt.permanent) == ((REFUSED, {1, 2}, set(), set()), False)
    assert api.calls == 0


def test_silence_is_a_doubt_that_ends_before_the_deadline(
    api: LookAlike, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SILENCE", 0.3)
    api.script = [ses.ACCEPT_HANG]
    began = time.monotonic()
    assert sums(deliver(api, a_call(2))) == (UNKNOWN, set(), {1}, {2})
    assert time.monotonic() - began < 5
    assert api.calls == 1


def test_a_process_that_slept_past_its_deadline_mails_nobody_else(api: LookAlike) -> None:
    call = a_call(3)

    def clock() -> datetime:
        awake = api.calls < 1
        return call.deadline + timedelta(seconds=-20 if awake else 60)

    receipt = deliver(api, call, clock=clock)
    assert sums(receipt) == (ACCEPTED, set(), set(), {2, 3})
    assert api.calls == 1
    assert receipt.detail == "not called: its time was up"


def test_no_request_begins_that_could_outlast_the_deadline(api: LookAlike) -> None:
    assert sums(deliver(api, a_call(1, seconds=10))) == (REFUSED, set(), set(), {1})
    assert api.calls == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_where_nobody_listens_nothing_was_sent(api: LookAlike, host: str) -> None:
    url = f"ses://eu-west-1?endpoint=http://{host}:{ses.closed_port()}"
    receipt = deliver(api, a_call(), url=url)
    assert (sums(receipt), receipt.permanent) == ((REFUSED, set(), set(), {1, 2, 3}), False)


def test_a_wrong_key_is_a_refusal_for_good_in_the_apis_words(
    api: LookAlike, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAWRONG")
    receipt = deliver(api, a_call())
    assert (receipt.outcome, receipt.permanent) == (REFUSED, True)
    assert "security token included in the request is invalid" in receipt.detail


def test_a_connection_is_kept_from_mail_to_mail_and_call_to_call(api: LookAlike) -> None:
    provider = the_provider(api.url)
    for _ in range(3):
        assert provider.deliver(a_call()).outcome is ACCEPTED
    provider.close()
    assert (api.calls, api.connections) == (9, 1)


def test_no_log_and_no_text_shows_the_secret(
    api: LookAlike, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider = the_provider(api.url)
    provider.deliver(a_call(1))
    provider.close()
    assert ses.ENVIRONMENT["AWS_SECRET_ACCESS_KEY"] not in caplog.text + repr(provider)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ses://", "name the region, e.g. ses://eu-west-1"),
        ("ses://eu-wst-1", "unknown region 'eu-wst-1' .did you mean 'eu-west-1'"),
        ("ses://key:hush-hush@eu-west-1", "takes no key; set AWS_ACCESS_KEY_ID"),
        ("ses://eu-west-1?endpoint=http://mail.example", "over http only this machine"),
        ("ses://eu-west-1?endpoint=mail.example", "must be https://"),
        ("ses://eu-west-1?configurationset=x", "did you mean 'configuration_set'"),
        ("ses://eu-west-1?capacity=201", "from 1 to 200"),
    ],
)
def test_a_wrong_url_is_refused_with_the_cure(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        open_provider(url, secrets={})
    assert "hush-hush" not in str(refused.value)


def test_the_region_says_where_mail_goes() -> None:
    provider = the_provider("ses://eu-west-1?capacity=20&workers=3")
    assert (provider.name, provider.where) == ("ses", "https://email.eu-west-1.amazonaws.com")
    assert (provider.capacity, provider.workers, provider.idempotent) == (20, 3, False)


def test_without_credentials_the_provider_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigError, match="finds no AWS credentials: set AWS_ACCESS_KEY_ID"):
        open_provider("ses://eu-west-1", secrets={})


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "botocore"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "botocore", None)
    monkeypatch.delitem(sys.modules, "digest.deliver.providers.ses")
    monkeypatch.delitem(sys.modules, "digest.deliver.providers.ses_answers", raising=False)
    with pytest.raises(ConfigError, match=r"pip install 'digest\[ses\]'"):
        open_provider("ses://eu-west-1", secrets={})
