"""What does grouping keep of an article? Its passages as words, each counted once for all steps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from digest.group.batches import batched
from digest.group.text import Lexer
from digest.group.words import Passage
from digest.model.article import Article

BLOCK = 64
"""Articles that are read, and counted, at once: most of the time goes into asking numpy at all."""

_HEADING_WORDS = 14
_ENDS_SENTENCE = tuple('.!?…:;,»"”')


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """An article as words."""

    article: Article
    title: Passage
    heading: Passage
    """The source's description and the headings in the text."""
    body: Passage


class Desk:
    """Reads articles of any language with the editor's aliases."""

    def __init__(self, aliases: Iterable[Sequence[str]] = ()) -> None:
        self._aliases = tuple(aliases)
        self._lexers: dict[str, Lexer] = {}

    def lexer(self, language: str) -> Lexer:
        """Give the reader of one language."""
        if language not in self._lexers:
            self._lexers[language] = Lexer(language, self._aliases)
        return self._lexers[language]

    def read(self, article: Article) -> Reading:
        """Read one article."""
        (reading,) = self._together([article])
        return reading

    def read_all(self, articles: Iterable[Article]) -> Iterator[Reading]:
        """Read articles, some of them at a time: twice as fast as one by one."""
        for some in batched(articles, BLOCK):
            yield from self._together(some)

    def _together(self, articles: Sequence[Article]) -> list[Reading]:
        """Read articles in one go, those of each language."""
        spoken: dict[str, list[int]] = {}
        for place, article in enumerate(articles):
            spoken.setdefault(article.language, []).append(place)
        found: dict[int, Reading] = {}
        for language, places in spoken.items():
            texts = [text for place in places for text in _texts(articles[place])]
            passages = iter(self.lexer(language).read_each(texts))
            for place in places:
                title, heading, body = islice(passages, 3)
                found[place] = Reading(
                    article=articles[place], title=title, heading=heading, body=body
                )
        return [found[place] for place in range(len(articles))]


def _texts(article: Article) -> tuple[str, str, str]:
    headings, body = split_headings(article.body)
    return article.title, "\n".join((article.description, *headings)), body


def split_headings(body: str) -> tuple[list[str], str]:
    """Tell the headings of a text from its paragraphs: short, alone, and no sentence."""
    headings: list[str] = []
    paragraphs: list[str] = []
    for block in body.split("\n\n"):
        (headings if is_heading(block) else paragraphs).append(block)
    return headings, "\n\n".join(paragraphs)


def is_heading(block: str) -> bool:
    """Tell whether a block stands as a heading."""
    if block.rstrip().endswith(_ENDS_SENTENCE):  # as most do: their words need no counting
        return False
    return 0 < len(block.split()) <= _HEADING_WORDS
