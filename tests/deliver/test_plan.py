"""Who gets which edition: each reader one or none, few editions, none of them empty."""

from array import array
from collections import Counter
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.plan import Absence, Offer, lots, share_out, variant_for
from digest.model.issue import Variant
from subscribers.model import Cadence, Choices

NAMES = ("sahel", "diplomacy", "energy")
MONTHLY = Cadence.MONTHLY


@given(st.lists(st.integers(1, 2**32 - 1), unique=True, max_size=200), st.integers(1, 60))
def test_each_recipient_stands_in_exactly_one_lot(ids: list[int], capacity: int) -> None:
    made = list(lots(ids, edition_id=1, list_name="hebdo", capacity=capacity))
    assert [id_ for lot in made for id_ in lot.recipient_ids] == ids
    assert all(1 <= len(lot.recipient_ids) <= capacity for lot in made)


def an_offer(**changes: Any) -> Offer:
    values: dict[str, Any] = {
        "language": "fr",
        "languages": frozenset({"fr", "en"}),
        "known": frozenset(NAMES),
        "themes": ("sahel", "diplomacy"),
    }
    return Offer(**(values | changes))


CASES: dict[str, tuple[Choices, dict[str, Any], Variant | Absence]] = {
    "who chose nothing gets all": (Choices("fr"), {}, Variant(language="fr")),
    "in their language": (Choices("en"), {}, Variant(language="en")),
    "in the newsletter's when we don't speak theirs": (Choices("ar"), {}, Variant(language="fr")),
    "only the theme they chose": (
        Choices("fr", ("diplomacy", "energy")),
        {},
        Variant(language="fr", themes=("diplomacy",)),
    ),
    "all the issue has, chosen by name, is the same edition": (
        Choices("fr", ("diplomacy", "sahel")),
        {},
        Variant(language="fr"),
    ),
    "nothing of their theme": (Choices("fr", ("energy",)), {}, Absence.NOTHING),
    "themes of another newsletter only are no choice here": (
        Choices("fr", ("sport",)),
        {},
        Variant(language="fr"),
    ),
    "a story in a theme that the newsletter has not": (
        Choices("fr"),
        {"themes": ("sport",)},
        Variant(language="fr"),
    ),
    "paused": (Choices("fr", cadence=MONTHLY, paused=True), {"monthly": NAMES}, Absence.PAUSED),
    "monthly in an ordinary week": (Choices("fr", cadence=MONTHLY), {}, Absence.MONTHLY),
    "the month's best": (
        Choices("fr", ("energy",), cadence=MONTHLY),
        {"monthly": NAMES},
        Variant(language="fr", themes=("energy",), monthly=True),
    ),
    "nothing of theirs in a month": (
        Choices("fr", ("energy",), cadence=MONTHLY),
        {"monthly": ("sahel",)},
        Absence.NOTHING,
    ),
    "who agreed is tracked": (
        Choices("fr", tracking=True),
        {"tracking": True},
        Variant(language="fr", tracked=True),
    ),
    "who did not agree is not": (Choices("fr"), {"tracking": True}, Variant(language="fr")),
    "nobody is where the site does not track": (
        Choices("fr", tracking=True),
        {},
        Variant(language="fr"),
    ),
    "an issue without a story": (Choices("fr"), {"themes": ()}, Absence.NOTHING),
}


@pytest.mark.parametrize("case", CASES)
def test_choices_lead_to_an_edition(case: str) -> None:
    choices, changes, expected = CASES[case]
    assert variant_for(choices, an_offer(**changes)) == expected


some_themes = st.lists(st.sampled_from([*NAMES, "sport"]), unique=True, max_size=3).map(tuple)
some_choices = st.builds(
    Choices,
    language=st.sampled_from(["fr", "en", "ar"]),
    themes=some_themes,
    tracking=st.booleans(),
    cadence=st.sampled_from(Cadence),
    paused=st.booleans(),
)
some_offers = st.builds(
    an_offer,
    themes=some_themes,
    monthly=st.none() | some_themes,
    tracking=st.booleans(),
)


@given(st.lists(some_choices, max_size=60), some_offers)
def test_each_reader_is_in_one_edition_or_in_none_for_a_reason(
    readers: list[Choices], offer: Offer
) -> None:
    groups = [(choices, array("I", [id_])) for id_, choices in enumerate(readers, start=1)]
    shares = share_out(groups, offer)
    planned = Counter(chain.from_iterable(shares.readers.values()))
    assert set(planned.values()) <= {1}
    assert planned.total() == shares.planned
    assert shares.planned + sum(shares.left_out.values()) == len(readers)
    for variant, ids in shares.readers.items():
        assert {variant_for(readers[id_ - 1], offer) for id_ in ids} == {variant}


@given(st.lists(some_choices, max_size=60), some_offers)
def test_no_edition_is_empty_and_no_two_are_alike(readers: list[Choices], offer: Offer) -> None:
    groups = [(choices, array("I", [id_])) for id_, choices in enumerate(readers, start=1)]
    made = share_out(groups, offer).readers
    contents = [_content(variant, offer) for variant in made]
    assert all(themes for themes, *_ in contents)
    assert len(set(contents)) == len(contents) == len({variant.key for variant in made})
    assert all(made.values())


def _content(variant: Variant, offer: Offer) -> tuple[Any, ...]:
    themes = (offer.monthly if variant.monthly else offer.themes) or ()
    return variant.themes or themes, variant.language, variant.tracked, variant.monthly


def test_the_largest_edition_goes_first() -> None:
    groups = [(Choices("en"), array("I", [1])), (Choices("fr"), array("I", [2, 3]))]
    assert [one.key for one in share_out(groups, an_offer()).readers] == ["fr", "en"]


def test_a_key_says_what_the_edition_is_and_fits_its_column() -> None:
    made = Variant(language="en", themes=("diplomacy", "energy"), monthly=True, tracked=True)
    assert made.key == "en.diplomacy+energy.monthly.tracked"
    many = [tuple(f"a-theme-of-a-long-name-{n}" for n in range(first, 20)) for first in (0, 1)]
    long, other = (Variant(language="fr", themes=themes).key for themes in many)
    assert long != other
    assert max(len(long), len(other)) < 100
