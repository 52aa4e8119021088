"""Has this letter been compiled already? Each is, once, for all the calls that carry it."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from digest.deliver.provider import Letter

T = TypeVar("T")
_KEPT = 8


class Compiled(Generic[T]):
    """Remembers what the last few letters were compiled to."""

    def __init__(self, compiler: Callable[[Letter], T]) -> None:
        self._compiler = compiler
        self._made: list[tuple[Letter, T]] = []
        self._lock = Lock()

    def of(self, letter: Letter) -> T:
        """Give what a letter compiles to."""
        with self._lock:
            for known, made in self._made:
                if known is letter:
                    return made
            made = self._compiler(letter)
            self._made = [*self._made[1 - _KEPT :], (letter, made)]
            return made
