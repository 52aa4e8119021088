"""What does grouping keep of an article? Its passages as words, each counted once for all steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.group.text import Lexer
from digest.group.words import Passage
from digest.model.article import Article

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
        headings, body = split_headings(article.body)
        above = "\n".join((article.description, *headings))
        texts = (article.title, above, body)
        title, heading, body_ = self.lexer(article.language).read_each(texts)
        return Reading(article=article, title=title, heading=heading, body=body_)


def split_headings(body: str) -> tuple[list[str], str]:
    """Tell the headings of a text from its paragraphs: short, alone, and no sentence."""
    headings: list[str] = []
    paragraphs: list[str] = []
    for block in body.split("\n\n"):
        (headings if is_heading(block) else paragraphs).append(block)
    return headings, "\n\n".join(paragraphs)


def is_heading(block: str) -> bool:
    """Tell whether a block stands as a heading."""
    words = block.split()
    return 0 < len(words) <= _HEADING_WORDS and not block.rstrip().endswith(_ENDS_SENTENCE)
