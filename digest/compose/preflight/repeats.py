"""Is something told twice: in this issue, or in one that readers had?"""

from collections import Counter
from collections.abc import Iterator

from digest.compose.draft import briefs_of
from digest.compose.preflight.finding import Code, Finding, error, warning
from digest.compose.told import Told
from digest.model.issue import Brief, IssueContent


def repeats(content: IssueContent, told: Told) -> Iterator[Finding]:
    """Name stories and links that stand twice, and stories of which readers had everything."""
    briefs = briefs_of(content.sections)
    for story_id, times in Counter(brief.story_id for brief in briefs).items():
        if times > 1:
            where, what = f"story {story_id}", f"it stands in the issue {times} times"
            cure = "keep it in one section"
            yield error(Code.STORY_TWICE, where, what, cure, story_id=story_id)
    for url, ids in _by_link(briefs).items():
        if len(ids) > 1:
            where = f"stories {', '.join(map(str, ids))}"
            yield warning(
                Code.LINK_TWICE, where, f"they lead to one page, {url}", "merge them, or drop one"
            )
    for brief in briefs:
        yield from _sent(brief, told)


def _by_link(briefs: list[Brief]) -> dict[str, list[int]]:
    """Give the stories that lead to each address, whatever follows `#` in it."""
    found: dict[str, list[int]] = {}
    for brief in briefs:
        url = brief.url.partition("#")[0].rstrip("/")
        if url and brief.story_id not in found.setdefault(url, []):
            found[url].append(brief.story_id)
    return found


def _sent(brief: Brief, told: Told) -> Iterator[Finding]:
    if brief.article_ids and told.articles.issuperset(brief.article_ids):
        number = max(told.numbers[id_] for id_ in brief.article_ids)
        what = f"readers had all of it in n° {number}"
        where, cure = f"story {brief.story_id}", "drop it, or say in its summary what is new"
        yield warning(Code.STORY_SENT, where, what, cure, story_id=brief.story_id)
