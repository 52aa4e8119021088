"""Threads take short turns as long as anybody collects, and their usual ones again afterwards."""

import sys

import pytest

from digest.pipeline.turns import short_turns


def test_turns_are_short_until_the_last_who_wants_them_is_done() -> None:
    usual = sys.getswitchinterval()
    first, second = short_turns(), short_turns()
    with first:
        short = sys.getswitchinterval()
        second.__enter__()
    assert sys.getswitchinterval() == short < usual
    second.__exit__(None, None, None)
    assert sys.getswitchinterval() == usual


def test_turns_are_as_before_after_a_failure() -> None:
    usual = sys.getswitchinterval()
    with pytest.raises(RuntimeError), short_turns():
        raise RuntimeError
    assert sys.getswitchinterval() == usual
