"""Groups of articles, as editors ruled about them."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from digest.group.ruled import obeying, pair, pairs_between, pairs_within
from digest.model.ruling import Rulings

PAIRS = list(combinations(range(1, 9), 2))


def rulings(*, apart: object = (), together: object = ()) -> Rulings:
    return Rulings(apart=frozenset(apart), together=frozenset(together))  # type: ignore[call-overload]


def test_pairs_name_the_smaller_id_first() -> None:
    assert (pair(3, 1), pair(1, 3)) == ((1, 3), (1, 3))
    assert pairs_within([3, 1, 2, 1]) == [(1, 2), (1, 3), (2, 3)]
    assert pairs_between([3], [4, 1]) == [(1, 3), (3, 4)]


def test_a_group_is_divided_and_whom_nobody_ruled_about_stays_with_the_first_part() -> None:
    ruled = rulings(apart=[(1, 3)])
    assert obeying([(5, 3, 1, 2)], ruled) == [(5, 3, 2), (1,)]


def test_groups_are_joined_at_the_place_of_the_first() -> None:
    ruled = rulings(together=[(2, 5), (5, 6)])
    assert obeying([(1, 2), (3, 4), (6, 5)], ruled) == [(1, 2, 6, 5), (3, 4)]


def test_apart_beats_together() -> None:
    ruled = rulings(together=[(1, 2), (2, 3)], apart=[(1, 3)])
    assert obeying([(1, 2, 3)], ruled) == [(1, 2), (3,)]


def test_articles_that_are_not_there_are_no_matter() -> None:
    assert obeying([(1, 2)], rulings(together=[(2, 9)], apart=[(1, 9)])) == [(1, 2)]


@given(
    st.permutations(range(1, 9)),
    st.sets(st.integers(1, 7), max_size=3),
    st.sets(st.sampled_from(PAIRS), max_size=6),
    st.sets(st.sampled_from(PAIRS), max_size=6),
)
def test_none_is_lost_and_none_that_are_apart_meet(
    ids: list[int], cuts: set[int], apart: set[tuple[int, int]], together: set[tuple[int, int]]
) -> None:
    places = [0, *sorted(cuts), len(ids)]
    groups = [tuple(ids[a:b]) for a, b in pairwise(places)]
    parts = obeying(groups, rulings(apart=apart, together=together - apart))
    home = {article: part for part in parts for article in part}
    assert sorted(article for part in parts for article in part) == sorted(ids)
    assert not [(one, other) for one, other in apart if home[one] is home[other]]
    if not apart:
        assert all(home[one] is home[other] for one, other in together)
    if not apart and not together:
        assert parts == groups
