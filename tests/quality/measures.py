"""How right is a clustering, a set of labels, or a summary?

BCubed: Bagga, Baldwin, 1998. ROUGE: Lin, 2004; words in lower case, no stemming: with their
accents, or as Google's rouge_score reads them, to which every letter beyond a to z is a gap.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Set
from itertools import combinations
from typing import TypeAlias, TypeVar

Key = TypeVar("Key")
Label = TypeVar("Label")
Splitter: TypeAlias = Callable[[str], list[str]]


def bcubed_f(
    found: Mapping[int, int], right: Mapping[int, int], *, of: Collection[int] | None = None
) -> float:
    """Give the harmonic mean of BCubed precision and recall, over the items `of`."""
    found_groups, right_groups = _groups(found), _groups(right)
    items = list(right if of is None else of)
    common = {i: len(found_groups[found[i]] & right_groups[right[i]]) for i in items}
    precision = sum(common[i] / len(found_groups[found[i]]) for i in items) / len(items)
    recall = sum(common[i] / len(right_groups[right[i]]) for i in items) / len(items)
    return 2 * precision * recall / (precision + recall)


def pair_f1(found: Mapping[int, int], right: Mapping[int, int]) -> float:
    """Give the F1 of the pairs that stand together."""
    ours, theirs = pairs(found), pairs(right)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def micro_f1(found: Mapping[Key, Set[Label]], right: Mapping[Key, Set[Label]]) -> float:
    """Give the F1 over all labels of all items."""
    hits = sum(len(found[item] & right[item]) for item in right)
    return 2 * hits / sum(len(found[item]) + len(right[item]) for item in right)


def _groups(labels: Mapping[int, int]) -> Mapping[int, set[int]]:
    groups: defaultdict[int, set[int]] = defaultdict(set)
    for item, label in labels.items():
        groups[label].add(item)
    return groups


def pairs(labels: Mapping[int, int]) -> set[tuple[int, int]]:
    """Give the pairs that stand together, the smaller id first."""
    groups = _groups(labels).values()
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def written_words(text: str) -> list[str]:
    """Split a text into its words in lower case, accents kept."""
    return re.findall(r"\w+", text.lower())


def ascii_words(text: str) -> list[str]:
    """Split a text as rouge_score does: `été` is one word, `t`."""
    return re.findall(r"[a-z0-9]+", text.lower())


def rouge_1(found: str, right: str, words: Splitter = written_words) -> float:
    """Give the F1 of the words that both texts hold, each as often as it stands in both."""
    ours, theirs = words(found), words(right)
    return _f1((Counter(ours) & Counter(theirs)).total(), len(ours), len(theirs))


def rouge_l(found: str, right: str, words: Splitter = written_words) -> float:
    """Give the F1 of the longest series of words that both texts hold in one order."""
    ours, theirs = words(found), words(right)
    lengths = [0] * (len(theirs) + 1)
    for word in ours:
        before = 0
        for place, other in enumerate(theirs, start=1):
            above = lengths[place]
            lengths[place] = before + 1 if word == other else max(above, lengths[place - 1])
            before = above
    return _f1(lengths[-1], len(ours), len(theirs))


def _f1(hits: int, found: int, right: int) -> float:
    return 2 * hits / (found + right) if found + right else 0.0
