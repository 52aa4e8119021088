"""What does an editor's hand on an issue show of themes? The draft and what became of it, compared.

How much each move says: from one section to another is a plain word on both themes, and so is
taking a story in under another theme than it was left out of. Taking one in under its own, or
dropping it, may have other reasons too. What a person approved unmoved was at least not wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from digest.model.correction import Correction
from digest.model.issue import IssueContent

MOVED = 1.0
TAKEN_IN = 0.5
DROPPED = -0.3
KEPT = 0.2


@dataclass(frozen=True, kw_only=True)
class _Home:
    theme: str
    told: bool
    """In the issue, not left out."""


def lessons(
    drafted: IssueContent, present: IssueContent, *, approved: bool, at: datetime
) -> list[Correction]:
    """Give what the editors' changes of a draft show, for each article of a story.

    `approved` is whether a person let the present content go. What was put back as it was drafted
    shows nothing.
    """
    before, articles = _homes(drafted), _articles(present)
    return [
        Correction(
            article_id=article,
            theme=theme,
            belongs=weight > 0,
            weight=abs(weight),
            at=at,
        )
        for story, home in _homes(present).items()
        if story in before
        for theme, weight in _shown(before[story], home, approved=approved)
        for article in articles[story]
    ]


def _shown(before: _Home, after: _Home, *, approved: bool) -> Iterator[tuple[str, float]]:
    """Give themes with what is shown of each: above 0 for it, below 0 against it."""
    if before.told and not after.told:
        yield before.theme, DROPPED
    elif after.told and before.theme != after.theme:
        yield before.theme, -MOVED
        yield after.theme, MOVED
    elif after.told and not before.told:
        yield after.theme, TAKEN_IN
    elif after.told and approved:
        yield after.theme, KEPT


def _homes(content: IssueContent) -> dict[int, _Home]:
    return {
        brief.story_id: _Home(theme=section.theme, told=told)
        for sections, told in ((content.left_out, False), (content.sections, True))
        for section in sections
        for brief in section.briefs
    }


def _articles(content: IssueContent) -> dict[int, tuple[int, ...]]:
    sections = (*content.left_out, *content.sections)
    return {brief.story_id: brief.article_ids for one in sections for brief in one.briefs}
