"""What does a database lack of what this digest needs, and how does it get it?

A list of parts, each with a version of its own. `digest migrate` adds what is lacking; every other
command only asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from digest.errors import StorageError
from subscribers.database import Database


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that has to stand in a database: our tables, the jobs' tables."""

    name: str
    needed: str
    """The version that this digest works with."""
    found: Callable[[Database], str | None]
    """Gives the version that is there, None where there is nothing yet."""
    add: Callable[[Database], None]
    """Brings it to the needed version, in one transaction; of many at once one does."""
    kinds: frozenset[str] = frozenset({"sqlite", "postgresql"})
    """Where it has to stand."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A part that has, or had, another version than is needed."""

    part: str
    before: str | None
    """None: nothing was there."""
    after: str

    def __str__(self) -> str:
        """`tables: 0001 → 0002`."""
        return f"{self.part}: {self.before or 'nothing'} → {self.after}"


def lacking(database: Database, parts: Sequence[Part]) -> tuple[Step, ...]:
    """Say what would have to be done.

    Raises:
        StorageError: the database is another digest's, newer than this one, or was moved.
    """
    own = [part for part in parts if database.engine.dialect.name in part.kinds]
    there = [(part, part.found(database)) for part in own]
    return tuple(
        Step(part=part.name, before=found, after=part.needed)
        for part, found in there
        if found != part.needed
    )


def bring_up(database: Database, parts: Sequence[Part]) -> tuple[Step, ...]:
    """Do it, and say what was done. What fails leaves its part as it was.

    Raises:
        StorageError: as `lacking`, or a step failed.
    """
    steps = lacking(database, parts)
    by_name = {part.name: part for part in parts}
    for step in steps:
        try:
            by_name[step.part].add(database)
        except SQLAlchemyError as failure:
            reason = getattr(failure, "orig", None) or failure
            raise StorageError(f"{step} failed, and changed nothing: {reason}") from failure
    return steps


def refuse_lacking(database: Database, parts: Sequence[Part]) -> None:
    """Let a database be used only when nothing is lacking.

    Raises:
        StorageError: says what is lacking, and who adds it.
    """
    if steps := lacking(database, parts):
        listed = ", ".join(str(step) for step in steps)
        raise StorageError(
            f"the database is not of this version ({listed}): stop every digest that uses it and"
            " run `digest migrate`"
        )
