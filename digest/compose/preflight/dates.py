"""Which printed dates does the text itself put in doubt?"""

from collections.abc import Mapping

from digest.compose.draft import briefs_of
from digest.compose.preflight.finding import Code, Finding, warning
from digest.model.article import Article, Precision
from digest.model.issue import Brief, IssueContent


def doubtful_dates(content: IssueContent, articles: Mapping[int, Article]) -> list[Finding]:
    """Name the stories whose printed date may be wrong, and why."""
    return [
        warning(
            Code.DATE_DOUBTFUL,
            f"story {brief.story_id}",
            f"its date is in doubt: {doubt}",
            "say in the summary when it was, or drop the story",
            story_id=brief.story_id,
        )
        for brief in briefs_of(content.sections)
        if (doubt := _doubt(brief, articles)) and brief.precision != Precision.FIRST_SEEN
    ]


def _doubt(brief: Brief, articles: Mapping[int, Article]) -> str:
    dates = [articles[id_].published for id_ in brief.article_ids if id_ in articles]
    return next((date.doubt for date in dates if date.at == brief.published_at), "")
