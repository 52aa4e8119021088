"""Average-link clustering is exact, and heeds what must not come together."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digest.group.alike import Pairs
from digest.group.clusters import Cluster, merge, that_matter

ITEMS = 8
PAIRS = list(combinations(range(ITEMS), 2))
close = st.dictionaries(st.sampled_from(PAIRS), st.integers(22, 34).map(lambda n: n / 64))
likelihoods = st.dictionaries(st.sampled_from(PAIRS), st.integers(1, 64).map(lambda n: n / 64))


def alone(apart: set[tuple[int, int]] = frozenset()) -> list[Cluster]:  # type: ignore[assignment]
    kept_out = {i: frozenset(a + b - i for a, b in apart if i in (a, b)) for i in range(ITEMS)}
    return [Cluster(members=[item], apart=kept_out[item]) for item in range(ITEMS)]


def merged(likely: dict[tuple[int, int], float], **how: object) -> list[list[int]]:
    pairs = [(a, b, value) for (a, b), value in likely.items()]
    found = merge(alone(**how), pairs, threshold=0.4)  # type: ignore[arg-type]
    return members(found)


def members(clusters: list[Cluster]) -> list[list[int]]:
    return sorted(sorted(cluster.members) for cluster in clusters)


def compared_one_by_one(likely: dict[tuple[int, int], float]) -> list[list[int]]:
    """Merge the two groups with the greatest mean, as often as one reaches the threshold."""
    groups = [[item] for item in range(ITEMS)]

    def mean(a: int, b: int) -> float:
        pairs = [(min(x, y), max(x, y)) for x in groups[a] for y in groups[b]]
        return round(sum(likely.get(pair, 0.0) for pair in pairs) / len(pairs), 9)

    while True:
        best = max(
            ((mean(a, b), -a, -b) for a, b in combinations(range(len(groups)), 2)), default=(0.0,)
        )
        if best[0] < 0.4:
            return sorted(sorted(group) for group in groups)
        a, b = -best[1], -best[2]  # type: ignore[misc]
        groups[a] += groups.pop(b)


@given(likelihoods)
def test_the_nearest_groups_merge_first_as_when_all_are_compared(
    likely: dict[tuple[int, int], float],
) -> None:
    assert merged(likely) == compared_one_by_one(likely)


@given(likelihoods, st.sets(st.sampled_from(PAIRS), max_size=6))
def test_what_is_apart_never_meets_and_nothing_is_lost(
    likely: dict[tuple[int, int], float], apart: set[tuple[int, int]]
) -> None:
    found = merged(likely, apart=apart)
    assert sorted(item for group in found for item in group) == list(range(ITEMS))
    assert not [pair for pair in apart for group in found if set(pair) <= set(group)]


@given(likelihoods, st.randoms(use_true_random=False))
def test_the_order_of_pairs_changes_nothing(
    likely: dict[tuple[int, int], float], chance: object
) -> None:
    shuffled = list(likely.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merged(likely) == merged(dict(shuffled))


def test_one_likely_pair_chains_no_stories() -> None:
    two = {(0, 1): 0.9, (2, 3): 0.9, (1, 2): 0.9}
    assert merged(two)[:2] == [[0, 1], [2, 3]]


@given(close, st.lists(st.integers(0, ITEMS - 1), min_size=ITEMS, max_size=ITEMS))
def test_pairs_that_cannot_matter_are_left_out_and_change_nothing(
    likely: dict[tuple[int, int], float], homes: list[int]
) -> None:
    """Whatever the groups to begin with: several of them hold more than one item."""
    one, other = (np.array([pair[at] for pair in likely], dtype=np.int64) for at in (0, 1))
    pairs = Pairs(one=one, other=other, likely=np.array([*likely.values()], dtype=np.float64))
    left = that_matter(_together(homes), pairs, threshold=0.4)
    assert members(merge(_together(homes), left, threshold=0.4)) == members(
        merge(_together(homes), pairs, threshold=0.4)
    )


def test_a_faint_pair_between_two_stories_is_left_out_one_within_a_story_is_kept() -> None:
    likely = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.1), (3, 4, 0.9), (2, 3, 0.3)]
    one, other, values = (np.array(column) for column in zip(*likely, strict=True))
    left = that_matter(alone(), Pairs(one=one, other=other, likely=values), threshold=0.4)
    assert list(left) == likely[:4]


def _together(homes: list[int]) -> list[Cluster]:
    groups = [[item for item in range(ITEMS) if homes[item] == home] for home in range(ITEMS)]
    return [Cluster(members=group) for group in groups if group]
