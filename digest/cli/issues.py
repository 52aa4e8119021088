"""`digest draft` and `digest issue …`: the editor's week."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.arguments import IssueName
from digest.cli.issue_tables import named, tell_all, tell_clicks, zone
from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from digest.model.issue import Brief, Issue
    from digest.pipeline.newsroom import Newsroom
    from digest.pipeline.previewing import Preview

group = typer.Typer(no_args_is_help=True, help="See, shape, approve and cancel issues.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("draft")(draft)
    app.add_typer(group, name="issue")


def draft(
    newsletter: Annotated[
        str, typer.Argument(help="Name in schedule.yaml; may be left out when there is one.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make the issue that is due next, from what was collected and grouped; once made, show it."""
    from digest.app import open_newsroom
    from digest.pipeline.running import draft_next

    newsroom = open_newsroom()
    issue = draft_next(newsroom, newsletter or _only(list(newsroom.schedule.newsletters)))
    emit(issue, lambda: _tell(newsroom, issue), as_json=as_json)


@group.command("list")
def list_issues(
    newsletter: Annotated[str, typer.Argument(help="Only this newsletter's.")] = "",
    as_json: AsJson = False,
) -> None:
    """List all issues, the latest due first."""
    from digest.app import open_newsroom
    from digest.pipeline.composing import all_issues

    newsroom = open_newsroom()
    found = all_issues(newsroom, newsletter)
    emit(found, lambda: tell_all(newsroom, found), as_json=as_json)


@group.command()
def show(issue: IssueName, as_json: AsJson = False) -> None:
    """Print an issue: its stories, its state, and what is not as it should be."""
    from digest.app import open_newsroom
    from digest.pipeline.archive import page_of
    from digest.pipeline.composing import the_issue
    from digest.pipeline.preflight import check

    newsroom = open_newsroom()
    found = the_issue(newsroom, issue)
    findings = check(newsroom, found)
    shown = {"issue": found, "page": page_of(newsroom, found), "findings": findings}
    emit(shown, lambda: _tell(newsroom, found, *findings), as_json=as_json)


