"""The pairs found without comparing every pair are those that comparing every pair finds."""

from hypothesis import given
from hypothesis import strategies as st

from digest.group.neighbours import near_pairs, split
from digest.group.vectors import Vector, dot, heaviest

VECTORS = st.lists(
    st.dictionaries(st.integers(0, 12).map("f{}".format), st.floats(0.01, 5), max_size=9).map(
        heaviest
    ),
    max_size=14,
)


@given(VECTORS, st.sampled_from([0.1, 0.25, 0.3, 0.7]), st.sampled_from([1.0, 3.0, 99.0]))
def test_every_near_pair_is_found_and_no_other(
    vectors: list[Vector], threshold: float, within: float
) -> None:
    moments = [float(place) for place in range(len(vectors))]
    found = {
        (a, b): s for a, b, s in near_pairs(vectors, moments, threshold=threshold, within=within)
    }
    for b in range(len(vectors)):
        for a in range(b):
            alike = dot(vectors[a], vectors[b])
            if b - a <= within and alike > threshold + 1e-6:
                assert abs(found[a, b] - alike) < 1e-9
            elif b - a > within or alike < threshold - 1e-6:
                assert (a, b) not in found


def test_the_rest_of_a_vector_is_shorter_than_asked() -> None:
    vector = heaviest({"rare": 1.0, "common": 1.0, "everywhere": 0.2})
    rare, rest = split(vector, {"rare": 1, "common": 5, "everywhere": 9}, 0.3)
    assert set(rare) == {"rare", "common"}
    assert set(rest) == {"everywhere"}
