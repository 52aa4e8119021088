"""What every email API's provider makes of an answer, and what it lets a reader read."""

import html
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.clock import system_clock
from digest.deliver.batches import Patience, settle
from digest.deliver.personalise import cut
from digest.deliver.provider import Call, Letter, Personal, Receipt
from digest.deliver.providers.urls import OPENERS, open_provider
from digest.errors import ConfigError
from digest.model.delivery import BatchState, Fate
from tests.contracts.apis import APIS, SECRETS, EmailApi, provider_at
from tests.deliver.calls import a_call, a_letter, a_personal
from tests.servers import http
from tests.servers.http import LookAlike, Mail, Step, answer

SENT, LATER, FAILED, DOUBT = (
    BatchState.SENT,
    BatchState.READY,
    BatchState.FAILED,
    BatchState.IN_DOUBT,
)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A look-alike at work, and what it stands for."""

    name: str
    kind: EmailApi
    api: LookAlike

    def deliver(self, call: Call, url: str = "") -> Receipt:
        provider = provider_at(url or self.api.url)
        try:
            return provider.deliver(call)
        finally:
            provider.close()


@pytest.fixture(params=APIS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    kind = APIS[request.param]
    with kind.running(tmp_path / "accepted") as api:
        yield Bench(name=request.param, kind=kind, api=api)


def the_fates(receipt: Receipt, call: Call, now: datetime | None = None) -> list[Fate]:
    """What the ledger makes of a receipt."""
    mailed = frozenset(to.id for to in call.to)
    settled = settle(
        receipt, mailed, tries=1, now=now or system_clock(), jitter=0, patience=Patience()
    )
    return list(settled.fates)


def the_fate(receipt: Receipt, call: Call, now: datetime | None = None) -> Fate:
    """What it makes of one that tells nobody apart."""
    [fate] = the_fates(receipt, call, now)
    return fate


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (http.ACCEPT, SENT),
        (answer(401, message="bad key"), FAILED),
        (answer(404), FAILED),
        (answer(429), LATER),
        (answer(500), DOUBT),
        (answer(502), DOUBT),
        (answer(503), DOUBT),
        (answer(204), DOUBT),
        (answer(301, {"Location": "http://127.0.0.1:1/"}), DOUBT),
        (answer(418), DOUBT),
        (http.RESET_EARLY, DOUBT),
        (http.RESET, DOUBT),
        (http.ACCEPT_RESET, DOUBT),
        (http.ACCEPT_500, DOUBT),
        (http.ACCEPT_HALF, DOUBT),
        (http.GARBAGE, DOUBT),
    ],
)
def test_what_an_answer_makes_of_a_reader(bench: Bench, step: Step, state: BatchState) -> None:
    bench.api.script, call = [step], a_call(1)
    receipt = bench.deliver(call)
    assert the_fate(receipt, call).state is state, receipt
    assert not receipt.refused
    assert bench.api.calls == 1, "a provider never repeats a call by itself"


def test_a_request_that_the_api_does_not_like_is_refused_for_good(bench: Bench) -> None:
    bench.api.script, call = [answer(bench.kind.refuses, message="we don't like it")], a_call(3)
    receipt = bench.deliver(call)
    assert receipt.permanent
    assert the_fate(receipt, call).state is FAILED
    assert receipt.detail == f"{bench.kind.refuses} we don't like it"


def test_a_429_tells_how_long_to_wait(bench: Bench) -> None:
    bench.api.script, call, now = [answer(429, {"Retry-After": "30"})], a_call(3), system_clock()
    receipt = bench.deliver(call)
    assert receipt.retry_after == 30
    assert the_fate(receipt, call, now).not_before == now + timedelta(seconds=30)


def test_of_a_lost_answer_nobody_in_the_call_counts_as_mailed(bench: Bench) -> None:
    bench.api.script = [http.ACCEPT_RESET]
    call = a_call(3)
    fates = the_fates(bench.deliver(call), call)
    assert {fate.state for fate in fates} <= {DOUBT, LATER}
    doubted = {id_ for fate in fates if fate.state is DOUBT for id_ in fate.recipient_ids}
    mailed = {int(re.findall(r"\d+", one)[0]) for one in http.accepted(bench.api.record)}
    assert mailed <= doubted


def test_silence_until_the_deadline_is_a_doubt(bench: Bench) -> None:
    bench.api.script, call = [http.ACCEPT_HANG], a_call(1, seconds=0.4)
    began = time.monotonic()
    assert the_fate(bench.deliver(call), call).state is DOUBT
    assert time.monotonic() - began < 10


def test_where_nobody_listens_nothing_was_sent(bench: Bench) -> None:
    call = a_call(3)
    receipt = bench.deliver(call, bench.kind.at(http.closed_port()))
    assert the_fate(receipt, call).state is LATER


def test_a_server_without_tls_got_no_mail(bench: Bench) -> None:
    call, url = a_call(1, seconds=0.3), re.sub("[?&]tls=no", "", bench.api.url)
    assert the_fate(bench.deliver(call, url), call).state is LATER
    assert http.accepted(bench.api.record) == []


def test_a_call_whose_time_is_up_reaches_nobody(bench: Bench) -> None:
    call = a_call(2, seconds=-1)
    assert the_fate(bench.deliver(call), call).state is LATER
    assert bench.api.calls == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": ""},
        {"html": " "},
        {"subject": "a\nb"},
        {"headers": {"List-ID": "<x>\nBcc: c@d.example"}},
    ],
)
def test_an_unfit_letter_is_refused_before_it_is_sent(
    bench: Bench, changes: dict[str, Any]
) -> None:
    call = a_call(2, letter=a_letter(**changes))
    assert the_fate(bench.deliver(call), call).state is FAILED
    assert bench.api.calls == 0


@pytest.mark.parametrize("bench", sorted(set(APIS) - {"sendgrid"}), indirect=True)
@pytest.mark.parametrize("field", ["sender_name", "sender_address", "reply_to"])
def test_an_unfit_mailbox_of_ours_is_refused_before_it_is_sent(bench: Bench, field: str) -> None:
    letter = a_letter(**{field: "a@b.example\nBcc: c@d.example"})
    assert bench.deliver(a_call(2, letter=letter)).permanent
    assert bench.api.calls == 0


def test_a_wrong_key_is_a_refusal_for_good(bench: Bench) -> None:
    call, provider = a_call(2), open_provider(bench.api.url, secrets={bench.kind.secret[0]: "no"})
    receipt = provider.deliver(call)
    provider.close()
    assert the_fate(receipt, call).state is FAILED
    assert receipt.detail.startswith("401 ")


def test_a_refusal_never_repeats_an_address_to_the_log(bench: Bench) -> None:
    bench.api.script = [answer(400, message="reader1@readers.example is not good in to")]
    receipt = bench.deliver(a_call(1))
    assert "reader1" not in receipt.detail + str(receipt.refused)


def test_no_log_and_no_value_shows_the_key(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider = provider_at(bench.api.url)
    provider.deliver(a_call(1))
    provider.close()
    shown = caplog.text + repr(provider) + repr(vars(provider)) + provider.where
    assert bench.kind.secret[1] not in shown


@pytest.mark.parametrize("name", APIS)
@pytest.mark.parametrize("key", ["", "a\nb"])
def test_without_a_usable_key_it_does_not_open(name: str, key: str) -> None:
    variable, _ = APIS[name].secret
    with pytest.raises(ConfigError, match=variable):
        open_provider(APIS[name].at(1), secrets={variable: key})


@pytest.mark.parametrize("name", APIS)
def test_a_key_in_the_url_is_refused(name: str) -> None:
    url = APIS[name].at(1).replace("://", "://key@", 1)
    with pytest.raises(ConfigError, match=f"put it into {APIS[name].secret[0]}"):
        open_provider(url, secrets=SECRETS)


def test_every_api_is_a_scheme() -> None:
    assert set(APIS) <= set(OPENERS)


def test_each_reader_gets_their_own_words_and_their_own_link(bench: Bench) -> None:
    people = (a_personal(1), a_personal(2, name="Awa <b> 100 %"), a_personal(3, name=""))
    letter = a_letter(subject="%%NAME%%, une semaine décisive")
    receipt = bench.deliver(a_call(to=people, letter=letter))
    assert not receipt.untried
    mails = {mail.address: mail for mail in bench.api.mails}
    assert len(mails) == len(bench.api.mails) == 3
    for to in people:
        mail = mails[to.address]
        assert mail.headers["List-Unsubscribe"] == to.headers["List-Unsubscribe"]
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.headers["List-ID"] == letter.headers["List-ID"]
        assert "Message-ID" not in mail.headers, "email APIs make their own"
        assert texts(mail) == expected(letter, to)


def test_a_proof_has_no_unsubscribe_header_at_all(bench: Bench) -> None:
    bench.deliver(a_call(to=(a_personal(1, message_id=""), a_personal(2, message_id=""))))
    assert len(bench.api.mails) == 2
    assert all("List-Unsubscribe" not in mail.headers for mail in bench.api.mails)


LOOKS_LIKE_A_TEMPLATE = (
    "%recipient.NAME% %recipient% %unsubscribe_url% {{ contact.EMAIL }} {{params.x}} {% if 1 %}"
    " {# no #} {{{ pm:unsubscribe }}} -NAME- 100 % %20 a{b}c"
)


def test_no_word_of_a_letter_is_read_as_a_template(bench: Bench) -> None:
    letter = a_letter(
        subject=f"S {LOOKS_LIKE_A_TEMPLATE}",
        html=f"<p>%%NAME_HTML%% {LOOKS_LIKE_A_TEMPLATE}</p><a href='%%UNSUBSCRIBE_URL%%'>x</a>",
        text=f"%%NAME%% {LOOKS_LIKE_A_TEMPLATE} %%UNSUBSCRIBE_URL%%",
    )
    wicked = a_personal(2, name="%recipient.UNSUBSCRIBE_URL% {{ contact.EMAIL }} {{{ pm:x }}}")
    people = (a_personal(1), wicked)
    bench.deliver(a_call(to=people, letter=letter))
    mails = {mail.address: mail for mail in bench.api.mails}
    for to in people:
        assert texts(mails[to.address]) == expected(letter, to)


def test_a_style_sheet_is_no_template_either(bench: Bench) -> None:
    style = "<style>@media print{#a{color:red}}.b{width:50%}</style>"
    bench.deliver(a_call(1, letter=a_letter(html=f"{style}<p>x</p>")))
    [mail] = bench.api.mails
    assert re.sub(r"\s", "", mail.html) == re.sub(r"\s", "", f"{style}<p>x</p>")


def texts(mail: Mail) -> tuple[str, str, str]:
    """What a reader sees."""
    shown = html.unescape(mail.html)
    return seen(mail.subject), seen(shown), seen(mail.text)


def seen(text: str) -> str:
    return text.replace("\u2060", "")


def expected(letter: Letter, to: Personal) -> tuple[str, str, str]:
    subject, body, text = (
        cut(one).fill(to.values) for one in (letter.subject, letter.html, letter.text)
    )
    return subject, html.unescape(body), text
