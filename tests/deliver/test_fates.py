"""What became of a recipient, by their batch and by a skip."""

import pytest

from digest.deliver.fates import RecipientFate, fate_by_skip, fate_in
from digest.model.delivery import BatchState, Tally


def test_every_state_has_a_fate_and_every_fate_is_counted_by_a_tally() -> None:
    assert {fate_in(state) for state in BatchState} == {*RecipientFate} - {
        RecipientFate.SKIPPED,
        RecipientFate.REFUSED,
    }
    fields = {fate.replace(" ", "_") for fate in RecipientFate}
    assert fields == {*Tally.__dataclass_fields__} - {"planned"}


@pytest.mark.parametrize("state", [BatchState.READY, BatchState.CLAIMED, BatchState.CALLING])
def test_what_is_on_its_way_waits(state: BatchState) -> None:
    assert fate_in(state) is RecipientFate.WAITING


@pytest.mark.parametrize(
    ("reason", "fate", "words"),
    [
        ("unsubscribed", RecipientFate.SKIPPED, "unsubscribed"),
        ("refused: 550 no such user", RecipientFate.REFUSED, "550 no such user"),
        ("refused:", RecipientFate.REFUSED, ""),
    ],
)
def test_a_refusal_is_told_from_a_skip(reason: str, fate: RecipientFate, words: str) -> None:
    assert fate_by_skip(reason) == (fate, words)
