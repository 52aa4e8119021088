"""Which stories are events of one saga? Alike, but too far apart in time or matter to be one."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from digest.group.products import Rows, block_pairs, cosines, heads
from digest.group.stories import Grouped, Grouping
from digest.model.story import Tie

SAME_SAGA = 0.28
"""Mean similarity from which two stories belong to one saga."""

REACH = timedelta(days=28)
"""How far back a saga's earlier event is looked for."""

_ACROSS = 1.1
"""Brings the similarity of marks, across languages, onto the scale of words in one language."""

MEMORY = timedelta(days=120)
"""How far back among stories that a person chose: told in an issue, or dropped into a folder. They
are few, so that looking at them costs little.
"""


_MOST = 3
"""Ties kept of a story: its nearest relatives."""


def find_ties(
    grouping: Grouping, *, saga: float = SAME_SAGA, chosen: Collection[int] = frozenset()
) -> list[Tie]:
    """Tie each story to the earlier events of its saga, nearest first.

    `chosen` has the articles that a person chose: their stories are remembered for longer.
    """
    ordered = sorted(grouping.stories, key=lambda g: (g.begins, g.story.id))
    found: dict[int, list[Tie]] = {}
    for earlier, later, alike in _alike(ordered, grouping, saga):
        if not _remembered(ordered[earlier], ordered[later], chosen):
            continue
        story, before = ordered[later].story, ordered[earlier].story
        tie = Tie(story_id=story.id, earlier_id=before.id, similarity=round(min(1.0, alike), 4))
        found.setdefault(story.id, []).append(tie)
    return [tie for story_id in sorted(found) for tie in _nearest(found[story_id])]


def trace(story_id: int, ties: Callable[[int], Sequence[Tie]]) -> list[Tie]:
    """Follow a story back to where its saga begins, each time to the nearest earlier event.

    `ties` gives those of a story, nearest first.
    """
    found: list[Tie] = []
    seen = {story_id}
    while nearest := next((t for t in ties(story_id) if t.earlier_id not in seen), None):
        found.append(nearest)
        story_id = nearest.earlier_id
        seen.add(story_id)
    return found


def _remembered(earlier: Grouped, later: Grouped, chosen: Collection[int]) -> bool:
    if later.begins - earlier.begins <= REACH:
        return True
    return any(article in chosen for article in earlier.story.article_ids)


def _alike(
    stories: Sequence[Grouped], grouping: Grouping, saga: float
) -> Iterator[tuple[int, int, float]]:
    """Give the pairs of stories whose mean similarity reaches that of a saga."""
    hours = np.array([grouped.begins.timestamp() / 3600 for grouped in stories])
    own = _means(stories, grouping, grouping.window.vectors.own)
    spoken = [
        _means(stories, grouping, grouping.window.vectors.shared, language)
        for language in np.unique(grouping.window.languages)
    ]
    for one, other in _candidates(own, spoken, hours, saga):
        alike = cosines(own, one, other)
        for mine, theirs in ((a, b) for a in spoken for b in spoken if a is not b):
            alike += _ACROSS * cosines(mine, one, other, with_=theirs)
        kept = alike >= saga
        yield from zip(one[kept].tolist(), other[kept].tolist(), alike[kept].tolist(), strict=True)


def _candidates(
    own: Rows, spoken: Sequence[Rows], hours: NDArray[np.float64], saga: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Give the pairs that may be alike: by half of what is needed, in words or in marks."""
    reach, least = MEMORY.total_seconds() / 3600, saga / 2
    rows = [own, heads(csr_array(sum(spoken[1:], spoken[0])))] if len(spoken) > 1 else [own]
    blocks = (block_pairs(one, hours, within=reach, least=least) for one in rows)
    for found in zip(*blocks, strict=True):
        one, other = np.unique(np.concatenate(found, axis=1), axis=1)
        yield one, other


def _means(
    stories: Sequence[Grouped], grouping: Grouping, rows: Rows, language: int | None = None
) -> Rows:
    """Average the rows of each story's texts; those of other languages count as empty."""
    languages, places = grouping.window.languages, grouping.places
    at, cells, shares = [], [], []
    for number, grouped in enumerate(stories):
        for text in grouped.texts:
            if language is None or languages[places[text]] == language:
                at.append(number)
                cells.append(places[text])
                shares.append(1 / len(grouped.texts))
    chosen = csr_array((shares, (at, cells)), shape=(len(stories), rows.shape[0]))
    return csr_array(chosen @ rows)


def _nearest(ties: Sequence[Tie]) -> list[Tie]:
    return sorted(ties, key=lambda tie: (-tie.similarity, tie.earlier_id))[:_MOST]
