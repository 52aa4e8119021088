"""How does an edition show what it links to? As its readers agreed to."""

from collections.abc import Sequence

from digest.compose.dressing import Dressing
from digest.model.issue import Issue, Variant
from digest.pipeline.links import link_maker
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.showing import picture_maker
from digest.schedule.values import Newsletter


def dressing_of(
    newsroom: Newsroom,
    newsletter: Newsletter,
    told: Sequence[Issue],
    variant: Variant,
) -> Dressing:
    """Give the dressing of an edition that tells stories of these issues, the latest last."""
    return Dressing(
        link=link_maker(newsroom, newsletter, told, tracked=variant.tracked),
        picture=picture_maker(newsroom, newsletter, told),
    )
