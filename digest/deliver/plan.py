"""Who gets which edition, in which call?"""

from collections.abc import Iterator, Sequence

from digest.model.delivery import Lot
from digest.model.issue import Edition


def edition_for_all(editions: Sequence[Edition], language: str) -> Edition:
    """Choose the edition that a newsletter's readers get: its own language's, or the first."""
    return next((one for one in editions if one.language == language), editions[0])


def lots(
    recipient_ids: Sequence[int], *, edition_id: int, list_name: str, capacity: int
) -> Iterator[Lot]:
    """Cut the recipients into lots of one call's size; each stands in exactly one."""
    for start in range(0, len(recipient_ids), capacity):
        ids = tuple(recipient_ids[start : start + capacity])
        yield Lot(edition_id=edition_id, list_name=list_name, recipient_ids=ids)
