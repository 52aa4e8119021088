"""What do rulings make of groups of articles? Apart stays apart, together comes together."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from digest.model.ruling import Rulings

Pair = tuple[int, int]


def pair(one: int, other: int) -> Pair:
    """Name two articles as rulings do: the smaller id first."""
    return (one, other) if one < other else (other, one)


def pairs_within(ids: Iterable[int]) -> list[Pair]:
    """Give every pair of some articles."""
    return list(combinations(sorted(set(ids)), 2))


def pairs_between(some: Iterable[int], others: Iterable[int]) -> list[Pair]:
    """Give every pair of an article here and one there."""
    rest = sorted(set(others))
    return [pair(one, other) for one in sorted(set(some)) for other in rest]


def obeying(groups: Sequence[Sequence[int]], rulings: Rulings) -> list[tuple[int, ...]]:
    """Join and divide groups of articles as editors ruled; no article is lost, none is added.

    Of a group that is divided, whom nobody ruled about stays with the first part. Empty groups
    are left out.
    """
    parts: list[tuple[int, ...]] = []
    for joined in _joined(groups, rulings.together):
        parts += _divided(joined, rulings)
    return parts


def _joined(groups: Sequence[Sequence[int]], together: Iterable[Pair]) -> list[list[int]]:
    """Put groups that share a pair of `together` into one, at the place of the first."""
    joined = {place: list(group) for place, group in enumerate(groups)}
    place_of = {article: place for place, group in joined.items() for article in group}
    for one, other in sorted(together):
        if one in place_of and other in place_of and place_of[one] != place_of[other]:
            into, gone = sorted((place_of[one], place_of[other]))
            place_of |= dict.fromkeys(joined[gone], into)
            joined[into] += joined.pop(gone)
    return [joined[place] for place in sorted(joined)]


def _divided(group: Sequence[int], rulings: Rulings) -> list[tuple[int, ...]]:
    if len(group) == 1:  # as most are
        return [tuple(group)]
    parts: list[list[int]] = []
    for unit in _units(group, rulings):
        home = next((part for part in parts if not _apart(part, unit, rulings.apart)), None)
        if home is None:
            parts.append(list(unit))
        else:
            home += unit
    return [tuple(sorted(part, key=group.index)) for part in parts]


def _units(group: Sequence[int], rulings: Rulings) -> list[list[int]]:
    """Give what can't be divided, in the order of the group."""
    units = [[article] for article in group]
    of = {article: unit for unit in units for article in unit}
    for one, other in sorted(rulings.together):
        if one in of and other in of and of[one] is not of[other]:
            mine, theirs = of[one], of[other]
            if not _apart(mine, theirs, rulings.apart):
                mine += theirs
                of |= dict.fromkeys(theirs, mine)
    whole = {id(unit): unit for unit in (of[article] for article in group)}
    return list(whole.values())


def _apart(some: Sequence[int], others: Sequence[int], apart: frozenset[Pair]) -> bool:
    return any(pair(one, other) in apart for one in some for other in others)
