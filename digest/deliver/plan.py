"""Who gets which edition, in which call? From what readers chose and what the issue has."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from digest.model.delivery import Lot
from digest.model.issue import Variant
from subscribers.model import Cadence, Choices


class Absence(StrEnum):
    """Why a reader of the list is not planned."""

    PAUSED = "paused"
    MONTHLY = "monthly"
    """They want a month's best, and this issue is not the first of a month."""
    NOTHING = "nothing"
    """The issue has no story of the themes they chose."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What an issue has for its readers."""

    language: str
    """The newsletter's: for whoever reads another that we don't speak."""
    languages: frozenset[str]
    """In which an edition can be made."""
    known: frozenset[str]
    """The newsletter's themes: who chose none of them, for another newsletter say, gets all."""
    themes: tuple[str, ...]
    """Of the sections that have a story."""
    monthly: tuple[str, ...] | None = None
    """The same of the month's best; None: it is not due."""
    tracking: bool = False
    """Whether readers who agreed to it are tracked."""


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Every active reader once: in one edition, or among those who get none."""

    readers: "Mapping[Variant, array[int]]"
    """The largest edition first."""
    left_out: Mapping[Absence, int]

    @property
    def planned(self) -> int:
        """How many get an edition."""
        return sum(map(len, self.readers.values()))


def variant_for(choices: Choices, offer: Offer) -> Variant | Absence:
    """Say which edition a reader gets; equal content is one edition."""
    if choices.paused:
        return Absence.PAUSED
    monthly = choices.cadence is Cadence.MONTHLY
    themes = offer.monthly if monthly else offer.themes
    if themes is None:
        return Absence.MONTHLY
    chosen = choices.themes if offer.known.intersection(choices.themes) else themes
    taken = tuple(theme for theme in themes if theme in chosen)
    if not taken:
        return Absence.NOTHING
    return Variant(
        language=choices.language if choices.language in offer.languages else offer.language,
        themes=() if taken == themes else taken,
        monthly=monthly,
        tracked=choices.tracking and offer.tracking,
    )


def share_out(groups: "Iterable[tuple[Choices, array[int]]]", offer: Offer) -> Shares:
    """Put each group of readers into the edition that its choices lead to."""
    readers: dict[Variant, array[int]] = {}
    left_out: Counter[Absence] = Counter()
    for choices, ids in groups:
        match variant_for(choices, offer):
            case Absence() as why:
                left_out[why] += len(ids)
            case Variant() as variant:
                readers.setdefault(variant, array("I")).extend(ids)
    largest = sorted(readers, key=lambda variant: (-len(readers[variant]), variant.key))
    return Shares(
        readers={variant: readers[variant] for variant in largest},
        left_out={why: left_out[why] for why in Absence if left_out[why]},
    )


def lots(
    recipient_ids: Sequence[int], *, edition_id: int, list_name: str, capacity: int
) -> Iterator[Lot]:
    """Cut the recipients into lots of one call's size; each stands in exactly one."""
    for start in range(0, len(recipient_ids), capacity):
        ids = recipient_ids[start : start + capacity]
        yield Lot(edition_id=edition_id, list_name=list_name, recipient_ids=ids)
