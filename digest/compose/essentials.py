"""Which stories have a line above all others, before an editor chose?"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from digest.compose.shortening import headline
from digest.model.issue import Brief, Section

FEWEST, MOST = 3, 5
"""Lines: fewer say nothing that the stories below don't, more are a table of contents."""
LINE = 110
"""Characters: two lines on a phone."""


def with_essentials(sections: Sequence[Section], language: str) -> tuple[Section, ...]:
    """Give each section's lead a line, then each one's second story, until there are MOST.

    Those told in the readers' `language`, if they are enough. None where nearly all stories would
    have one.
    """
    rows = zip_longest(*(section.briefs for section in sections))
    in_turn = [brief for brief in chain.from_iterable(rows) if brief is not None]
    if len(in_turn) <= FEWEST:
        return tuple(sections)
    own = [one for one in in_turn if (one.headline_language or one.language) == language]
    chosen = {one.story_id for one in (own if len(own) >= FEWEST else in_turn)[:MOST]}
    return tuple(
        replace(section, briefs=tuple(_told(brief, chosen) for brief in section.briefs))
        for section in sections
    )


def lines_of(sections: Sequence[Section]) -> int:
    """Count the lines."""
    return sum(bool(brief.essential) for section in sections for brief in section.briefs)


def _told(brief: Brief, chosen: set[int]) -> Brief:
    if brief.story_id not in chosen:
        return brief
    return replace(
        brief,
        essential=headline(brief.headline, LINE),
        essential_language=brief.headline_language,
    )
