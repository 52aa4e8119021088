"""`digest send --dry-run`: who would get what, before anybody does."""

from contextlib import closing
from typing import TYPE_CHECKING

from digest.cli.output import counted, emit, say, table

if TYPE_CHECKING:
    from digest.model.issue import Issue
    from digest.pipeline.newsroom import Newsroom
    from digest.pipeline.planning import Plan


def tell_plan(newsroom: "Newsroom", issue: "Issue", *, as_json: bool) -> None:
    """Print what planning the issue now would come to."""
    from digest.pipeline.planning import foresee

    with closing(newsroom.provider()) as provider:
        plan = foresee(newsroom, issue, provider)
    emit(plan, lambda: _tell(plan), as_json=as_json)


def _tell(plan: "Plan") -> None:
    rows = [(one.key, one.recipients, one.calls, one.subject) for one in plan.editions]
    if rows:
        table(plan.issue, ("edition", "#readers", "#calls", "subject"), rows)
    whom = f"{plan.list}, segment {plan.segment}," if plan.segment else plan.list
    say(f"{counted(plan.recipients, 'reader')} of {whom} would be mailed; nobody was.")
    for why, count in plan.left_out.items():
        say(f"{counted(count, 'reader')} would get nothing: {_WORDS[why]}")


_WORDS = {
    "paused": "they paused their subscription",
    "monthly": "they want a month's best, which comes with the month's first issue",
    "nothing": "the issue has no story of the themes they chose",
}
