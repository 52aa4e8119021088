"""How do themes hear of what editors do? Each change of an issue is noted; a person may say it."""

from datetime import datetime

from sqlalchemy import Connection

from digest.compose.lessons import MOVED, lessons
from digest.errors import NotFoundError, unknown
from digest.model.correction import Correction
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.storage import articles, corrections, issues


def note(connection: Connection, issue: Issue, *, approved: bool, now: datetime) -> None:
    """Keep what an issue as it is now shows of themes, in the place of what it showed before.

    It is compared with what was drafted, so an edit that is undone shows nothing any more.
    `approved` is whether a person let it go.
    """
    drafted = issues.drafted(connection, issue)
    shown = lessons(drafted, issue.content, approved=approved, at=now)
    corrections.put_of_issue(connection, issue.id, shown)


def teach(newsroom: Newsroom, article_id: int, theme: str, *, belongs: bool) -> Correction:
    """Keep that an article is of a theme, or is not, as a person says; again replaces it.

    Raises:
        NotFoundError: there is no such article, or no such theme in schedule.yaml.
    """
    if theme not in newsroom.schedule.themes:
        raise NotFoundError(unknown("theme", theme, newsroom.schedule.themes))
    said = Correction(
        article_id=article_id, theme=theme, belongs=belongs, weight=MOVED, at=newsroom.clock()
    )
    with newsroom.database.write() as connection:
        articles.article(connection, article_id)
        corrections.teach(connection, said)
    return said
