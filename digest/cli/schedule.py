"""`digest init`, `check`, `schedule`, `serve`: set up, look ahead, run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say

if TYPE_CHECKING:
    from digest.cli.checks import Finding
    from digest.cli.starting import Start


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("init")(init)
    app.command("check")(check)
    app.command("schedule")(schedule)
    app.command("serve")(serve)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if needed.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write a schedule.yaml and sample drops to start from; a file that is there stays as it is."""
    from digest.cli.starting import start

    begun = start(folder)
    emit(begun, lambda: _tell_start(begun), as_json=as_json)


def check(
    offline: Annotated[
        bool, typer.Option("--offline", help="Don't ask DNS for the sender's domain.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look over schedule.yaml, database, provider, site, the sender's domain and the lists."""
    from digest.app import outside_of
    from digest.cli.checks import findings
    from digest.clock import system_clock
    from digest.config import read_settings

    found = findings(read_settings(), system_clock(), None if offline else outside_of())
    emit(found, lambda: _tell_findings(found), as_json=as_json)
    if any(finding.level == "error" for finding in found):
        raise typer.Exit(3)


def schedule(
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many to tell.")] = 10,
    warm_up: Annotated[
        bool, typer.Option("--warm-up", help="Tell what the warm-up allows, day by day.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell the next runs in words, across changes of time, quiet hours and warm-up included."""
    if warm_up:
        return _warm_up(count, as_json=as_json)
    from digest.cli.upcoming import in_words, upcoming
    from digest.clock import system_clock
    from digest.config import read_settings
    from digest.schedule.reading import read_schedule

    now = system_clock()
    strikes = upcoming(read_schedule(read_settings().schedule), now, count)
    return emit(strikes, lambda: say("\n".join(in_words(s, now) for s in strikes)), as_json=as_json)


def _warm_up(count: int, *, as_json: bool) -> None:
    from digest.cli.paces import allowance_words, allowances
    from digest.clock import system_clock
    from digest.config import read_settings
    from digest.schedule.reading import read_schedule

    plan = read_schedule(read_settings().schedule).site.warm_up
    found = allowances(plan, system_clock(), count) if plan else []
    words = "\n".join(map(allowance_words, found))
    nothing = "No warm-up: `site.warm_up` of schedule.yaml would make one."
    emit(found, lambda: say(words or nothing), as_json=as_json)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8000,
    work: Annotated[
        bool, typer.Option(help="Run jobs and clocks; else `digest worker` does.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Run the schedule and the readers' pages until stopped; --json logs JSON lines."""
    from digest.cli.serving import serve as serve_until_stopped
    from digest.config import read_settings

    serve_until_stopped(read_settings(), host, port, json_logs=as_json, works=work)


def _tell_start(start: "Start") -> None:
    for name in start.written:
        say(f"wrote {start.folder / name}")
    for name in start.kept:
        say(f"kept  {start.folder / name}")
    inside = "" if start.folder == Path() else f"cd {start.folder}, then "
    say(f"\nNext: {inside}edit schedule.yaml, `digest check` it, and try it with `digest demo`.")
    say("Mail goes into the folder var/outbox until DIGEST_PROVIDER_URL names a provider.")


def _tell_findings(found: "list[Finding]") -> None:
    for finding in found:
        say(f"{finding.level:<5}  {finding.about:<8}  {finding.words}")
