"""What every provider promises, whoever they are."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from digest.deliver.provider import Provider
from digest.deliver.providers.urls import OPENERS, open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call, a_letter, a_personal
from tests.servers import sendgrid, smtp

Reached = Callable[[], list[str]]
"""Gives the addresses that mail reached."""


def _outbox(folder: Path, _stack: ExitStack) -> tuple[str, Reached]:
    def reached() -> list[str]:
        names = sorted((folder / "out").glob("*.eml"))
        return [f"reader{int(name.stem.rpartition('-')[2])}@readers.example" for name in names]

    return f"outbox://{folder}/out", reached


def _sendgrid(folder: Path, stack: ExitStack) -> tuple[str, Reached]:
    api = stack.enter_context(sendgrid.running(folder / "sendgrid"))
    return api.url, lambda: sendgrid.accepted(folder / "sendgrid")


def _smtp(folder: Path, stack: ExitStack) -> tuple[str, Reached]:
    relay = stack.enter_context(smtp.running(folder / "smtp"))
    return relay.url, lambda: smtp.accepted(folder / "smtp")


def _null(_folder: Path, _stack: ExitStack) -> tuple[str, Reached]:
    return "null://", list


MAKERS = {"outbox": _outbox, "sendgrid": _sendgrid, "smtp": _smtp, "null": _null}


@pytest.fixture(params=MAKERS)
def reach(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Provider, Reached]]:
    with ExitStack() as stack:
        url, reached = MAKERS[request.param](tmp_path, stack)
        provider = open_provider(url, secrets={"SENDGRID_API_KEY": sendgrid.KEY})
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


@pytest.mark.parametrize("reach", ["outbox", "sendgrid", "smtp"], indirect=True)
def test_a_reader_who_would_inject_a_header_is_refused_alone(
    reach: tuple[Provider, Reached],
) -> None:
    provider, reached = reach
    wicked = a_personal(2, unsubscribe_url="https://x>\r\nBcc: all@x.example")
    receipt = provider.deliver(a_call(to=(a_personal(1), wicked, a_personal(3))))
    assert receipt.outcome is Outcome.ACCEPTED
    assert set(receipt.refused) == {2}
    assert sorted(reached()) == ["reader1@readers.example", "reader3@readers.example"]


@pytest.mark.parametrize("reach", ["outbox", "sendgrid", "smtp"], indirect=True)
def test_a_letter_that_would_inject_a_header_mails_nobody(
    reach: tuple[Provider, Reached],
) -> None:
    provider, reached = reach
    letter = a_letter(headers={"List-ID": "<x>\r\nBcc: all@x.example"})
    receipt = provider.deliver(a_call(letter=letter))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, True)
    assert reached() == []


@pytest.mark.parametrize("reach", ["sendgrid", "smtp"], indirect=True)
def test_a_call_whose_time_is_up_is_not_made(reach: tuple[Provider, Reached]) -> None:
    provider, reached = reach
    receipt = provider.deliver(a_call(3, seconds=-1))
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)
    assert reached() == []
