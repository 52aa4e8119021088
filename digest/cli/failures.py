"""How do failures end a command? One table: exception → sentence and exit code."""

import sys
from pathlib import Path
from typing import NoReturn

from digest.errors import DigestError


def explain(failure: BaseException) -> tuple[str, int] | None:  # noqa: PLR0911 - a row, a return
    """Give the sentence and exit code of an expected failure, None for a surprise."""
    from sqlalchemy.exc import DBAPIError, OperationalError

    from digest.storage.moved import PREFIX
    from subscribers.errors import SubscribersError, UnknownList, UnknownSegment

    match failure:
        case DigestError():
            return str(failure), failure.exit_code
        case UnknownList() | UnknownSegment():
            return str(failure), 4
        case SubscribersError():
            return str(failure), 1
        case OperationalError():
            return f"the database can't be used: {failure.orig}", 8
        case DBAPIError() if (said := str(failure.orig)).startswith(PREFIX):
            return said.splitlines()[0], 8
        case OSError(filename=str() | Path() as path):
            return f"{path}: {failure.strerror}", 1
        case KeyboardInterrupt():
            return "stopped; what was done is kept, the same command goes on", 130
        case _:
            return None


def fail(failure: BaseException) -> NoReturn:
    """End the process over an expected failure; re-raise a surprise with its traceback."""
    explained = explain(failure)
    if explained is None:
        raise failure
    sentence, code = explained
    sys.stderr.write(f"digest: {sentence}\n")
    sys.exit(code)
