"""What is there to know of one list?"""

from dataclasses import dataclass

from digest.pipeline.newsroom import Newsroom
from subscribers import lists
from subscribers.model import ListSize


@dataclass(frozen=True, kw_only=True)
class ListShown:
    """A list, who is on it and what goes to it."""

    size: ListSize
    mailed: int
    """Confirmed and not suppressed; 0 of an archived list."""
    newsletters: tuple[str, ...]
    """Those of schedule.yaml."""


def shown(newsroom: Newsroom, name: str) -> ListShown:
    """Look a list up.

    Raises:
        UnknownList: there is none; names the nearest.
    """
    newsletters = newsroom.schedule.newsletters.items()
    with newsroom.database.read() as connection:
        known = lists.find(connection, name)
        size = next(one for one in lists.sizes(connection) if one.name == known.name)
        mailed = lists.mailed(connection, name)
    return ListShown(
        size=size,
        mailed=mailed,
        newsletters=tuple(key for key, one in newsletters if one.list == name),
    )
