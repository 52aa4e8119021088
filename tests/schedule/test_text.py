import random

from hypothesis import given
from hypothesis import strategies as st

from tests.schedule.texts import SMALL, problems_of


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_as_ours(content: bytes) -> None:
    _read(content)


@given(st.integers(0, 2**32), st.sampled_from(list("[]{}:-&*!|>'\"\n\t#?%@` é\x00~,0")))
def test_a_damaged_schedule_is_read_or_refused_as_ours(seed: int, character: str) -> None:
    place = random.Random(seed).randrange(len(SMALL))
    _read((SMALL[:place] + character + SMALL[place + 1 :]).encode())


def _read(content: bytes) -> None:
    problems = problems_of(content)
    assert all(0 <= problem.line <= len(content.splitlines()) + 1 for problem in problems)
