"""Which issue is due at a moment? The clocks, `digest run` and `digest draft` all ask here."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from digest.engine.slots import next_slots, previous_slot
from digest.model.issue import Issue, IssueState
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter
from digest.storage import issues

OVER = frozenset({IssueState.SENT, IssueState.CANCELLED})
"""States in which an issue waits for nothing any more."""
_SECOND = timedelta(seconds=1)


def due_issue(newsroom: Newsroom, newsletter: str, slot: datetime) -> Issue | None:
    """Give the issue that is due to be sent at `slot`, None when it is still to be made."""
    plan = newsroom.schedule.newsletters[newsletter]
    with newsroom.database.read() as connection:
        return open_issue(plan, slot, issues.issues(connection, newsletter))


def open_issue(plan: Newsletter, slot: datetime, made: Iterable[Issue]) -> Issue | None:
    """Find the issue that is due at `slot`: the one of that very moment, else one still to be sent.

    The latter is what remains of a clock that was set to another hour after the draft was made: an
    editor's work on it must not be lost.
    """
    before = previous_slot(plan.send, plan.timezone, slot - _SECOND)
    after = next_slots(plan.send, plan.timezone, slot, 1)[0]
    near = [issue for issue in made if before < issue.slot < after]
    exact = (issue for issue in near if issue.slot == slot)
    unsent = (issue for issue in near if issue.state not in OVER)
    return next(exact, None) or next(unsent, None)
