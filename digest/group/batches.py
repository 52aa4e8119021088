"""How is a long row of things gone through some at a time?"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Kind = TypeVar("Kind")


def batched(all_: Iterable[Kind], size: int) -> Iterator[list[Kind]]:
    """Give lists of `size` things each, the last one of what is left."""
    left = iter(all_)
    while some := list(islice(left, size)):
        yield some
