"""How do an issue's batches reach the provider? Worker threads, each: claim, mail (calling).

Several processes may do this at once.
"""

from collections.abc import Callable
from threading import Event, Thread

from digest.deliver.batches import orphaned
from digest.deliver.workers import is_dead
from digest.errors import DeliveryError
from digest.model.delivery import Batch, Tally
from digest.model.pace import Wait
from digest.pipeline import pacing
from digest.pipeline.calling import mail
from digest.pipeline.rounds import Round
from digest.storage import ledger, tallies

_SHORTEST_LOOK, _LONGEST_LOOK = 0.02, 1.0
"""Seconds between two looks for work."""
_LONGEST_NAP = 5.0
"""Seconds until who waits for a turn looks whether it comes sooner, or never."""
_TOLD_EVERY = 0.5

Progress = Callable[[Tally], None]


def deliver(round_: Round, progress: Progress | None = None) -> None:
    """Work until nothing of the issue is left to do, here or in another process, or it may not go.

    It may not go while it is paused, or has to wait for longer than the round's manner says.

    Raises:
        DeliveryError: the provider refuses our mail, its answers are lost, or we are to stop.
        KeyboardInterrupt: a person stopped it; the calls in hand were settled first.
    """
    recover(round_)
    ends: list[Event] = []
    try:
        ends.extend(_started(round_) for _ in range(round_.provider.workers))
        _watch(round_, ends, progress)
    except BaseException as stopped:
        round_.brake.pull(stopped)
        _watch(round_, ends, None)
    if round_.brake.reason is not None:
        raise round_.brake.reason


def recover(round_: Round) -> int:
    """Take back what dead workers left; give how many batches that was."""
    provider = round_.provider
    with round_.newsroom.database.write() as connection:
        return ledger.recover(
            connection,
            round_.issue.id,
            now=round_.newsroom.clock(),
            dead=is_dead,
            repeatable=lambda name: provider.idempotent and name == provider.name,
            orphaned=lambda state, repeatable: orphaned(state, repeatable=repeatable),
        )


def _started(round_: Round) -> Event:
    """Start a worker; give what tells its end: a join that Ctrl-C interrupts may take a thread
    that runs for one that ended (github.com/python/cpython/issues/90882).
    """
    end = Event()

    def work() -> None:
        try:
            _work(round_)
        finally:
            end.set()

    Thread(target=work, daemon=True).start()
    return end


def _watch(round_: Round, ends: list[Event], progress: Progress | None) -> None:
    while working := [end for end in ends if not end.is_set()]:
        working[0].wait(_TOLD_EVERY)
        if round_.newsroom.stopping.is_set():
            round_.brake.pull(DeliveryError("stopped: the rest goes on when resumed"))
        if progress is not None:
            with round_.newsroom.database.read() as connection:
                progress(tallies.tally(connection, round_.issue.id))


def _work(round_: Round) -> None:
    pulled, look = round_.brake.pulled, _SHORTEST_LOOK
    try:
        found = pacing.claim(round_)
        while isinstance(found, Batch) or not pulled.is_set():
            match found:
                case Batch() as batch:
                    found, look = mail(round_, batch), _SHORTEST_LOOK
                    continue
                case Wait() as wait:
                    if not _wait_for(round_, wait):
                        return
                case None:
                    if not _look_again(round_, look):
                        return
                    look = min(_LONGEST_LOOK, look * 2)
            found = pacing.claim(round_)
    except BaseException as surprise:
        round_.brake.pull(surprise)


def _wait_for(round_: Round, wait: Wait) -> bool:
    """Wait for a turn, or a part of the time, since rates change; False when it is left to others.

    It is left to others when the issue is paused, or the wait is longer than our manner is.
    """
    if wait.until is None:
        return False
    clock, longest = round_.newsroom.clock, round_.manner.longest
    if longest is not None and wait.until - clock() > longest:
        return False
    if round_.manner.tell is not None:
        round_.manner.tell(wait)
    nap = min(_LONGEST_NAP, max(0.0, (wait.until - clock()).total_seconds()))
    round_.brake.pulled.wait(nap)
    if nap == _LONGEST_NAP:
        recover(round_)
    return True


def _look_again(round_: Round, seconds: float) -> bool:
    """Wait a moment while others still work; False when all is done."""
    with round_.newsroom.database.read() as connection:
        if not tallies.goes_on(connection, round_.issue.id):
            return False
    round_.brake.pulled.wait(seconds)
    if seconds >= _LONGEST_LOOK:
        recover(round_)
    return True
