"""Which stories are left of those that were found, once editors' rulings are heeded?"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from digest.group.clusters import Cluster
from digest.group.reading import Reading
from digest.group.ruled import obeying
from digest.group.stories import Grouped, Grouping, find_stories
from digest.group.vectors import Views
from digest.model.ruling import Rulings


def obey(grouping: Grouping, readings: Iterable[Reading], rulings: Rulings) -> Grouping:
    """Divide and join stories, and let articles lead, as editors ruled."""
    found = {grouped.story.article_ids: grouped for grouped in grouping.stories}
    read = {reading.article.id: reading for reading in readings}
    kept = [
        found.get(ids) or _anew([read[id_] for id_ in ids], grouping.views)
        for ids in obeying(list(found), rulings)
    ]
    led = [_led(grouped, rulings.leads) for grouped in kept]
    return replace(grouping, stories=tuple(sorted(led, key=lambda g: g.story.id)))


def _anew(readings: list[Reading], views: Mapping[int, Views]) -> Grouped:
    """Make one story of all these articles; its vectors stay on the scale of the others."""
    together = [reading.article.id for reading in readings]
    (grouped,) = find_stories(readings, settled=[together]).stories
    cluster = Cluster(members=[])
    for member in grouped.cluster.members:
        cluster.members.append(member)
        cluster.add(views[member])
    return replace(grouped, cluster=cluster)


def _led(grouped: Grouped, leads: frozenset[int]) -> Grouped:
    ids = grouped.story.article_ids
    lead = next((article for article in ids if article in leads), ids[0])
    rest = (article for article in ids if article != lead)
    story = replace(grouped.story, lead_id=lead, article_ids=(lead, *rest))
    return replace(grouped, story=story)
