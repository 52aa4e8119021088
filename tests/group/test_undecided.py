"""An encoder is asked only where words leave open what is told together."""

from collections.abc import Sequence

import numpy as np
import pytest

from digest.group.alike import UNDECIDED
from digest.group.live import LiveWindow
from digest.group.meaning import Meanings
from digest.model.article import Article
from tests.group.newsdesk import bilingual, convoy, read, stories_of, strike, summit


class Understanding:
    """Knows two meanings, Kita's and all else; keeps what it was asked."""

    name = "understanding"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Meanings:
        self.asked += texts
        rows = [[1.0, 0.0] if "Kita" in text else [0.0, 1.0] for text in texts]
        return np.array(rows, dtype=np.float32)

    def titles(self) -> list[str]:
        """Give the titles of what it was asked."""
        return sorted(text.partition(".")[0] for text in self.asked)


def titles(*articles: Article) -> list[str]:
    return sorted(article.title for article in articles)


def test_only_the_undecided_are_read_for_their_meaning() -> None:
    encoder = Understanding()
    grouping = stories_of([convoy(1), strike(2, hours=3), summit(4), summit(5)], encoder=encoder)
    assert encoder.titles() == titles(convoy(1), strike(2))
    by_words = stories_of([convoy(1), strike(2, hours=3), summit(4), summit(5)])
    assert UNDECIDED[0] < by_words.likely(1)[2] < UNDECIDED[1]
    assert grouping.likely(1)[2] > by_words.likely(1)[2]
    assert grouping.likely(4) == by_words.likely(4)


def test_where_words_decide_all_nothing_is_read_for_its_meaning() -> None:
    encoder = Understanding()
    articles = [convoy(1), convoy(2), summit(4)]
    assert stories_of(articles, encoder=encoder).stories == stories_of(articles).stories
    assert encoder.asked == []


def test_of_several_languages_every_text_is_read_for_its_meaning() -> None:
    """Stories are compared across languages by all that they mean."""
    encoder = Understanding()
    articles = [article for _, *both in bilingual() for article in both]
    stories_of(articles, encoder=encoder)
    assert len(encoder.asked) == len(articles)


def test_what_arrives_is_read_for_its_meaning_once_and_with_whom_it_is_undecided() -> None:
    encoder = Understanding()
    live = LiveWindow(stories_of([convoy(1), summit(4)], encoder=encoder))
    arriving = [summit(5), strike(2), convoy(3)]
    placed = [live.place(one) for one in read(arriving)]
    assert encoder.titles() == titles(convoy(1), strike(2), convoy(3))
    assert [one.joined for one in placed][1] == 1


def test_what_arrives_is_as_likely_as_in_a_whole_grouping() -> None:
    whole = stories_of(
        [convoy(1), summit(4), strike(2)], settled=[[2]], encoder=Understanding()
    ).likely(2)
    live = LiveWindow(stories_of([convoy(1), summit(4)], encoder=Understanding()))
    (placed,) = map(live.place, read([strike(2)]))
    assert dict(placed.near) == pytest.approx({1: whole[1]})


@pytest.mark.parametrize("language", ["en", "pt"])
def test_an_arrival_of_another_language_is_read_for_its_meaning(language: str) -> None:
    encoder = Understanding()
    live = LiveWindow(stories_of([convoy(1), summit(4)], encoder=encoder))
    for reading in read([summit(5, language=language), summit(6)]):
        live.place(reading)
    assert encoder.titles() == titles(summit(5), summit(6))
