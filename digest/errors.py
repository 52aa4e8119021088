"""Which failures are ours, and what a person can do about them.

    DigestError                 exit 1   any expected failure; says what, where, why, what to do
    ├── ConfigError             exit 3   a setting or schedule.yaml is wrong
    │   └── ScheduleError       exit 3   schedule.yaml, with every problem found
    ├── NotFoundError           exit 4   no such issue, article, list …
    ├── ConflictError           exit 5   the thing changed, or its state forbids the step
    ├── RenderError             exit 6   a template or the rendered email is unusable
    ├── DeliveryError           exit 7   sending can't start or go on
    ├── StorageError            exit 8   the database is unreachable or of another version
    ├── DocumentError           exit 9   an edited issue can't be used, with every problem found
    ├── DoubtError              exit 10  sent as far as can be known; some batches are in doubt
    └── LedgerError             exit 11  an issue's ledger contradicts itself

Expected failures of one source or one recipient are values (digest.model), not exceptions. What
the packages below raise is translated in one table: digest.cli.failures.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


class DigestError(Exception):
    """Root of every failure that a person can act on."""

    exit_code = 1


class ConfigError(DigestError):
    """A setting is missing or wrong."""

    exit_code = 3


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong in a file that a person edits."""

    file: str
    line: int
    """Counted from 1; 0 where no line can be named."""
    what: str

    def __str__(self) -> str:
        """`schedule.yaml:14: unknown theme 'sahell' (did you mean 'sahel-security'?)`."""
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class ScheduleError(ConfigError):
    """schedule.yaml can't be used; carries all its problems, not the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class NotFoundError(DigestError):
    """Something named does not exist."""

    exit_code = 4


class ConflictError(DigestError):
    """The thing has changed since it was read, or its state forbids the step."""

    exit_code = 5


class RenderError(DigestError):
    """A template is broken or what it made can't be mailed."""

    exit_code = 6


class DeliveryError(DigestError):
    """Sending can't start or go on."""

    exit_code = 7


class StorageError(DigestError):
    """The database can't be used."""

    exit_code = 8


class DoubtError(DigestError):
    """Nobody can say of some recipients whether they were mailed: a person has to look."""

    exit_code = 10


class LedgerError(DigestError):
    """What was written down about a sending contradicts itself."""

    exit_code = 11


class DocumentError(DigestError):
    """An edited issue can't be used; carries all its problems, not the first."""

    exit_code = 9

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that `name` does not exist, and which existing name is nearest.

    `unknown theme 'sahell' (did you mean 'sahel-security'?)`
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5) or [
        other for other in names if name and other.startswith(name[:3])
    ]
    if near:
        return f"unknown {kind} {name!r} (did you mean {near[0]!r}?)"
    return f"unknown {kind} {name!r} (there is {', '.join(names) or 'none'})"
