"""How often were an issue's links followed? A number a link and day, and nothing else."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, select

from digest.model.click import Click
from digest.storage.click_tables import clicks
from subscribers.upserts import inserting

_row = clicks.c


def add(connection: Connection, counted: Mapping[Click, int]) -> None:
    """Add to what was counted; each sum is made in the database, so that none gets lost.

    In one order, so that two transactions that add never wait for each other.
    """
    adding = inserting(connection, clicks)
    more = {"times": _row.times + adding.excluded.times}
    adding = adding.on_conflict_do_update(index_elements=list(clicks.primary_key), set_=more)
    rows = [
        {"issue_id": one.issue_id, "link": one.link, "day": one.day, "times": times}
        for one, times in sorted(counted.items())
    ]
    connection.execute(adding, rows)


def of_issue(connection: Connection, issue_id: int) -> dict[str, dict[date, int]]:
    """Give how often each of an issue's links was followed, by name and day, in order of days."""
    question = select(_row.link, _row.day, _row.times).where(_row.issue_id == issue_id)
    found: dict[str, dict[date, int]] = {}
    for link, day, times in connection.execute(question.order_by(_row.day, _row.link)):
        found.setdefault(link, {})[day] = times
    return found
