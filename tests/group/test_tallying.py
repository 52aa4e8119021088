"""What is counted of an article is the same whoever is counted beside it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.group.copies import runs_in
from digest.group.reading import Reading
from digest.group.tallying import Tallier
from digest.group.traits import Counts, Traits
from digest.model.article import Article
from tests.builders import an_article
from tests.group.newsdesk import bilingual, convoy, read, summit

TEXTS = st.text(st.sampled_from("aA éB. \n'7«»"), max_size=60)
NEWS = [convoy(1), summit(2), *(one for _, *pair in bilingual() for one in pair)]


class Counting:
    """Counts with one tallier; tells what it counted by the features' names."""

    def __init__(self) -> None:
        self.tallier = Tallier()

    def told(self, readings: Sequence[Reading]) -> list[object]:
        return [self._plain(one) for one in self.tallier.take(readings, [""] * len(readings))]

    def _plain(self, one: Traits) -> object:
        own, shared = self.tallier.own.beyond(0), self.tallier.shared.beyond(0)
        counts = _named(one.own, own), _named(one.shared, shared)
        return one.id, one.language, *counts, one.runs.tolist(), one.round_up


def _named(counts: Counts, names: Sequence[str]) -> dict[str, float]:
    features = counts.features.tolist()
    assert features == sorted(set(features))
    return {names[f]: n for f, n in zip(features, counts.times.tolist(), strict=True)}


def one_by_one(readings: Sequence[Reading]) -> list[object]:
    return [Counting().told([reading])[0] for reading in readings]


def test_a_block_of_two_languages_is_counted_like_each_of_it_alone() -> None:
    readings = read(NEWS)
    assert Counting().told(readings) == one_by_one(readings)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, st.sampled_from(["fr", "en"])), max_size=4))
def test_any_block_is(texts: list[tuple[str, str, str, str]]) -> None:
    readings = read([_article(id_, *one) for id_, one in enumerate(texts, 1)])
    assert Counting().told(readings) == one_by_one(readings)


def test_runs_of_a_block_are_those_of_each_text() -> None:
    readings = read(NEWS)
    counted = Tallier().take(readings, [""] * len(readings))
    assert [one.runs.tolist() for one in counted] == [runs_in(one).tolist() for one in readings]


@pytest.mark.parametrize(
    ("title", "body", "names"),
    [
        ("Accord à Bamako", "Le chef va à Bamako, dit Bamako.", {"bamako"}),
        ("Accord", "Il voit un Puits puis le puits et le puits.", set()),
        ("Accord à Kidal", "Il pleut.", {"kidal"}),
        ("Un Accord Est À Kidal", "Il pleut.", set()),
        ("Accord à Kidal", "Il pleut à kidal.", set()),
        ("Accord", "Il dit. Kidal dort.", set()),
    ],
)
def test_names_are_told_by_their_capitals(title: str, body: str, names: set[str]) -> None:
    counting = Counting()
    (traits,) = counting.tallier.take(read([_article(1, title, "", body, "fr")]), [""])
    own = _named(traits.own, counting.tallier.own.beyond(0))
    assert {name.removeprefix("fr:^") for name in own if "^" in name} == names


def _article(id_: int, title: str, description: str, body: str, language: str) -> Article:
    return an_article(id=id_, title=title, description=description, body=body, language=language)
