"""Mutated inputs of every kind, for a bounded time: no crash, no hang, no growth."""

import os
import sys

import pytest

from tests.collect.fuzzing import SLOW, Failure, fuzz

SECONDS = float(os.environ.get("FUZZ_SECONDS", "20"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processor time and memory are read in /proc")
def test_mutated_feeds_pages_mails_and_drops_do_no_harm() -> None:
    # On a machine that does much else a second of processor time does less.
    *failures, tried = fuzz(SECONDS, seed=int(os.environ.get("FUZZ_SEED", "1")), slow=4 * SLOW)
    told = [f"{one.harm}: {one.keep()}" for one in failures if isinstance(one, Failure)]
    assert told == []
    assert isinstance(tried, int)
    assert tried > SECONDS / 10
