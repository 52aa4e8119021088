"""Return paths of mails: made for each, known again however they come back, forged by nobody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.bounces.return_paths import (
    LONGEST_LOCAL,
    Returned,
    read_return_path,
    return_paths,
)
from digest.deliver.providers.urls import open_provider
from digest.schedule.fields import LONGEST_BOUNCE_NAME
from tests.deliver.calls import ATTEMPT, a_call
from tests.servers import smtp
from tests.servers.smtp import EXTENSIONS, PIPELINING, LookAlike

KEY = b"a key for tests only, long enough"
PATHS = return_paths(KEY, "bounces@example.org", ATTEMPT)


@pytest.fixture(params=[EXTENSIONS, PIPELINING], ids=["one by one", "pipelined"])
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LookAlike]:
    with smtp.running(tmp_path / "accepted", extensions=request.param) as running:
        yield running


def senders(relay: LookAlike, **changes: Any) -> list[str]:
    provider = open_provider(relay.url, secrets={})
    provider.deliver(a_call(2, **changes))
    provider.close()
    return relay.senders


@given(attempt=st.binary(min_size=16, max_size=16), reader=st.integers(1, 2**31 - 1))
def test_a_return_path_names_its_mail_in_small_letters_and_capitals(
    attempt: bytes, reader: int
) -> None:
    path = return_paths(KEY, "bounces@example.org", attempt.hex())(reader)
    mail = Returned(attempt_id=attempt.hex(), subscriber_id=reader)
    for text in (path, path.upper(), f"<{path}>", f"rfc822; {path}"):
        assert read_return_path(KEY, ["Somebody", text]) == mail


def test_the_longest_name_that_may_be_set_makes_a_local_part_that_all_servers_take() -> None:
    assert LONGEST_BOUNCE_NAME == LONGEST_LOCAL
    path = return_paths(KEY, f"{'b' * LONGEST_LOCAL}@example.org", ATTEMPT)(2**31 - 1)
    assert len(path.partition("@")[0]) == 64


def test_another_keys_or_a_changed_return_path_is_nobodys() -> None:
    path = PATHS(7)
    changed = [path.replace(letter, "a" if letter != "a" else "b") for letter in set(path[8:56])]
    assert read_return_path(b"another key, long enough too", [path]) is None
    assert read_return_path(KEY, [one for one in changed if one != path]) is None
    assert read_return_path(KEY, ["", "bounces@example.org", "+" * 9_999]) is None


def test_a_genuine_one_is_found_behind_forged_ones() -> None:
    forged = return_paths(b"another key, long enough too", "bounces@example.org", ATTEMPT)
    assert read_return_path(KEY, [forged(1), PATHS(7)]) is not None


def test_each_mail_through_a_relay_has_its_own_return_path(relay: LookAlike) -> None:
    assert senders(relay, return_paths=PATHS) == [PATHS(1), PATHS(2)]


def test_without_an_address_for_bounces_mail_comes_back_to_its_sender(relay: LookAlike) -> None:
    assert senders(relay) == ["lettre@digest.example"] * 2
