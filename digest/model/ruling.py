"""What editors decided about stories: kept, whatever a later grouping finds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rulings:
    """What editors decided about stories, by article ids."""

    apart: frozenset[tuple[int, int]] = frozenset()
    """Pairs, the smaller id first, that are never in one story."""
    together: frozenset[tuple[int, int]] = frozenset()
    """Pairs, the smaller id first, that always are; no pair of `apart` is among them."""
    leads: frozenset[int] = frozenset()
    """Articles that lead the story they are in."""
