"""A provider for tests: answers as told, remembers whom it mailed."""

from collections import Counter
from collections.abc import Callable, Iterable
from threading import Lock

from digest.deliver.provider import Call, Receipt
from digest.model.delivery import Outcome

Answer = Receipt | Exception | Callable[[Call], Receipt]
ACCEPTED = Receipt(outcome=Outcome.ACCEPTED)


class Courier:
    """Gives its answers in order, then accepts everything."""

    def __init__(
        self,
        *answers: Answer,
        name: str = "courier",
        capacity: int = 2,
        workers: int = 1,
        idempotent: bool = False,
    ) -> None:
        self.name = name
        self.where = "the courier's bag"
        self.capacity = capacity
        self.workers = workers
        self.idempotent = idempotent
        self.calls: list[Call] = []
        self.mailed: Counter[int] = Counter()
        self.closed = 0
        self._answers = list(answers)
        self._lock = Lock()

    def deliver(self, call: Call) -> Receipt:
        with self._lock:
            self.calls.append(call)
            answer = self._answers.pop(0) if self._answers else ACCEPTED
        if isinstance(answer, Exception):
            raise answer
        receipt = answer(call) if callable(answer) else answer
        if receipt.outcome is Outcome.ACCEPTED:
            left = {*receipt.refused, *receipt.unknown, *receipt.untried}
            with self._lock:
                self.mailed.update(to.id for to in call.to if to.id not in left)
        return receipt

    def close(self) -> None:
        self.closed += 1

    def then(self, *answers: Answer) -> None:
        """Answer so from now on, before accepting again."""
        self._answers = list(answers)


def refused(words: str = "no", *, retry_after: float | None = None) -> Receipt:
    return Receipt(outcome=Outcome.REFUSED, detail=words, retry_after=retry_after)


def forbidden(words: str = "401 bad key") -> Receipt:
    return Receipt(outcome=Outcome.REFUSED, detail=words, permanent=True)


def lost(words: str = "time-out") -> Receipt:
    return Receipt(outcome=Outcome.UNKNOWN, detail=words)


def people(calls: Iterable[Call]) -> list[int]:
    return [to.id for call in calls for to in call.to]
