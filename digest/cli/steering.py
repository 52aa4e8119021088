"""`digest pause`, `digest cancel`, and how a person slows a sending that runs."""

from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import issues
from digest.cli.arguments import IssueName
from digest.cli.output import AsJson, emit, say

if TYPE_CHECKING:
    from datetime import datetime

    from digest.model.issue import Issue
    from digest.model.pace import Wait
    from digest.pipeline.newsroom import Newsroom
    from digest.pipeline.sending import IssueStatus, SendReport

Rate = Annotated[
    float | None,
    typer.Option("--rate", min=0, help="Recipients a second from now on; 0: no such limit."),
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("pause")(pause)
    app.command("cancel")(issues.cancel)


def pause(issue: IssueName, as_json: AsJson = False) -> None:
    """Let no further call of a sending begin, on any machine, until `digest resume ISSUE`."""
    from digest.app import open_newsroom
    from digest.pipeline import steering
    from digest.pipeline.composing import the_issue

    newsroom = open_newsroom()
    standing = steering.pause(newsroom, the_issue(newsroom, issue).id)
    emit(standing, lambda: say(_paused(newsroom, standing)), as_json=as_json)


def read_over(text: str) -> timedelta | None:
    """Read `--over "2 hours"`; None when it was not given.

    Raises:
        BadParameter: it is no period, or longer than a week.
    """
    from digest.schedule.fields import read_spread

    try:
        return read_spread(text) if text else None
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--over") from wrong


def set_pace(
    newsroom: "Newsroom", issue: "Issue", rate: float | None, over: timedelta | None = None
) -> None:
    """Take over what `--rate` and `--over` say, if anything.

    Raises:
        BadParameter: both are given.
    """
    from digest.pipeline import steering

    if rate is not None and over is not None:
        raise typer.BadParameter("give --rate or --over, not both")
    if rate is not None or over is not None:
        steering.set_pace(newsroom, issue.id, rate=rate, over=over)


def teller(newsroom: "Newsroom", newsletter: str) -> "Callable[[Wait], None]":
    """Give what says once, on the terminal, what a sending waits for and until when."""
    from digest.deliver.pace import in_words
    from digest.model.pace import Why

    often, told, lock = (Why.OWN_RATE, Why.PROVIDER_RATE, Why.RETRY), set[object](), Lock()
    zone = _zone(newsroom, newsletter)

    def tell(wait: "Wait") -> None:
        news = wait.why if wait.why in often else wait
        with lock:
            known = news in told
            told.add(news)
        if not known:
            typer.echo(in_words(wait, zone), err=True)

    return tell


def remark(newsroom: "Newsroom", standing: "IssueStatus | SendReport", newsletter: str) -> str:
    """Say that an issue is paused, or what it waits for."""
    from digest.cli.moments import in_short
    from digest.deliver.pace import in_words

    zone = _zone(newsroom, newsletter)
    if standing.paused_at is not None:
        return f"paused since {in_short(standing.paused_at, zone)}"
    return "" if standing.waits is None else in_words(standing.waits, zone)


def tell_paused(newsroom: "Newsroom") -> int:
    """Name the issues that a `digest resume` without an issue leaves alone; give how many."""
    from digest.pipeline import steering

    found = steering.paused(newsroom)
    for issue in found:
        say(f"{_named(issue)} stays paused: `digest resume {_named(issue)}` goes on with it")
    return len(found)


def tell_lifted(newsroom: "Newsroom", issue: "Issue") -> None:
    """Say that a pause is lifted from an issue that is not due yet."""
    from digest.cli.moments import in_words

    due = in_words(issue.slot, _zone(newsroom, issue.newsletter))
    say(f"{_named(issue)} is no longer paused; it is {issue.state}, due {due}")


def stopped(name: str, since: "datetime") -> str:
    """Say that a sending stopped because it is paused."""
    return (
        f"sending {name} stopped: it is paused since {since:%Y-%m-%d %H:%M:%S} UTC;"
        f" `digest resume {name}` goes on with it"
    )


def _paused(newsroom: "Newsroom", standing: "IssueStatus") -> str:
    name, tally = _named(standing.issue), standing.tally
    left = f"; {tally.waiting} of {tally.planned} are not mailed yet" if tally.planned else ""
    words = remark(newsroom, standing, standing.issue.newsletter)
    return f"{name} is {words}{left}: `digest resume {name}` goes on with it"


def _named(issue: "Issue") -> str:
    return f"{issue.newsletter}/{issue.number}"


def _zone(newsroom: "Newsroom", newsletter: str) -> str:
    plan = newsroom.schedule.newsletters.get(newsletter)
    return plan.timezone if plan else "UTC"
