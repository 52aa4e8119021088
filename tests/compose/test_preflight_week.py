"""No word of a week of news is taken for a misspelt name, or for residue."""

import json
from pathlib import Path

from digest.compose.checks import check_issue
from digest.resources import shipped
from digest.schedule.reading import read_schedule
from tests.builders import a_brief
from tests.compose.desk import an_issue_of

WEEK = Path(__file__).parents[1] / "data" / "week"
TALKS = {"name-odd", "residue-words"}


def test_a_week_of_news_has_no_false_alarm() -> None:
    aliases = read_schedule(shipped("schedule.yaml")).aliases
    days = [path.read_text(encoding="utf-8") for path in sorted(WEEK.glob("*.jsonl"))]
    articles = [json.loads(line) for day in days for line in day.split("\n") if line]
    assert len(articles) > 400
    briefs = [
        a_brief(story_id=one["id"], headline=one["title"], summary=one["body"]) for one in articles
    ]
    found = check_issue(an_issue_of(*briefs), "fr", aliases=aliases)
    assert [str(one) for one in found if one.code in TALKS] == []
