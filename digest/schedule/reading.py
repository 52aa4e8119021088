"""How does schedule.yaml become a Schedule? Whole and checked, or not at all."""

from pathlib import Path

from digest.errors import ConfigError, ScheduleError
from digest.schedule.references import references
from digest.schedule.shape import shape
from digest.schedule.text import MAX_BYTES, parse_text
from digest.schedule.values import Schedule


def read_schedule(path: Path) -> Schedule:
    """Read and check the editor's file.

    Raises:
        ConfigError: there is no such file, or it can't be opened.
        ScheduleError: everything that is wrong with what it says, by line.
    """
    return check_schedule(read_content(path), str(path))


def read_content(path: Path) -> bytes:
    """Give the file's bytes, cut just past the size that is refused.

    Raises:
        ConfigError: there is no such file, or it can't be opened.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}: `digest init` writes one to start from") from None
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}") from None


def check_schedule(content: bytes, file: str) -> Schedule:
    """Turn the file's bytes into checked values.

    Raises:
        ScheduleError: everything that is wrong, in the order of the lines.
    """
    document = parse_text(content, file)
    if document.problems and not document.values:
        raise ScheduleError(document.problems)
    shaped = shape(document)
    found = () if isinstance(shaped, Schedule) else shaped
    problems = {*document.problems, *found, *references(document)}
    if problems or not isinstance(shaped, Schedule):
        raise ScheduleError(
            tuple(sorted(problems, key=lambda problem: (problem.line, str(problem))))
        )
    return shaped
