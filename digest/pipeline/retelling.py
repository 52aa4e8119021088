"""Whose words do a new draft's summaries have? Asked for when no transaction is open."""

from collections.abc import Mapping
from dataclasses import replace
from time import monotonic

from digest.compose.shortening import excerpt
from digest.group.retelling import Retold, Summariser
from digest.model.article import Article
from digest.model.issue import Brief, IssueContent, Section
from digest.schedule.values import Schedule

_LONGEST = 180.0
"""Seconds that a draft waits for a machine in all; the stories after that keep their own words."""
_SILENCES = 2
"""A machine that was silent so often in a row is asked no more for this draft."""


def retell(
    content: IssueContent,
    articles: Mapping[int, Article],
    summariser: Summariser | None,
    schedule: Schedule,
) -> IssueContent:
    """Put a summariser's words where it has some, in the stories that are mailed.

    Those left out keep their own: an editor may never look at them. Nor is a text touched whose
    source lets nothing be shown, or that stands in for a lead without words. A machine's words are
    no longer than the licence lets the source's own be: it may repeat them.
    """
    if summariser is None:
        return content
    round_ = _Round(articles, summariser, schedule)
    return replace(content, sections=tuple(round_.section(one) for one in content.sections))


class _Round:
    """One draft's questions: how long they took, and how often in a row nobody answered."""

    def __init__(
        self, articles: Mapping[int, Article], summariser: Summariser, schedule: Schedule
    ) -> None:
        self._articles = articles
        self._schedule = schedule
        self._summariser = summariser
        self._until = monotonic() + _LONGEST
        self._silences = 0

    def section(self, section: Section) -> Section:
        return replace(section, briefs=tuple(self._brief(one) for one in section.briefs))

    def _brief(self, brief: Brief) -> Brief:
        article = self._articles.get(brief.lead_id)
        if article is None or not _can_be_retold(brief, article) or self._is_over():
            return brief
        told: Retold = self._summariser(article)
        self._silences = 0 if told.answered else self._silences + 1
        text = self._licensed(told.text, article)
        if not told.machine_written or not text:
            return brief
        return replace(brief, summary=text, summary_language=article.language, machine_written=True)

    def _licensed(self, text: str, article: Article) -> str:
        """Keep the whole sentences that the source's licence has room for; perhaps none."""
        source = self._schedule.source(article.source)
        kept = excerpt(text, source.licence.excerpt) if source else text
        return "" if kept != text and kept.endswith("…") else kept

    def _is_over(self) -> bool:
        return self._silences >= _SILENCES or monotonic() > self._until


def _can_be_retold(brief: Brief, article: Article) -> bool:
    longer = len(article.body.split()) > len(brief.summary.split())
    return bool(brief.summary) and not brief.summary_source and longer
