"""`digest sources add` and `remove`: schedule.yaml's sources, written with all else as it was."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, counted, emit, say
from digest.cli.sources import group
from digest.errors import ConfigError, NotFoundError, unknown

if TYPE_CHECKING:
    from digest.config import Settings
    from digest.pipeline.proposing import Candidate, Proposal
    from digest.schedule.values import Schedule
    from digest.schedule.writing import Entry

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show it, and write nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]


@dataclass(frozen=True, kw_only=True)
class Added:
    """What `digest sources add` came to."""

    proposal: "Proposal"
    entry: "Entry"
    known: str = ""
    """The source that had this address already."""
    written: bool = False


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What `digest sources remove` came to."""

    source: str
    written: bool


def register(_: typer.Typer) -> None:
    """Add this module's commands to `digest sources`."""
    group.command("add")(add)
    group.command("remove")(remove)


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that has one.")],
    *,
    name: Annotated[str, typer.Option(help="Its name; of its title if left out.")] = "",
    title: Annotated[str, typer.Option(help="As readers see it; the feed's own if left out.")] = "",
    language: Annotated[str, typer.Option(help="Two letters, such as fr.")] = "",
    weight: Annotated[float | None, typer.Option(min=0, max=10, help="1 if left out.")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Find the feed behind an address, show its last entries, write it into schedule.yaml."""
    from digest.config import read_settings
    from digest.schedule.reading import read_schedule

    settings = read_settings()
    schedule = read_schedule(settings.schedule)
    given = {"name": name, "title": title, "language": language}
    proposal = _proposed(_whole(url), schedule, settings)
    if not proposal.candidates:
        raise NotFoundError(_nothing(proposal))
    candidate = _chosen(proposal, asks=not (yes or dry_run or as_json))
    added = _entry(
        proposal, candidate, schedule, given, {} if weight is None else {"weight": weight}
    )
    if not as_json:
        _tell(added, candidate)
    if not added.known and not dry_run and (yes or (not as_json and _agreed(settings.schedule))):
        added = _write(added, settings.schedule)
    emit(added, lambda: _tell_end(added, settings.schedule, dry_run=dry_run), as_json=as_json)


def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name in schedule.yaml.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take a source out of schedule.yaml; the articles that it gave stay."""
    from digest.config import read_settings
    from digest.schedule.reading import read_schedule
    from digest.schedule.saving import remove_source

    path = read_settings().schedule
    schedule = read_schedule(path)
    if schedule.source(name) is None:
        raise NotFoundError(unknown("source", name, (one.name for one in schedule.sources)))
    remove_source(path, name, dry_run=dry_run)
    removed = Removed(source=name, written=not dry_run)
    would = "would be" if dry_run else "was"
    emit(removed, lambda: say(f"{name} {would} taken out of {path}"), as_json=as_json)


def _whole(url: str) -> str:
    """Take `rfi.fr` for https://rfi.fr; refuse what schedule.yaml would."""
    from pydantic import TypeAdapter, ValidationError

    from digest.schedule.fields import WebAddress

    address = url.strip() if "://" in url else f"https://{url.strip()}"
    try:
        return TypeAdapter(WebAddress).validate_python(address)
    except ValidationError as error:
        raise ConfigError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def _proposed(url: str, schedule: "Schedule", settings: "Settings") -> "Proposal":
    from functools import partial

    from digest.clock import system_clock
    from digest.collect.fetch import fetch
    from digest.collect.worker import Worker
    from digest.pipeline.proposing import propose

    agent = f"digest (+{settings.site_url or schedule.site.url.rstrip('/')})"
    ask = partial(fetch, agent=agent if agent.isascii() else "digest")
    with Worker() as parser:
        return propose(url, ask, parser, now=system_clock())


def _nothing(proposal: "Proposal") -> str:
    asked = "\n".join(f"  {url}" for url in proposal.asked)
    return f"no feed behind {proposal.url}: {proposal.error}; asked too:\n{asked}"


def _chosen(proposal: "Proposal", *, asks: bool) -> "Candidate":
    """Take the best of several feeds, or the one that a person names."""
    first, *others = proposal.candidates
    if not (others and asks):
        return first
    for number, one in enumerate(proposal.candidates, start=1):
        say(f"{number}  {one.title or '(no title)'}  {counted(one.found, 'entry', 'entries')}")
        say(f"   {one.url}")
    choice: int = typer.prompt("Which one", default=1, type=int)
    if not 1 <= choice <= 1 + len(others):
        raise NotFoundError(f"there is no number {choice} in this list")
    return proposal.candidates[choice - 1]


def _entry(
    proposal: "Proposal",
    candidate: "Candidate",
    schedule: "Schedule",
    given: dict[str, str],
    more: dict[str, float],
) -> Added:
    from digest.pipeline.enlisting import entry, free_name, known_as

    known = known_as(schedule.sources, candidate.url)
    title = given["title"] or candidate.title
    names = {source.name for source in schedule.sources}
    written = entry(
        candidate.kind,
        candidate.url,
        name=given["name"] or free_name(title, candidate.url, names),
        title=title,
        language=given["language"] or candidate.language,
    )
    return Added(proposal=proposal, entry={**written, **more}, known=known.name if known else "")


def _agreed(path: Path) -> bool:
    return typer.confirm(f"Write it into {path}?", default=True)


def _write(added: Added, path: Path) -> Added:
    from dataclasses import replace

    from digest.schedule.saving import add_sources

    add_sources(path, (added.entry,))
    return replace(added, written=True)


def _tell(added: Added, candidate: "Candidate") -> None:
    from digest.schedule.writing import lines_of

    language = f", {candidate.language}" if candidate.language else ""
    count = counted(candidate.found, "entry", "entries")
    say(f"{candidate.title or '(no title)'}{language}: {count}")
    say(f"{candidate.url}\n")
    for shown in candidate.entries:
        day = f"{shown.at:%d %b %Y %H:%M}" if shown.at else "no date"
        say(f"  {day:<17}  {'full text' if shown.whole else 'excerpt':<9}  {shown.title}")
    say("" if added.known else f"\n{lines_of(added.entry)}\n")


def _tell_end(added: Added, path: Path, *, dry_run: bool) -> None:
    name = added.entry["name"]
    if added.known:
        return say(f"It is in {path} already, as {added.known}: nothing was written.")
    if not added.written:
        return say("Nothing was written." if not dry_run else "A dry run: nothing was written.")
    return say(f"Written into {path}. `digest collect --source {name}` collects from it now.")
