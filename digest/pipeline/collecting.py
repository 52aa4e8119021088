"""How do sources become stored articles? A report for each.

A source that is down is one line of the report. What one source gave is committed whole, with what
a few others gave, so a killed run loses nothing and the next one goes on.
"""

import random
from collections.abc import Callable, Sequence
from functools import partial

from digest.collect.answers import Nets
from digest.collect.worker import Workers
from digest.errors import NotFoundError, unknown
from digest.pipeline.asking import Fetch, Means, asking
from digest.pipeline.claiming import TRIES
from digest.pipeline.filling import BOUNDS, Bounds, fill, told
from digest.pipeline.folders import from_folder
from digest.pipeline.guarding import guarded
from digest.pipeline.mailboxes import from_mailbox
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.occasions import Occasion
from digest.pipeline.polling import Poll
from digest.pipeline.receiving import Desk, SourceReport
from digest.pipeline.web_sources import Chance, WebSources
from digest.schedule.values import Schedule, Source

__all__ = ["Fetch", "Occasion", "SourceReport", "collect"]


def collect(
    newsroom: Newsroom,
    *,
    only: str = "",
    occasion: Occasion = Occasion.BY_HAND,
    fetch: Fetch | None = None,
    permitted: Nets = (),
    chance: Chance = random.random,
    bounds: Bounds = BOUNDS,
) -> tuple[SourceReport, ...]:
    """Collect from every source that is due, or from the one named, due or not; then ask the pages
    of articles that lack their text.

    `permitted` are nets of this machine or house that feeds may be fetched from; none by default.

    Raises:
        NotFoundError: no source is called `only`.
    """
    chosen = _chosen(newsroom.schedule, only)
    occasion = Occasion.BY_NAME if only else occasion
    with Workers() as parser, asking(newsroom, permitted, fetch) as means:
        desk = Desk(newsroom=newsroom, parser=parser, ask=means.ask)
        folders = [source for source in chosen if source.folder]
        mailboxes = [source for source in chosen if source.mailbox]
        asked = [source for source in chosen if source.on_the_web]
        mails = partial(
            from_mailbox, desk, chance=chance, permitted=permitted, even_early=bool(only)
        )
        # A round has no one waiting for it; a draft would lack what another run has yet to store.
        alone = partial(_alone, means, tries=1 if occasion is Occasion.ROUND else TRIES)
        reports = [alone(one, partial(from_folder, desk)) for one in folders]
        reports += [alone(one, mails) for one in mailboxes]
        reports += Poll(desk, WebSources(desk, chance), means).reports(asked, occasion)
        reports = list(told(reports, list(fill(desk, chosen, chance, bounds))))
    order = {source.name: place for place, source in enumerate(chosen)}
    return tuple(sorted(reports, key=lambda report: order[report.source]))


def _alone(
    means: Means, source: Source, read: Callable[[Source], SourceReport], *, tries: int
) -> SourceReport:
    """Read what no other run reads at this moment."""
    with means.claims.alone(f"source {source.name}", tries=tries) as ours:
        if not ours:
            return SourceReport(source=source.name, notes=("another run reads it now",))
        return guarded(source.name, partial(read, source))


def _chosen(schedule: Schedule, only: str) -> Sequence[Source]:
    if not only:
        return schedule.sources
    source = schedule.source(only)
    if source is None:
        raise NotFoundError(unknown("source", only, (one.name for one in schedule.sources)))
    return (source,)
