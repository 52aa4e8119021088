"""Links that can't be forged, bent or used for something else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import TokenError
from subscribers.tokens import (
    CONFIRMATION_LIFE,
    DATA_LIFE,
    LONGEST,
    Following,
    Unsubscription,
    confirmation_token,
    data_token,
    link_token,
    read_confirmation_token,
    read_data_token,
    read_link_token,
    read_unsubscribe_token,
    unsubscribe_token,
    unsubscribe_tokens,
)

KEY = b"a key for tests only, long enough"
NOW = datetime(2026, 11, 26, 17, 0, 0, 500, tzinfo=UTC)
ids = st.integers(min_value=1, max_value=2**31 - 1)
names = st.from_regex(r"\A([a-z0-9][a-z0-9-]{0,63})?\Z")
"""Of lists; a notice of the service is about none."""


@given(ids, names)
def test_a_token_says_what_was_put_in(subscriber_id: int, name: str) -> None:
    token = unsubscribe_token(KEY, subscriber_id, name)
    asked = Unsubscription(subscriber_id=subscriber_id, list_name=name)
    assert read_unsubscribe_token(KEY, token) == asked
    assert len(token) <= LONGEST


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("hebdo-sahel", "6LmaN-P81FmGyLwIC-l1eA5fBOYiH4gj7pmI"),
        (
            "un-nom-de-liste-plus-long-qu-un-bloc",
            "5pP3w5v87-2lL1DRGG12bhPJWcehRswEIjaFp_b5AX_TcP-LP6BovuvbMpvBxbjkLRGVtw",
        ),
    ],
)
def test_links_of_mail_that_was_sent_long_ago_are_made_the_same(name: str, token: str) -> None:
    assert unsubscribe_tokens(KEY, name, [7, 123_456])[1] == token


def test_an_id_too_long_for_a_block_has_no_token() -> None:
    assert unsubscribe_tokens(KEY, "hebdo", [2**48 - 1])
    for wrong in (2**48, -1):
        with pytest.raises(OverflowError):
            unsubscribe_tokens(KEY, "hebdo", [5, wrong])


@given(st.data())
def test_a_token_changed_anywhere_is_refused(data: st.DataObject) -> None:
    token = unsubscribe_token(KEY, 4711, "hebdo")
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda char: char != token[place]))
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, token[:place] + other + token[place + 1 :])


@given(st.text())
def test_a_made_up_token_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, token)


@pytest.mark.parametrize("change", ["cut", "longer", "padded", "spaced", "huge"])
def test_one_spelling_of_a_token_is_right(change: str) -> None:
    token = unsubscribe_token(KEY, 4711, "hebdo")
    bent = {
        "cut": token[:-1],
        "longer": f"{token}A",
        "padded": f"{token}==",
        "spaced": f"{token}\n",
        "huge": token * 100_000,
    }
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, bent[change])


def test_a_token_is_bound_to_its_purpose_and_its_installation() -> None:
    confirmation = confirmation_token(KEY, 7, "hebdo", NOW)
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, confirmation)
    with pytest.raises(TokenError):
        read_confirmation_token(KEY, unsubscribe_token(KEY, 7, "hebdo"), NOW)
    with pytest.raises(TokenError):
        read_unsubscribe_token(b"another key, of other people", unsubscribe_token(KEY, 7, "hebdo"))


def test_a_token_shows_neither_ids_nor_lists() -> None:
    tokens = [unsubscribe_token(KEY, subscriber_id, "hebdo") for subscriber_id in range(1, 500)]
    assert len(set(tokens)) == len(tokens)
    assert len({token[:8] for token in tokens}) == len(tokens)
    assert len({token[-8:] for token in tokens}) == len(tokens)
    assert all("hebdo" not in _said(token) for token in tokens)


def _said(token: str) -> str:
    return urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("latin-1")


@given(st.lists(ids), names)
def test_tokens_made_together_are_those_made_one_by_one(many: list[int], name: str) -> None:
    assert unsubscribe_tokens(KEY, name, many) == [
        unsubscribe_token(KEY, id_, name) for id_ in many
    ]


@given(st.binary(min_size=17, max_size=80))
def test_blocks_that_nobody_enciphered_are_no_token(sealed: bytes) -> None:
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, urlsafe_b64encode(sealed).decode().rstrip("="))


@given(st.binary(min_size=16, max_size=16))
def test_another_block_before_a_lists_name_is_no_token(block: bytes) -> None:
    name = urlsafe_b64decode(unsubscribe_token(KEY, 1, "hebdo!!!") + "=" * 4)[16:]
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, urlsafe_b64encode(block + name).decode().rstrip("="))


def test_a_confirmation_expires_to_the_second() -> None:
    token = confirmation_token(KEY, 7, "hebdo", NOW)
    end = NOW.replace(microsecond=0) + CONFIRMATION_LIFE
    asked = read_confirmation_token(KEY, token, end - timedelta(seconds=1))
    assert (asked.subscriber_id, asked.list_name) == (7, "hebdo")
    with pytest.raises(TokenError, match="expired"):
        read_confirmation_token(KEY, token, end)


@given(ids)
def test_a_link_to_data_says_whose_for_a_day_to_the_second(subscriber_id: int) -> None:
    token = data_token(KEY, subscriber_id, NOW)
    end = NOW.replace(microsecond=0) + DATA_LIFE
    assert read_data_token(KEY, token, end - timedelta(seconds=1)) == subscriber_id
    with pytest.raises(TokenError, match="expired"):
        read_data_token(KEY, token, end)


@given(ids, names)
def test_no_link_stands_in_for_another_kind(subscriber_id: int, name: str) -> None:
    seconds = str(int(NOW.timestamp()))
    for other in (
        unsubscribe_token(KEY, subscriber_id, seconds),
        unsubscribe_token(KEY, subscriber_id, name),
        confirmation_token(KEY, subscriber_id, name, NOW),
    ):
        with pytest.raises(TokenError, match="damaged"):
            read_data_token(KEY, other, NOW)
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, data_token(KEY, subscriber_id, NOW))
    with pytest.raises(TokenError):
        read_confirmation_token(KEY, data_token(KEY, subscriber_id, NOW), NOW)


@given(ids, st.from_regex(r"\A[A-Za-z0-9_-]{11}\Z"))
def test_a_counted_links_token_is_short_and_says_which_link(issue_id: int, link: str) -> None:
    token = link_token(KEY, issue_id, link)
    assert read_link_token(KEY, token) == Following(issue_id=issue_id, link=link)
    assert len(token) <= 52
    assert link not in token


def test_a_counted_links_token_opens_nothing_of_a_readers_nor_the_reverse() -> None:
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, link_token(KEY, 1, "hebdo"))
    with pytest.raises(TokenError):
        read_link_token(KEY, unsubscribe_token(KEY, 1, "hebdo"))
    with pytest.raises(TokenError):
        read_link_token(b"another site's key, long enough", link_token(KEY, 1, "hebdo"))
