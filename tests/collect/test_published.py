"""What feedparser gets right in its own published corpus, our path does not lose."""

import os
import sys
from collections.abc import Iterator

import pytest

from digest.collect.worker import Worker
from tests.collect.published import CORPUS, conditions, feedparser_holds, we_hold

FLOOR = 0.99
"""Share of the conditions that feedparser meets."""
_CRAZY = "feedparser takes the code of a broken script for text; it is left out here"
MEANT = {
    "encoding/bozo_linenoise.xml": "feedparser gives mojibake, we give the characters",
    "wellformed/rss/entity_in_doctype.xml": "nothing that a DOCTYPE defines is expanded",
    "wellformed/sanitize/entry_content_crazy.xml": _CRAZY,
    "wellformed/sanitize/entry_summary_crazy.xml": _CRAZY,
    "wellformed/sanitize/entry_title_crazy.xml": _CRAZY,
    "wellformed/sanitize/item_content_encoded_crazy.xml": _CRAZY,
    "wellformed/sanitize/item_description_crazy.xml": _CRAZY,
    "wellformed/sanitize/item_fullitem_crazy.xml": _CRAZY,
}
"""Where we differ on purpose, and why."""


@pytest.fixture(scope="module")
def parser() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


@pytest.mark.skipif(
    not CORPUS.is_dir() and os.environ.get("CI") != "true",
    reason="feedparser's corpus is not there: `make published` fetches it",
)
def test_our_path_loses_next_to_nothing_that_feedparser_gets_right(parser: Worker) -> None:
    everything = list(conditions())
    ours = [one for one in everything if one.is_ours]
    right = [one for one in ours if feedparser_holds(one)]
    lost = [one for one in right if not we_hold(one, parser)]
    share = 1 - len(lost) / len(right)
    told = "\n".join(f"  {one.name}: {MEANT.get(one.name, one.claim)}" for one in lost)
    sys.stdout.write(  # `pytest -s` shows it
        f"{len(everything):,} conditions, {len(ours):,} of what we keep; feedparser meets"
        f" {len(right):,}, we meet {share:.2%} of these; lost:\n{told}\n"
    )
    assert len(right) > 850
    assert share >= FLOOR, told
    assert {one.name for one in lost} <= MEANT.keys(), told
