"""Which stories are events of one saga? Alike, but too far apart in time or matter to be one."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from digest.group.clusters import SAME_STORY, Cluster, similarity
from digest.group.neighbours import near_pairs
from digest.group.stories import WINDOW, Grouped
from digest.group.vectors import Vector, heaviest
from digest.model.story import Tie

SAME_SAGA = 0.28
"""Mean similarity from which two stories belong to one saga."""

REACH = timedelta(days=28)
"""How far back a saga's earlier event is looked for."""

MEMORY = timedelta(days=120)
"""How far back among stories that a person chose: told in an issue, or dropped into a folder. They
are few, so that looking at them costs little.
"""

_FEATURES = 48
"""Of a story's summed vector, when relatives are looked for; they are then compared in full."""

_MOST = 3
"""Ties kept of a story: its nearest relatives."""


def find_ties(
    stories: Sequence[Grouped],
    *,
    window: timedelta = WINDOW,
    threshold: float = SAME_STORY,
    saga: float = SAME_SAGA,
    chosen: Collection[int] = frozenset(),
) -> list[Tie]:
    """Tie each story to the earlier events of its saga, nearest first.

    `chosen` has the articles that a person chose: their stories are remembered for longer.
    """
    ordered = sorted(stories, key=lambda g: (g.begins, g.story.id))
    found: dict[int, list[Tie]] = {}
    for earlier, later in _near(ordered, saga):
        if not _remembered(earlier, later, chosen):
            continue
        alike = similarity(earlier.cluster, later.cluster)
        apart = later.begins - earlier.story.happened_at > window
        if alike >= saga and (apart or alike < threshold):
            tie = Tie(
                story_id=later.story.id,
                earlier_id=earlier.story.id,
                similarity=round(min(1.0, alike), 4),
            )
            found.setdefault(later.story.id, []).append(tie)
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


def _near(stories: Sequence[Grouped], saga: float) -> list[tuple[Grouped, Grouped]]:
    """Give the pairs whose centroids are alike: their mean similarity is never higher."""
    moments = [grouped.begins.timestamp() for grouped in stories]
    pairs: set[tuple[int, int]] = set()
    for vectors in ([_own(g.cluster) for g in stories], [_shared(g.cluster) for g in stories]):
        reach = MEMORY.total_seconds()
        pairs |= {(a, b) for a, b, _ in near_pairs(vectors, moments, threshold=saga, within=reach)}
    return [(stories[a], stories[b]) for a, b in sorted(pairs)]


def _own(cluster: Cluster) -> Vector:
    return heaviest(cluster.own, top=_FEATURES)


def _shared(cluster: Cluster) -> Vector:
    total: Vector = {}
    for vector in cluster.shared.values():
        for mark, weight in vector.items():
            total[mark] = total.get(mark, 0.0) + weight
    return heaviest(total, top=_FEATURES)


def _nearest(ties: Sequence[Tie]) -> list[Tie]:
    return sorted(ties, key=lambda tie: (-tie.similarity, tie.earlier_id))[:_MOST]
