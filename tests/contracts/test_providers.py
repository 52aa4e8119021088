"""What every provider promises, whoever they are."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from digest.deliver.provider import Provider
from digest.deliver.providers.urls import OPENERS, open_provider
from digest.model.delivery import Outcome
from tests.contracts.apis import APIS, SECRETS
from tests.deliver.calls import a_call, a_letter, a_personal
from tests.servers import http, ses, smtp

Reached = Callable[[], list[str]]
"""Gives the addresses that mail reached."""


def _outbox(folder: Path, _stack: ExitStack) -> tuple[str, Reached]:
    def reached() -> list[str]:
        names = sorted((folder / "out").glob("*.eml"))
        return [f"reader{int(name.stem.rpartition('-')[2])}@readers.example" for name in names]

    return f"outbox://{folder}/out", reached


def _api(name: str) -> Callable[[Path, ExitStack], tuple[str, Reached]]:
    def maker(folder: Path, stack: ExitStack) -> tuple[str, Reached]:
        api = stack.enter_context(APIS[name].running(folder / name))
        return api.url, lambda: http.accepted(folder / name)

    return maker


def _smtp(
    folder: Path, stack: ExitStack, extensions: tuple[str, ...] = smtp.EXTENSIONS
) -> tuple[str, Reached]:
    relay = stack.enter_context(smtp.running(folder / "smtp", extensions=extensions))
    return relay.url, lambda: smtp.accepted(folder / "smtp")


def _pipelining(folder: Path, stack: ExitStack) -> tuple[str, Reached]:
    return _smtp(folder, stack, smtp.PIPELINING)


def _null(_folder: Path, _stack: ExitStack) -> tuple[str, Reached]:
    return "null://", list


def _ses(folder: Path, stack: ExitStack) -> tuple[str, Reached]:
    environment = stack.enter_context(pytest.MonkeyPatch.context())
    for name, value in ses.ENVIRONMENT.items():
        environment.setenv(name, value)
    api = stack.enter_context(ses.running(folder / "ses"))
    return api.url, lambda: ses.accepted(folder / "ses")


def _failover(folder: Path, stack: ExitStack) -> tuple[str, Reached]:
    """An API that is down, a relay that is up, and an outbox that is never needed."""
    relay, mailed = _smtp(folder, stack)
    kept, written = _outbox(folder, stack)
    down = f"sendgrid://127.0.0.1:{http.closed_port()}?tls=no"
    return f"failover({down} {relay} {kept})", lambda: [*mailed(), *written()]


MAKERS = {
    "outbox": _outbox,
    "ses": _ses,
    "smtp": _smtp,
    "failover": _failover,
    "null": _null,
    **{name: _api(name) for name in APIS},
}
KINDS = MAKERS | {"smtp, pipelined": _pipelining}
MAILING = [name for name in KINDS if name != "null"]
DIALLING = [name for name in MAILING if name != "outbox"]


@pytest.fixture(params=KINDS)
def reach(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Provider, Reached]]:
    with ExitStack() as stack:
        url, reached = KINDS[request.param](tmp_path, stack)
        provider = open_provider(url, secrets=SECRETS)
        stack.callback(provider.close)
        yield provider, reached


def test_every_scheme_is_held_to_these_promises() -> None:
    assert set(OPENERS) - {"smtps"} == set(MAKERS)


def test_everyone_in_a_call_is_mailed_once(reach: tuple[Provider, Reached]) -> None:
    provider, reached = reach
    receipt = provider.deliver(a_call(5))
    assert receipt.outcome is Outcome.ACCEPTED
    assert {*receipt.refused, *receipt.unknown, *receipt.untried} == set()
    if provider.name != "null":
        assert sorted(reached()) == [f"reader{reader}@readers.example" for reader in range(1, 6)]


def test_a_call_of_full_capacity_is_taken(reach: tuple[Provider, Reached]) -> None:
    provider, reached = reach
    receipt = provider.deliver(a_call(provider.capacity))
    assert receipt.outcome is Outcome.ACCEPTED
    assert not receipt.untried
    assert len(reached()) in {provider.capacity, 0 if provider.name == "null" else -1}


def test_a_call_that_was_planned_for_a_larger_provider_loses_nobody(
    reach: tuple[Provider, Reached],
) -> None:
    provider, reached = reach
    receipt = provider.deliver(a_call(provider.capacity + 1))
    assert receipt.outcome is Outcome.ACCEPTED
    if provider.name != "null":
        assert len(set(reached())) == len(reached()) == provider.capacity + 1 - len(receipt.untried)


def test_calls_follow_one_another_on_one_provider(reach: tuple[Provider, Reached]) -> None:
    provider, _ = reach
    for batch in range(3):
        receipt = provider.deliver(a_call(2, batch_id=batch, attempt_id=f"{batch:032}"))
        assert receipt.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("reach", ["outbox", "null"], indirect=True)
def test_an_idempotent_provider_mails_a_repeated_call_once(
    reach: tuple[Provider, Reached],
) -> None:
    provider, reached = reach
    assert provider.idempotent
    provider.deliver(a_call(3))
    provider.deliver(a_call(3, attempt_id="f" * 32))
    assert len(reached()) in {0, 3}


@pytest.mark.parametrize("reach", MAILING, indirect=True)
def test_a_reader_who_would_inject_a_header_is_refused_alone(
    reach: tuple[Provider, Reached],
) -> None:
    provider, reached = reach
    wicked = a_personal(2, unsubscribe_url="https://x>\r\nBcc: all@x.example")
    receipt = provider.deliver(a_call(to=(a_personal(1), wicked, a_personal(3))))
    assert receipt.outcome is Outcome.ACCEPTED
    assert set(receipt.refused) == {2}
    assert sorted(reached()) == ["reader1@readers.example", "reader3@readers.example"]


@pytest.mark.parametrize("reach", MAILING, indirect=True)
def test_a_letter_that_would_inject_a_header_mails_nobody(
    reach: tuple[Provider, Reached],
) -> None:
    provider, reached = reach
    letter = a_letter(headers={"List-ID": "<x>\r\nBcc: all@x.example"})
    receipt = provider.deliver(a_call(letter=letter))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert reached() == []


@pytest.mark.parametrize("reach", DIALLING, indirect=True)
def test_a_call_whose_time_is_up_is_not_made(reach: tuple[Provider, Reached]) -> None:
    provider, reached = reach
    receipt = provider.deliver(a_call(3, seconds=-1))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)
    assert reached() == []
