"""An archive of one language as numbers: a row for each article, from which themes are learned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from digest.group.reading import Reading
from digest.group.themes.features import PLACES, runs

RARE_WORD, RARE_PAIR, COMMON = 3, 8, 0.4
"""Words of fewer articles, pairs of fewer, and words of more than this share teach nothing."""
_LARGE = 4000
"""From so many articles on, a word or pair needs some more of them."""
Numbers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An archive's articles, and after them texts that an editor gave as examples."""

    features: tuple[str, ...]
    rarity: NDArray[np.float64]
    written: Mapping[int, str]
    rows: csr_matrix
    """Texts × features; rows of length 1."""


@dataclass(frozen=True, kw_only=True)
class _Words:
    stems: list[str]
    written: list[str]
    """As the word stands where it was first met."""
    numbers: Numbers
    """Of the words of all texts, one after the other; -1 where a sentence starts."""
    texts: NDArray[np.int32]
    weights: NDArray[np.float32]


def make_sheet(readings: Iterable[Reading]) -> Sheet:
    """Count the words and pairs of texts, and weigh them as digest.group.themes.features does."""
    words, count = _words(readings)
    keys, texts, weights = _features(words, count)
    at = np.lexsort((keys, texts))
    keys, texts, weights = keys[at], texts[at], weights[at]
    first = np.flatnonzero(np.diff(keys, prepend=-1) | np.diff(texts, prepend=-1))
    times = np.add.reduceat(weights, first) if len(first) else weights
    return _sheet(words, keys[first], texts[first], times, count)


def _sheet(
    words: _Words, keys: Numbers, texts: NDArray[np.int32], times: NDArray[np.float32], count: int
) -> Sheet:
    distinct, columns, spread = np.unique(keys, return_inverse=True, return_counts=True)
    size = len(words.stems)
    more = 1 if count < _LARGE else 1.5
    needed = np.where(distinct < size, RARE_WORD * more, RARE_PAIR * more)
    kept = (spread >= needed) & (spread <= COMMON * count)
    number = np.cumsum(kept) - 1
    here = kept[columns]
    rarity: NDArray[np.float64] = np.log(count / spread[kept].astype(np.float64)).round(4)
    columns = number[columns[here]]
    values = (1 + np.log(times[here])) * rarity[columns]
    rows = csr_matrix((values, (texts[here], columns)), shape=(count, int(kept.sum())))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    rows.data /= np.repeat(lengths, np.diff(rows.indptr))
    names = [_names(int(key), words.stems) for key in distinct[kept]]
    shown = {at: _names(int(key), words.written) for at, key in enumerate(distinct[kept])}
    return Sheet(features=tuple(names), rarity=rarity, written=shown, rows=rows)


def _names(key: int, names: Sequence[str]) -> str:
    size = len(names)
    if key < size:
        return names[key]
    first, second = divmod(key - size, size)
    return f"{names[first]} {names[second]}"


def _features(words: _Words, count: int) -> tuple[Numbers, NDArray[np.int32], NDArray[np.float32]]:
    """Give the key of each word, and of each pair of words that are neither rare nor everywhere."""
    size = len(words.stems)
    real = words.numbers >= 0
    keys, texts, weights = words.numbers[real], words.texts[real], words.weights[real]
    spread = np.bincount(np.unique(texts.astype(np.int64) * size + keys) % size, minlength=size)
    pairs = (spread >= RARE_PAIR) & (spread <= COMMON * count)
    fit = real & np.where(real, pairs[words.numbers], False)  # noqa: FBT003
    both = np.flatnonzero(fit[:-1] & fit[1:])
    joined = size + words.numbers[both] * size + words.numbers[both + 1]
    return (
        np.concatenate((keys, joined)),
        np.concatenate((texts, words.texts[both])),
        np.concatenate((weights, words.weights[both])),
    )


def _words(readings: Iterable[Reading]) -> tuple[_Words, int]:
    known: dict[str, int] = {}
    written: list[str] = []
    numbers: list[Numbers] = []
    weights: list[NDArray[np.float32]] = []
    count = 0
    for reading in readings:
        count += 1
        mine: list[int] = []
        heavy: list[float] = []
        for place, weight in PLACES:
            for run in runs(getattr(reading, place)):
                mine.append(-1)
                for word in run:
                    number = known.setdefault(word.stem, len(known))
                    if number == len(written):
                        written.append(word.written)
                    mine.append(number)
            heavy += [weight] * (len(mine) - len(heavy))
        numbers.append(np.array(mine, dtype=np.int64))
        weights.append(np.array(heavy, dtype=np.float32))
    lengths = [len(one) for one in numbers]
    texts = np.repeat(np.arange(count, dtype=np.int32), lengths)
    nothing_i, nothing_f = np.empty(0, np.int64), np.empty(0, np.float32)
    words = _Words(
        stems=list(known),
        written=written,
        numbers=np.concatenate((*numbers, nothing_i)),
        texts=texts,
        weights=np.concatenate((*weights, nothing_f)),
    )
    return words, count
