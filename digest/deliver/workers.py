"""Which process holds a batch, and is it still alive?

A lease ends by itself after a minute or so; a dead process of this machine need not be waited for.
Every answer errs on the side of `alive`, and a wrong `dead` is harmless: each step of a worker is
fenced by its attempt's id, and a call that was under way is put in doubt, never made again.
"""

import os
import socket
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PIDS = Path("/proc/self/ns/pid")


def this_worker() -> str:
    """Name this process as no other: machine, its start, pid space, pid, the process's start."""
    return f"{_machine()} {os.getpid()} {_started(os.getpid())}"


def is_dead(worker: str) -> bool:
    """Say whether a process is dead for sure; one of another machine never is."""
    machine, _, process = worker.rpartition(" ")[0].rpartition(" ")
    if machine != _machine() or not process.isdecimal():
        return False
    if _BOOT.exists():
        return _started(int(process)) != worker.rpartition(" ")[2]
    return not _answers(int(process))


def _machine() -> str:
    boot = _BOOT.read_text().strip() if _BOOT.exists() else "-"
    try:
        space = str(_PIDS.stat().st_ino)
    except OSError:
        space = "-"
    return f"{socket.gethostname().replace(' ', '-')} {boot} {space}"


def _started(pid: int) -> str:
    """Give a process's start in clock ticks; `-` when it is gone, or dead and not yet buried."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "-"
    return "-" if fields[0] in {"Z", "X"} else fields[19]


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
