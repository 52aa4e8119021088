"""How does a sending look while it runs? Bars on a terminal, lines elsewhere, JSON for programs."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from digest.cli.output import json_line, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from digest.pipeline.delivering import Progress
    from digest.pipeline.newsroom import Newsroom
    from digest.pipeline.watching import Standing

_EVERY = 1.0
"""Seconds between two looks of whoever only watches."""


@contextmanager
def progress_of(
    newsroom: "Newsroom",
    issue_id: int | None,
    *,
    as_json: bool,
    screen: "Console | None" = None,
) -> "Iterator[Progress | None]":
    """Show on a terminal, stderr's by default, how far a sending is; elsewhere, nothing.

    Nor where log lines come in between: one of the two is enough.
    """
    from rich.console import Console

    from digest.pipeline.watching import Watch

    console = screen or Console(stderr=True)
    if as_json or not console.is_terminal or logging.getLogger().isEnabledFor(logging.INFO):
        yield None
        return
    watch = Watch(newsroom, issue_id)
    with Bars(console) as bars:
        yield lambda _tally: bars.show(watch.look())


def follow(newsroom: "Newsroom", issue_id: int | None, *, as_json: bool) -> None:
    """Show how sendings go, whoever sends them, until they are over."""
    from rich.console import Console

    from digest.pipeline.watching import Watch
    from digest.pipeline.watching import follow as looks

    told = looks(Watch(newsroom, issue_id), every=_EVERY, stop=newsroom.stopping)
    console = Console()
    if as_json:
        _print_json(told)
    elif console.is_terminal:
        with Bars(console) as bars:
            for found in told:
                bars.show(found)
    else:
        _print_changes(told)


class Bars:
    """A bar for each sending, drawn anew at each look."""

    def __init__(self, console: "Console") -> None:
        self._progress = _progress(console)
        self._bars: dict[int, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last look on the screen."""
        self._progress.stop()

    def show(self, found: "Sequence[Standing]") -> None:
        """Draw how sendings stand."""
        for one in found:
            if one.issue_id not in self._bars:
                self._bars[one.issue_id] = self._progress.add_task(one.name, total=None, remark="")
            self._progress.update(
                self._bars[one.issue_id],
                completed=one.done,
                total=one.tally.planned or None,
                remark=_remark(one),
            )


def _progress(console: "Console") -> "RichProgress":
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as RichProgress

    words = [
        TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[remark]}")
    ]
    return RichProgress(words[0], BarColumn(), MofNCompleteColumn(), words[1], console=console)


def _print_json(told: "Iterator[list[Standing]]") -> None:
    for found in told:
        for one in found:
            typer.echo(json_line(one))


def _print_changes(told: "Iterator[list[Standing]]") -> None:
    former: dict[int, object] = {}
    for found in told:
        for one in found:
            change = (one.state, one.tally, one.waits_for)
            if former.get(one.issue_id) != change:
                former[one.issue_id] = change
                say(f"{one.name} is {one.state}: {one.done} of {one.tally.planned}, {_remark(one)}")
    if not former:
        say("No issue is being sent.")


def _remark(one: "Standing") -> str:
    """Say what the numbers of a bar leave out."""
    parts = [f"{one.rate or 0:,.0f}/s"]
    if one.seconds_left is not None:
        parts.append(f"{_duration(one.seconds_left)} left")
    tally = one.tally
    troubles = {"in doubt": tally.in_doubt, "held": tally.held, "failed": tally.failed}
    parts.extend(f"{number} {fate}" for fate, number in troubles.items() if number)
    if one.over:
        parts.append(str(one.state))
    if one.waits_for:
        parts.append(f"waits for {one.waits_for}")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
