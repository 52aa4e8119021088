"""Which articles tell one event? Copies first, then average-link clusters, then each story's lead.

Everything is deterministic: the same articles give the same stories in any order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.group.clusters import ACROSS_SCALE, SAME_STORY, Cluster, merge, similarity
from digest.group.copies import find_copies
from digest.group.neighbours import near_pairs
from digest.group.reading import Reading
from digest.group.vectors import Rarity, Tallier, Views
from digest.model.article import Article
from digest.model.story import Copy, Story

WINDOW = timedelta(hours=72)
"""Articles further apart tell another event, however alike: digest.group.lineage ties them."""

_SHORT = 400
"""Characters of body below which an article leads a story only for want of a longer one."""


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """A story with what lineage and explanations need of it."""

    story: Story
    cluster: Cluster
    """Vectors of its independent texts."""
    begins: datetime
    """Publication of its oldest article; story.happened_at is that of the newest."""
    similarities: Mapping[int, float]
    """Article id → mean similarity to the rest of its story, 0 to 1; 1 for an article alone."""


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """All stories of a window, and the vectors they were made from."""

    stories: tuple[Grouped, ...]
    """By id."""
    views: Mapping[int, Views]


def find_stories(
    readings: Iterable[Reading],
    *,
    settled: Sequence[Sequence[int]] = (),
    threshold: float = SAME_STORY,
) -> Grouping:
    """Group readings into stories.

    `settled` lists the ids of older articles that an earlier grouping put together: they stay
    together, new articles may join them, and they never join each other.
    """
    ordered = sorted(readings, key=lambda r: (r.article.published.at, r.article.id))
    copies = find_copies(ordered)
    views = _views(ordered, {article for members in settled for article in members})
    clusters = _start(ordered, copies, views, settled)
    merged = merge(clusters, _near(ordered, clusters, views, threshold), threshold=threshold)
    articles = {reading.article.id: reading.article for reading in ordered}
    repeats = _by_original(copies)
    grouped = [_grouped(cluster, repeats, articles, views) for cluster in merged]
    return Grouping(stories=tuple(sorted(grouped, key=lambda g: g.story.id)), views=views)


def _views(readings: Sequence[Reading], settled: set[int]) -> dict[int, Views]:
    tallier = Tallier()
    counted = [tallier.count(reading) for reading in readings]
    # Only the window says what is rare: which older stories are looked at must change nothing.
    rarity = Rarity(counts for counts in counted if counts.article_id not in settled)
    return {counts.article_id: rarity.views(counts) for counts in counted}


def _start(
    readings: Sequence[Reading],
    copies: Sequence[Copy],
    views: Mapping[int, Views],
    settled: Sequence[Sequence[int]],
) -> list[Cluster]:
    """Make a cluster of each original, and of each settled story's originals."""
    copied = {copy.article_id for copy in copies}
    texts = [r.article.id for r in readings if r.article.id not in copied]
    home = {member: number for number, members in enumerate(settled) for member in members}
    clusters: dict[object, Cluster] = {}
    for text in texts:
        key = ("settled", home[text]) if text in home else text
        cluster = clusters.setdefault(key, Cluster(members=[], settled=text in home))
        cluster.members.append(text)
        cluster.add(views[text])
    return list(clusters.values())


def _near(
    readings: Sequence[Reading],
    clusters: Sequence[Cluster],
    views: Mapping[int, Views],
    threshold: float,
) -> list[tuple[int, int]]:
    place = {member: at for at, cluster in enumerate(clusters) for member in cluster.members}
    texts = [r.article for r in readings if r.article.id in place]
    moments = [text.published.at.timestamp() for text in texts]
    own = [views[text.id].own for text in texts]
    shared = [views[text.id].shared for text in texts]
    reach = WINDOW.total_seconds()
    pairs = [(a, b) for a, b, _ in near_pairs(own, moments, threshold=threshold, within=reach)]
    if len({text.language for text in texts}) > 1:
        across = near_pairs(shared, moments, threshold=threshold / ACROSS_SCALE, within=reach)
        pairs += [(a, b) for a, b, _ in across if texts[a].language != texts[b].language]
    places = [place[text.id] for text in texts]
    return [(places[a], places[b]) for a, b in pairs if places[a] != places[b]]


def _by_original(copies: Iterable[Copy]) -> Mapping[int, list[Copy]]:
    found: defaultdict[int, list[Copy]] = defaultdict(list)
    for copy in copies:
        found[copy.original_id].append(copy)
    return found


def _grouped(
    cluster: Cluster,
    copies: Mapping[int, list[Copy]],
    articles: Mapping[int, Article],
    views: Mapping[int, Views],
) -> Grouped:
    repeats = {copy.article_id: copy for text in cluster.members for copy in copies.get(text, ())}
    similarities = _similarities(cluster, views)
    similarities |= {article: copy.containment for article, copy in repeats.items()}
    members = [articles[member] for member in similarities]
    useful = sorted(members, key=lambda a: (a.id in repeats, *_use(a, similarities[a.id])))
    story = Story(
        id=min(members, key=lambda a: (a.first_seen_at, a.id)).id,
        lead_id=useful[0].id,
        article_ids=tuple(article.id for article in useful),
        copies=tuple(repeats[article] for article in sorted(repeats)),
        voices=len(cluster.members),
        happened_at=max(article.published.at for article in members),
    )
    begins = min(article.published.at for article in members)
    return Grouped(story=story, cluster=cluster, begins=begins, similarities=similarities)


def _use(article: Article, central: float) -> tuple[bool, float, datetime, int]:
    """Order by use to a reader: something to read, central to the story, early."""
    short = len(article.body) < _SHORT
    return (short, -round(central, 2), article.published.at, article.id)


def _similarities(cluster: Cluster, views: Mapping[int, Views]) -> dict[int, float]:
    size = len(cluster.members)
    if size == 1:
        return {cluster.members[0]: 1.0}
    found = {}
    for member in cluster.members:
        alone = Cluster(members=[member])
        alone.add(views[member])
        # Its own part is taken out: a vector of length 1 times itself.
        rest = similarity(alone, cluster) * size - (1.0 if views[member].own else 0.0)
        found[member] = round(min(1.0, max(0.0, rest / (size - 1))), 4)
    return found
