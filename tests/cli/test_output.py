"""How commands speak to people."""

import pytest

from digest.cli.output import counted


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 batches"), (1, "1 batch"), (2, "2 batches"), (1000, "1000 batches")]
)
def test_only_one_is_singular(count: int, words: str) -> None:
    assert counted(count, "batch", "batches") == words


def test_most_nouns_take_an_s() -> None:
    assert [counted(n, "new article") for n in (1, 2)] == ["1 new article", "2 new articles"]
