"""Average-link clustering is exact, and heeds what must not come together."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from digest.group.clusters import Cluster, merge

ITEMS = 8
PAIRS = list(combinations(range(ITEMS), 2))
likelihoods = st.dictionaries(st.sampled_from(PAIRS), st.integers(1, 64).map(lambda n: n / 64))


def alone(apart: set[tuple[int, int]] = frozenset()) -> list[Cluster]:  # type: ignore[assignment]
    kept_out = {item: {a + b - item for a, b in apart if item in (a, b)} for item in range(ITEMS)}
    return [Cluster(members=[item], apart=kept_out[item]) for item in range(ITEMS)]


def merged(likely: dict[tuple[int, int], float], **how: object) -> list[list[int]]:
    pairs = [(a, b, value) for (a, b), value in likely.items()]
    found = merge(alone(**how), pairs, threshold=0.4)  # type: ignore[arg-type]
    return sorted(sorted(cluster.members) for cluster in found)


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
