"""What does a text say that others don't? Told by the rare words that it holds and they lack."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from digest.group.background import RARE, shares
from digest.group.reading import Desk, is_heading
from digest.group.sentences import balanced, sentences
from digest.group.words import Passage, Word
from digest.model.article import Article

Terms: TypeAlias = Mapping[str, float]
"""Stem → rarity: ln(1 / share of articles that hold it)."""

NEW = 0.4
"""Share of a sentence's rarity that no text told before holds, from which it is news."""

_EVERYWHERE = 0.08
"""A word that more articles than this share hold says nothing."""
_FEWEST_NEW = 3
"""New words without which a sentence is news only by a new name or figure."""
_FEWEST_WORDS = 6
_READ = 40
"""Sentences of an article that are weighed."""
_STANDS_OUT = 2.0
"""How much more a new name or figure weighs than another new word."""
_LATER = 0.3
"""How fast a sentence loses weight with those that stand before it: news comes first."""
_ENDS = re.compile(r"(?<!\.)[.!][\s\u00a0\u202f]?[»”\")\]]*$")
"""An ellipsis may be where a feed cut the text."""
_LEANS = re.compile(
    r"(?:ils?|elles?|ce(?:tte|t|s|la|ci)?|celles?|celui|ceux|c['’]|mais|or|donc|ainsi|he|she|they|it"
    r"|this|that|these|those|but|so|however)\b",
    re.IGNORECASE,
)
"""Beginnings of a sentence that speaks of what the one before it named."""


def terms(text: str, language: str, desk: Desk) -> Terms:
    """Give the rare words of a text."""
    known = shares(language)
    weighed = {
        word.stem: known.get(word.stem, RARE) for word in desk.lexer(language).read(text).words
    }
    return {stem: -math.log(share) for stem, share in weighed.items() if share <= _EVERYWHERE}


def likeness(one: Terms, other: Terms) -> float:
    """Say how much of two texts' rare words they share: cosine of the rarities, 0 to 1."""
    common = math.fsum(weight * other[stem] for stem, weight in one.items() if stem in other)
    lengths = math.prod(math.fsum(w * w for w in sorted(found.values())) for found in (one, other))
    return min(1.0, common / math.sqrt(lengths)) if lengths else 0.0


def headed_alike(leads: Mapping[int, Article], desk: Desk) -> Callable[[int, int], float]:
    """Give a function that compares the headlines of two stories by their ids.

    `leads` has the leading article of each story.
    """
    heads: dict[int, Terms] = {}

    def head(story: int) -> Terms:
        if story not in heads:
            heads[story] = terms(leads[story].title, leads[story].language, desk)
        return heads[story]

    return lambda one, other: likeness(head(one), head(other))


def news(
    articles: Iterable[Article], told: Sequence[Article], desk: Desk, *, words: int = 40
) -> tuple[str, ...] | None:
    """Give the sentences that say most of what `told` did not, in their order, within `words`.

    None when none says anything new; empty when that can't be told, for nothing was told in the
    articles' language, or when what is new stands in no sentence fit to be quoted.
    """
    found: list[_Sentence] = []
    for article in articles:
        if all(one.language != article.language for one in told):
            return ()
        said = list(_said(article))
        ground = _Ground(
            language=article.language,
            known=_known(told, article.language, desk),
            about=_about(article, said, desk),
        )
        found += [_weighed(text, place, ground, desk) for place, text in enumerate(said)]
    if not any(one.new for one in found):
        return None
    return tuple(_chosen([one for one in found if one.new and one.fit], words))


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What an article's sentences are weighed against."""

    language: str
    known: frozenset[str]
    """What was told: stems, and names and figures as they are written."""
    about: Mapping[str, float]
    """How much of the article each of its stems is."""


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    text: str
    words: int
    weight: float
    new: bool
    """It says something that was not told."""
    fit: bool
    """It can stand alone."""


def _chosen(found: Sequence[_Sentence], words: int) -> Iterator[str]:
    """Take the heaviest, and the next one too where both fit; a long one is taken alone."""
    best = sorted(range(len(found)), key=lambda at: (-found[at].weight, at))[:2]
    if len(best) > 1 and found[best[0]].words + found[best[1]].words > words:
        best = best[:1]
    return (found[at].text for at in sorted(best))


def _said(article: Article) -> Iterator[str]:
    """Give an article's sentences; its title where it has none."""
    blocks = [article.description, *article.body.split("\n\n")]
    prose = [block for block in blocks if block.strip() and not is_heading(block)]
    found = dict.fromkeys(one for block in prose for one in sentences(block))
    return islice(found or [article.title], _READ)


def _about(article: Article, said: Iterable[str], desk: Desk) -> Mapping[str, float]:
    """Weigh what an article is about: by how many sentences hold a word; its title's twice."""
    lexer = desk.lexer(article.language)
    held = Counter(stem for text in said for stem in set(lexer.stems(text)))
    headed = set(lexer.stems(article.title))
    return {stem: (1 + math.log(n)) * (1 + (stem in headed)) for stem, n in held.items()}


def _known(told: Iterable[Article], language: str, desk: Desk) -> frozenset[str]:
    """Give what was told: words of the same language by stem, names and figures of any."""
    known: set[str] = set()
    for one in told:
        for text in (one.title, one.description, one.body):
            for word in desk.lexer(one.language).read(text).words:
                if one.language == language:
                    known.add(word.stem)
                if word.capital or word.number:
                    known.add(word.folded)
    return frozenset(known)


def _weighed(text: str, place: int, ground: _Ground, desk: Desk) -> _Sentence:
    passage = desk.lexer(ground.language).read(text)
    rare = terms(text, ground.language, desk)
    known = ground.known
    unknown = {w.stem for w in passage.words if w.stem not in known and w.folded not in known}
    fresh = {stem: rarity for stem, rarity in rare.items() if stem in unknown}
    standing = _standing_out(passage) & fresh.keys()
    weight = math.fsum(
        rarity * ground.about[stem] * (_STANDS_OUT if stem in standing else 1.0)
        for stem, rarity in fresh.items()
    )
    share = math.fsum(fresh.values()) / (math.fsum(rare.values()) or 1.0)
    whole = bool(_ENDS.search(text)) and balanced(text)
    return _Sentence(
        text=text,
        words=len(text.split()),
        weight=weight * share / math.sqrt(1 + len(rare)) / (1 + _LATER * place),
        new=bool(standing) or (share >= NEW and len(fresh) >= _FEWEST_NEW),
        fit=whole and len(text.split()) >= _FEWEST_WORDS and not _LEANS.match(text),
    )


def _standing_out(passage: Passage) -> set[str]:
    """Give the names and figures of a sentence; a capital at its start says nothing."""

    def stands(place: int, word: Word) -> bool:
        return word.number or (word.capital and place not in passage.starts)

    return {word.stem for place, word in enumerate(passage.words) if stands(place, word)}
