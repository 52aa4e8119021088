"""`digest doubts`: mail that nobody knows the fate of, what is known of it, and a person's word."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.arguments import LARGEST_ID, MaybeIssue
from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from digest.deliver.evidence import Lack
    from digest.pipeline.doubts import BatchStory, DoubtReport, Evidence

BatchNumber = Annotated[
    int, typer.Argument(metavar="BATCH", max=LARGEST_ID, help="Its number in `digest doubts`.")
]
group = typer.Typer(help="List mail that nobody knows the fate of, and say what became of it.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="doubts", invoke_without_command=True, callback=doubts)


def doubts(context: typer.Context, as_json: AsJson = False) -> None:
    """List batches of which nobody knows whether they were mailed, and whom they concern."""
    if context.invoked_subcommand is None:
        _list("", as_json=as_json)


@group.command("list")
def list_doubts(issue: MaybeIssue = "", as_json: AsJson = False) -> None:
    """List the batches in doubt of one issue or all, and those that were mailed twice."""
    _list(issue, as_json=as_json)


@group.command()
def show(
    batch: BatchNumber,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Name the readers that it concerns.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell a batch's calls, what events prove of it, what is missing, and whom it concerns."""
    from dataclasses import replace

    from digest.app import open_newsroom
    from digest.pipeline.doubts import story

    found = story(open_newsroom(), batch)
    shown = found if addresses else replace(found, recipients=())
    emit(shown, lambda: _tell(shown), as_json=as_json)


@group.command()
def resolve(
    batch: BatchNumber,
    sent: Annotated[
        bool,
        typer.Option(
            "--sent/--again",
            help="It was mailed; or it was not, and goes again at the next `digest resume`.",
            show_default=False,
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Settle a doubt, by what the provider's own records say."""
    from digest.app import open_newsroom
    from digest.pipeline.doubts import resolve as settle

    settled = settle(open_newsroom(), batch, sent=sent)
    people = counted(len(settled.recipient_ids), "recipient")
    word = f"batch {batch} counts as sent: {people}"
    again = f"batch {batch} goes again: `digest resume {settled.issue_id}` mails {people}"
    emit(settled, lambda: say(word if sent else again), as_json=as_json)


def _list(issue: str, *, as_json: bool) -> None:
    from digest.app import open_newsroom
    from digest.pipeline.composing import the_issue
    from digest.pipeline.doubts import doubts as ask
    from digest.pipeline.doubts import mailed_twice

    newsroom = open_newsroom()
    only = the_issue(newsroom, issue).id if issue else None
    found, twice = ask(newsroom, only), mailed_twice(newsroom, only)
    emit([*found, *twice], lambda: _tell_all(found, twice), as_json=as_json)


def _tell_all(found: "list[DoubtReport]", twice: "list[DoubtReport]") -> None:
    if twice:
        _table("Mailed twice, or perhaps", twice)
        say("Two calls were made for these readers: digest doubts show BATCH")
    if not found:
        return say("Nothing is in doubt.")
    _table("In doubt", found)
    return say(
        "What is known of one: digest doubts show BATCH. Events settle those `in doubt` as far as"
        " they can.\nLook those `held` up at the provider, then: digest doubts resolve BATCH"
        " --sent | --again"
    )


def _table(title: str, found: "list[DoubtReport]") -> None:
    rows = [
        (
            one.doubt.batch.id,
            f"{one.issue.newsletter}/{one.issue.number}",
            one.doubt.batch.state.replace("_", " "),
            f"{one.doubt.attempt.intent_at:%Y-%m-%d %H:%M:%S} UTC",
            one.doubt.attempt.provider,
            one.doubt.attempt.id,
            len(one.doubt.recipient_ids),
            ", ".join(reader.address for reader in one.recipients[:3]),
            one.doubt.batch.last_error or one.doubt.attempt.detail,
        )
        for one in found
    ]
    columns = ("issue", "state", "called at", "provider", "attempt", "#people", "first", "why")
    table(title, ("#batch", *columns), rows)


def _tell(found: "BatchStory") -> None:
    name = f"{found.issue.newsletter}/{found.issue.number}"
    state = found.batch.state.replace("_", " ")
    why = f": {found.batch.last_error}" if found.batch.last_error else ""
    say(f"Batch {found.batch.id} of {name} is {state}{why}")
    rows = [
        (one.id, one.provider, f"{one.intent_at:%Y-%m-%d %H:%M:%S} UTC", one.outcome, one.detail)
        for one in found.attempts
    ]
    table("Calls", ("attempt", "provider", "began at", "outcome", "detail"), rows)
    if found.evidence is not None:
        _tell_evidence(found, found.evidence)
    say(f"It concerns {found.people} readers.")
    for reader in found.recipients:
        say(f"  {reader.address}")


def _tell_evidence(found: "BatchStory", evidence: "Evidence") -> None:
    kinds = ", ".join(f"{number} {kind}" for kind, number in evidence.kinds.items())
    say(f"Events of its call: {kinds or 'none'}; {evidence.heard} of its readers have one.")
    for lack in evidence.judgement.lacks:
        say(f"Missing: {_words(lack, found, evidence)}.")
    say(_verdict(found.batch.id, evidence))


def _words(lack: "Lack", found: "BatchStory", evidence: "Evidence") -> str:
    from digest.deliver.evidence import Lack

    [provider] = [one.provider for one in found.attempts if one.id == found.batch.attempt_id]
    match lack:
        case Lack.POSTS:
            return f"{provider} tells us nothing of mails (for SendGrid: SENDGRID_WEBHOOK_KEY)"
        case Lack.CALL:
            return "an event of each reader, for its call may have been accepted for some of them"
        case Lack.TIME:
            return f"time, for events may come until {evidence.proof_from:%Y-%m-%d %H:%M} UTC"
        case Lack.EARS:
            return f"any word of {provider} in the hours after the call: we may have been deaf"
        case Lack.WITNESS:
            return f"a later call to {provider}, soon after this one, that was accepted"
        case Lack.COMPLETENESS:
            gap = evidence.gap or 0
            return f"events of the calls around it: {gap} of their readers have none"


def _verdict(batch_id: int, evidence: "Evidence") -> str:
    from digest.deliver.evidence import Verdict

    match evidence.judgement.verdict:
        case Verdict.ACCEPTED:
            return "So it was sent: `digest resume` writes that down, or `digest serve` does."
        case Verdict.REFUSED:
            return "So nobody was mailed: it goes again by itself."
        case Verdict.WAITS:
            return f"It waits for events; from {evidence.held_from:%Y-%m-%d %H:%M} UTC for you."
        case Verdict.HELD:
            return (
                "It waits for you: look the attempt up at the provider, then digest doubts resolve"
                f" {batch_id} --sent | --again"
            )