@group.command()
def check(
    issue: IssueName,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no link, no picture and no DNS.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Ask links anew that answered hours ago.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look an issue over before it goes, each link too; exit code 5 while errors keep it back."""
    from digest.app import open_newsroom
    from digest.cli.preflight import tell
    from digest.pipeline.composing import the_issue
    from digest.pipeline.preflight import look_over

    newsroom = open_newsroom()
    report = look_over(newsroom, the_issue(newsroom, issue), offline=offline, again=again)
    emit(report, lambda: tell(report), as_json=as_json)
    if not report.approvable:
        raise typer.Exit(5)


@group.command()
def preview(
    issue: IssueName,
    folder: Annotated[
        Path, typer.Option("--folder", help="Where to write it.", show_default="var/preview")
    ] = Path("var/preview"),
    look: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Write a page that shows each edition as readers may see it, and open it in the browser."""
    from digest.app import open_newsroom
    from digest.pipeline.composing import the_issue
    from digest.pipeline.previewing import preview as write_preview

    newsroom = open_newsroom()
    made = write_preview(newsroom, the_issue(newsroom, issue), folder)
    emit(made, lambda: _tell_preview(made), as_json=as_json)
    if look and not as_json and sys.stdout.isatty():
        typer.launch(made.page.resolve().as_uri())


@group.command()
def edit(
    issue: IssueName,
    file: Annotated[
        Path | None, typer.Option("--file", help="Take over this document; opens no editor.")
    ] = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the document; change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Open an issue as a YAML document in $VISUAL or $EDITOR and take over what you change."""
    from digest.app import open_newsroom
    from digest.cli import editing

    newsroom = open_newsroom()
    if only_print:
        return editing.show(newsroom, issue, as_json=as_json)
    before, after = editing.run(newsroom, issue, file)
    emit(after, lambda: _tell_edit(before, after), as_json=as_json)
    return None


@group.command()
def proof(
    issue: IssueName,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="Who gets it; may be repeated. Else the newsletter's editors."),
    ] = None,
    edition: Annotated[
        list[str] | None,
        typer.Option("--edition", help="Only this one, e.g. fr; may be repeated. Else each."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Mail an issue's editions to its editors only, as readers would get them."""
    from digest.app import open_newsroom
    from digest.pipeline.composing import editors_of, the_issue
    from digest.pipeline.proofing import send_proof

    newsroom = open_newsroom()
    found = the_issue(newsroom, issue)
    addresses = tuple(to or editors_of(newsroom, found))
    where = send_proof(newsroom, found.id, addresses, only=edition or ())
    sent = {"issue": found.id, "to": addresses, "where": where}
    emit(sent, lambda: say(f"proof for {', '.join(addresses)}: {where}"), as_json=as_json)


@group.command()
def approve(
    issue: IssueName,
    by: Annotated[str, typer.Option("--by", help="Who approves; else who is logged in.")] = "",
    as_json: AsJson = False,
) -> None:
    """Let an issue be sent at its due moment; refused while something is wrong with it."""
    from getpass import getuser

    from digest.app import open_newsroom
    from digest.pipeline import composing

    newsroom = open_newsroom()
    found = composing.the_issue(newsroom, issue)
    approved = composing.approve(newsroom, found.id, by or getuser(), asks=True)
    emit(approved, lambda: _tell_approval(newsroom, approved), as_json=as_json)


@group.command()
def cancel(issue: IssueName, as_json: AsJson = False) -> None:
    """Keep an issue from being sent, for good."""
    from digest.app import open_newsroom
    from digest.pipeline import composing

    newsroom = open_newsroom()
    cancelled = composing.cancel(newsroom, composing.the_issue(newsroom, issue).id)
    emit(cancelled, lambda: _tell_state(newsroom, cancelled), as_json=as_json)


@group.command()
def clicks(issue: IssueName, as_json: AsJson = False) -> None:
    """Tell how often each link was followed, by readers who agreed that it is counted."""
    from digest.app import open_newsroom
    from digest.pipeline.clicks import counted as count
    from digest.pipeline.composing import the_issue

    newsroom = open_newsroom()
    found = count(newsroom, the_issue(newsroom, issue))
    emit(found, lambda: tell_clicks(found), as_json=as_json)


def _only(newsletters: list[str]) -> str:
    if len(newsletters) != 1:
        raise typer.BadParameter(f"name one of {', '.join(newsletters)}")
    return newsletters[0]


def _tell_state(newsroom: "Newsroom", issue: "Issue") -> None:
    from digest.cli.moments import in_words

    by = f" by {issue.approved_by}" if issue.approved_by else ""
    due = in_words(issue.slot, zone(newsroom, issue))
    say(f"{named(issue)} (id {issue.id}) is {issue.state}{by}, due {due}")


def _tell_approval(newsroom: "Newsroom", issue: "Issue") -> None:
    _tell_state(newsroom, issue)
    if issue.slot <= newsroom.clock():
        say(f"That moment has passed: `digest send {named(issue)}` sends it now")


def _tell(newsroom: "Newsroom", issue: "Issue", *findings: object) -> None:
    from digest.pipeline.archive import page_of

    _tell_state(newsroom, issue)
    if page := page_of(newsroom, issue):
        say(f"Anyone can read it: {page}")
    say(f"Subject: {issue.content.subject}")
    for section in issue.content.sections:
        rows = [
            (brief.story_id, _news_of(brief), brief.source, len(brief.also))
            for brief in section.briefs
        ]
        table(section.title, ("#story", "headline", "source", "#also"), rows)
    machine = [
        str(b.story_id) for s in issue.content.sections for b in s.briefs if b.machine_written
    ]
    if machine:
        say(f"Summary written by a machine: story {', '.join(machine)}")
    spare = sum(len(section.briefs) for section in issue.content.left_out)
    if spare:
        more = counted(spare, "more story is", "more stories are")
        say(f"{more} left out: `digest issue edit {named(issue)}` shows what")
    for finding in findings:
        say(str(finding))


def _news_of(brief: "Brief") -> str:
    return f"{brief.headline} ({brief.lineage})" if brief.lineage != "new" else brief.headline


def _tell_preview(made: "Preview") -> None:
    for path in (made.page, *made.files):
        say(str(path))
    for finding in made.findings:
        say(str(finding))


def _tell_edit(before: "Issue", after: "Issue") -> None:
    if after.version == before.version:
        say(f"{named(after)}: nothing changed, still version {after.version}")
        return
    again = " and needs approval again" if before.state is not after.state else ""
    say(f"{named(after)} is now version {after.version}{again}")
