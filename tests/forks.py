"""Where processes that tests kill are forked from: a server that has imported what they run.

To fork one takes hundredths of a second; to start an interpreter that imports the same, two. A
process has one such server, whatever contexts it makes, and of several lists the last one set
would hold: so there is one list.
"""

from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "tests.cli.forked",
        "tests.crash.chaos",
        "tests.crash.senders",
        "tests.crash.workers",
        "tests.pipeline.killed",
        "tests.pipeline.killed_filling",
        "tests.pipeline.killed_move",
        "tests.pipeline.killed_pictures",
        "tests.pipeline.scheduler",
        "tests.pipeline.test_joint_pace",
        "tests.pipeline.test_notices",
        "tests.pipeline.test_resumed_import",
    ]
)


def ended(target: Callable[..., object], *given: Any) -> int | None:
    """Run a function in a process of its own; give the exit code, -9 where it was killed."""
    process = FORKS.Process(target=target, args=given, daemon=True)
    process.start()
    process.join(60)
    process.kill()
    return process.exitcode
