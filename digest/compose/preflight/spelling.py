"""Which slips of the pen does proofreading name, and of which story?"""

import re
from collections.abc import Iterator

from digest.compose.preflight.finding import Code, Finding, warning
from digest.compose.proofreading import proofread
from digest.model.issue import IssueContent


def slips(content: IssueContent, language: str) -> Iterator[Finding]:
    """Name what typesetting does not mend; `language` is the newsletter's own."""
    for where, what, cure in proofread(content, language):
        story = re.match(r"story (\d+)", where)
        story_id = int(story[1]) if story else None
        yield warning(Code.TYPOGRAPHY, where, what, cure, story_id=story_id)
