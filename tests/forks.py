"""Where processes that tests kill are forked from: a server that has imported what they run.

A process has one such server, whatever contexts it makes, and of several lists the last one set
would hold: so there is one list.
"""

from multiprocessing import get_context

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "tests.crash.chaos",
        "tests.crash.senders",
        "tests.crash.workers",
        "tests.pipeline.test_joint_pace",
    ]
)
