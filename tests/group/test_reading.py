"""Articles that are read together are read as each is alone."""

from collections.abc import Iterator

from digest.group.reading import BLOCK, Desk, Reading
from digest.model.article import Article
from tests.group.newsdesk import ALIASES, bilingual, convoy, read, summit

NEWS = [convoy(101), *(one for _, *pair in bilingual() for one in pair), summit(102)]


def plainly(reading: Reading) -> object:
    passages = (reading.title, reading.heading, reading.body)
    return reading.article.id, [([w.written for w in p.words], p.starts) for p in passages]


def test_those_of_several_languages_come_in_their_order() -> None:
    together = Desk(ALIASES).read_all(NEWS)
    assert list(map(plainly, together)) == list(map(plainly, read(NEWS)))


def test_they_are_taken_as_they_are_needed() -> None:
    """So that the texts of a whole archive are never held at once."""
    taken: list[int] = []

    def archive() -> Iterator[Article]:
        for number in range(3 * BLOCK):
            taken.append(number)
            yield convoy(number + 1)

    readings = Desk().read_all(archive())
    assert next(readings).article.id == 1
    assert len(taken) == BLOCK
    assert len(list(readings)) == 3 * BLOCK - 1
